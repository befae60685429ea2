import RecurrentLayers
import RecurrentTensor
import RecurrentTraining
import Testing

@testable import RecurrentTasks

@Suite struct ForecastTrainingTests {
  private static func preset(_ name: String) throws -> ForecastConfiguration {
    try ForecastConfiguration(resolving: try ForecastConfiguration.preset(named: name).assignments)
  }

  /// The default beats all three simple forecasts on the last 48 months.
  @Test func airlineBeatsTheBaselines() throws {
    let configuration = try Self.preset("airline")
    let training = try ForecastTraining(configuration)
    let runner = try TrainingRunner(
      training, model: training.initial.network, configuration: configuration.training)
    var forecaster = training.initial
    forecaster.network = try runner.run().model
    let evaluation = try #require(try forecaster.evaluation(of: training.data, part: .test))
    let rmse = try #require(evaluation.metrics).rmse
    #expect(evaluation.metrics?.count == 48)
    let baselines = Dictionary(uniqueKeysWithValues: evaluation.baselines.map { ($0.baseline, $0.metrics.rmse) })
    #expect(abs(try #require(baselines[.naive]) - 48.04) < 0.01)
    #expect(abs(try #require(baselines[.seasonalNaive]) - 41.85) < 0.01)
    #expect(abs(try #require(baselines[.seasonalDrift]) - 15.62) < 0.01)
    #expect(rmse < 15)
  }

  /// The textbook recipe is what it says: 112 steps of three features in one sequence, 29 months of test.
  @Test func textbookRecipeIsArrangedAsInTheBook() throws {
    let configuration = try Self.preset("airline-lstm")
    let training = try ForecastTraining(configuration)
    #expect(training.batchCount(inEpoch: 0) == 1)
    #expect(training.data.parts == [Parts(train: 0..<115, validation: 115..<115, test: 115..<144)])
    let paths = training.initial.network.parameters.map { "\($0.path) \($0.parameter.value.shape)" }
    #expect(
      paths == [
        "stack.weight_ih_l0 [24, 3]", "stack.weight_hh_l0 [24, 6]", "stack.bias_ih_l0 [24]", "stack.bias_hh_l0 [24]",
        "stack.weight_ih_l1 [24, 6]", "stack.weight_hh_l1 [24, 6]", "stack.bias_ih_l1 [24]", "stack.bias_hh_l1 [24]",
        "head.weight [1, 6]", "head.bias [1]",
      ])
    var carry = NoCarry()
    let position = BatchPosition(epoch: 0, index: 0, step: 0, key: RandomKey(seed: 1))
    #expect(training.loss(of: training.initial.network, on: position, carry: &carry).count == 112)
    // Fitted on the training part: its smallest value is 104 and its greatest 491.
    let scale = training.data.prepared[0].scales.targets[0]
    #expect(scale.restored(0) == 104)
    #expect(scale.restored(1) == 491)
  }

  /// Series of different lengths train side by side: the loss of the batch is the mean over all their steps.
  @Test func severalSeriesInOneSequenceBatch() throws {
    var configuration = ForecastConfiguration()
    configuration.arrangement = .sequence
    configuration.lookBack = 2
    configuration.scaler = .none
    configuration.skip = false
    func loss(_ lengths: [Int]) throws -> (Float, Int) {
      let schema = SeriesSchema(
        time: [], timeForm: .rowNumber, frequency: Frequency(.step), seasonalPeriod: 1, series: "unique_id",
        targets: ["y"])
      let series = lengths.map { length in
        Series(id: "\(length)", targets: [(0..<length).map { Double($0 % 5) / 5 + Double(length) / 100 }])
      }
      let frame = SeriesFrame(file: "made up", schema: schema, series: series)
      let parts = lengths.map { Parts(train: 0..<$0, validation: $0..<$0, test: $0..<$0) }
      let training = try ForecastTraining(configuration, frame: frame, parts: parts)
      var carry = NoCarry()
      let loss = training.loss(
        of: training.initial.network, on: BatchPosition(epoch: 0, index: 0, step: 0, key: RandomKey(seed: 1)),
        carry: &carry)
      return (loss.mean.scalar, loss.count)
    }
    let (long, longCount) = try loss([30])
    let (short, shortCount) = try loss([12])
    let (both, bothCount) = try loss([30, 12])
    #expect(bothCount == longCount + shortCount)
    let expected = (long * Float(longCount) + short * Float(shortCount)) / Float(bothCount)
    #expect(abs(both - expected) < 1e-5 * abs(expected))
  }

  /// Every training window is visited once in an epoch, in another order in the next.
  @Test func windowsAreShuffledAndAllVisited() throws {
    var configuration = ForecastConfiguration()
    configuration.lookBack = 12
    configuration.batchSize = 7
    let training = try ForecastTraining(configuration)
    let batches = training.batchCount(inEpoch: 0)
    // 144 rows, 0.7 of them for training, windows of 12 + 1.
    #expect(batches == (100 - 12 + 6) / 7)
    var carry = NoCarry()
    let counts = (0..<batches).map { index in
      training.loss(
        of: training.initial.network,
        on: BatchPosition(epoch: 0, index: index, step: index, key: RandomKey(seed: 1)), carry: &carry
      ).count
    }
    #expect(counts.reduce(0, +) == 88)
  }
}
