import RecurrentLayers
import RecurrentTensor
import RecurrentTraining
import Testing

struct WeightAverageTests {
  static let models = [Numbers([1, 2], [3]), Numbers([2, 2], [6]), Numbers([4, -2], [0]), Numbers([8, 6], [-3])]

  @Test func exponential() throws {
    var average = WeightAverage<Numbers>(.exponential(decay: 0.5))
    #expect(average.model?.scalars == nil)
    var expected: [Float] = Self.models[0].scalars
    for model in Self.models {
      average.record(model)
      expected = zip(expected, model.scalars).map { $0 * 0.5 + $1 * 0.5 }
      #expect(average.model?.scalars == expected)
    }
    #expect(average.models.count == 1)
  }

  @Test func theLastFew() {
    var average = WeightAverage<Numbers>(.last(3))
    #expect(average.model?.scalars == nil)
    average.record(Self.models[0])
    #expect(average.model?.scalars == [1, 2, 3])
    average.record(Self.models[1])
    #expect(average.model?.scalars == [1.5, 2, 4.5])
    average.record(Self.models[2])
    average.record(Self.models[3])
    let mean = average.model?.scalars ?? []
    for (value, expected) in zip(mean, [14.0 / 3, 2, 1] as [Float]) { #expect(abs(value - expected) < 1e-6) }
    #expect(mean.count == 3)
    #expect(average.models.count == 3)
  }

  @Test(arguments: [WeightAverageKind.exponential(decay: 0.9), .last(2)])
  func theModelsThatWereRecordedStayAsTheyAre(_ kind: WeightAverageKind) {
    var average = WeightAverage<Numbers>(kind)
    let models = Self.models
    for model in models {
      average.record(model)
      _ = average.model
    }
    #expect(models.map(\.scalars) == [[1, 2, 3], [2, 2, 6], [4, -2, 0], [8, 6, -3]])
  }

  @Test(arguments: [WeightAverageKind.exponential(decay: 0.9), .last(2)])
  func goesOnFromItsModels(_ kind: WeightAverageKind) {
    var whole = WeightAverage<Numbers>(kind)
    var parts = WeightAverage<Numbers>(kind)
    for model in Self.models {
      whole.record(model)
      parts = WeightAverage(kind, models: parts.models)
      parts.record(model)
    }
    #expect(parts.model?.scalars == whole.model?.scalars)
  }

  @Test func frozenParametersAreTakenOver() {
    var average = WeightAverage<Numbers>(.exponential(decay: 0.5))
    for model in Self.models {
      var model = model
      model.second.isTrainable = false
      average.record(model)
    }
    #expect(average.model?.second.value.scalars == [-3])
    #expect(average.model?.second.isTrainable == false)
  }

  @Test func theRunningMeanIsChangedInPlace() {
    var average = WeightAverage<Numbers>(.exponential(decay: 0.5))
    average.record(Self.models[0])
    average.record(Self.models[1])
    let address = average.models[0].first.value.pointer
    average.record(Self.models[2])
    average.record(Self.models[3])
    #expect(average.models[0].first.value.pointer == address)
  }

  @Test func misuseTraps() async {
    await #expect(processExitsWith: .failure) { _ = WeightAverage<Numbers>(.exponential(decay: 1)) }
    await #expect(processExitsWith: .failure) { _ = WeightAverage<Numbers>(.last(0)) }
  }
}
