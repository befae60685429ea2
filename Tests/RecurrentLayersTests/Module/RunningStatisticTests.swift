import RecurrentLayers
import RecurrentTensor
import Testing

struct RunningStatisticTests {
  /// Observes what it is given.
  struct Observer: Module {
    var first = RunningStatistic(Tensor([1, 2]))
    var weight = Parameter(Tensor([3, 4]))
    var perStep = RunningStatistic(Tensor([1, 1, 2, 2, 3, 3], shape: [3, 2]))

    mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
      visitor.visit("first", &first)
      visitor.visit("weight", &weight)
      visitor.visit("per_step", &perStep)
    }
  }

  static let key = RandomKey(seed: 1)

  @Test func comesBackBesideTheGradients() {
    var model = Observer()
    let scope = GradientScope()
    _ = scope.evaluate(at: &model, key: Self.key) { model in
      model.first.record(model.weight.value, momentum: 0.5)
      // The step sees the old value until the gradients are applied.
      #expect(model.first.value.scalars == [1, 2])
      return model.weight.value.sum()
    }
    #expect(model.first.value.scalars == [1, 2] && !model.first.isTraining)
    model.updateStatistics(from: scope.gradients)
    #expect(model.first.value.scalars == [2, 3])
    #expect(model.perStep.value.scalars == [1, 1, 2, 2, 3, 3])
  }

  /// Only the first steps of a sequence were seen.
  @Test func observesPartOfTheSteps() {
    var model = Observer()
    let scope = GradientScope()
    _ = scope.evaluate(at: &model, key: Self.key) { model in
      model.perStep.record(Tensor([5, 7, 6, 8], shape: [2, 2]), momentum: 0.25)
      return model.weight.value.sum()
    }
    model.updateStatistics(from: scope.gradients)
    #expect(model.perStep.value.scalars == [2, 2.5, 3, 3.5, 3, 3])
  }

  @Test func observationsOfOneStepFollowEachOther() {
    var model = Observer()
    let scope = GradientScope()
    _ = scope.evaluate(at: &model, key: Self.key) { model in
      model.first.record(Tensor([3, 0]), momentum: 0.5)
      model.first.record(Tensor([0, 1]), momentum: 0.5)
      return model.weight.value.sum()
    }
    model.updateStatistics(from: scope.gradients)
    #expect(model.first.value.scalars == [1, 1])
  }

  @Test func addedGradientsBringTheirObservations() {
    var model = Observer()
    func gradients(_ observed: [Float]) -> Gradients {
      let scope = GradientScope()
      _ = scope.evaluate(at: &model, key: Self.key) { model in
        model.first.record(Tensor(observed), momentum: 0.5)
        return model.weight.value.sum()
      }
      return scope.gradients
    }
    var sum = gradients([3, 0])
    sum.add(gradients([0, 1]))
    model.updateStatistics(from: sum)
    #expect(model.first.value.scalars == [1, 1])
  }

  @Test func nothingIsRecordedWithoutAKeyOrALoss() {
    struct Failure: Error {}
    var model = Observer()
    let scope = GradientScope()
    _ = scope.evaluate(at: &model) { model in
      #expect(!model.first.isTraining)
      model.first.record(Tensor([9, 9]), momentum: 1)
      return model.weight.value.sum()
    }
    #expect(scope.gradients.statistics.isEmpty)
    model.first.record(Tensor([9, 9]), momentum: 1)
    #expect(model.first.value.scalars == [1, 2])

    #expect(throws: Failure.self) {
      try scope.evaluate(at: &model, key: Self.key) { model throws(Failure) -> Tensor in
        model.first.record(Tensor([9, 9]), momentum: 1)
        throw Failure()
      }
    }
    _ = scope.evaluate(at: &model, key: Self.key) { $0.weight.value.sum() }
    #expect(scope.gradients.statistics.isEmpty)
  }

  @Test func filesHoldStatistics() throws {
    var model = Observer()
    model.first.value = Tensor([8, 9])
    let saved = Dictionary(uniqueKeysWithValues: model.tensors.map { ($0.path, $0.value) })
    #expect(model.tensors.map(\.path) == ["first", "weight", "per_step"])
    #expect(model.parameters.map(\.path) == ["weight"] && model.parameterCount == 2)
    var loaded = Observer()
    // PyTorch's count of batches is not missed, and not refused.
    try loaded.load(saved.merging(["num_batches_tracked": Tensor(3), "a.num_batches_tracked": Tensor(3)]) { $1 })
    #expect(loaded.first.value.scalars == [8, 9])

    let error = #expect(throws: ParameterLoadingError.self) {
      try loaded.load(["first": Tensor([1, 2, 3]), "weight": Tensor([1, 2])])
    }
    #expect(
      error?.problems == [
        .shape("first", expected: [2], actual: [3]), .missing("per_step", expected: [3, 2]),
      ])
    #expect(loaded.first.value.scalars == [8, 9])
  }

  /// A batch of one number for each feature has no unbiased variance.
  @Test func batchesOfOneLeaveTheStatistics() {
    var norm = BatchNorm1d(size: 2)
    let scope = GradientScope()
    let y = scope.evaluate(at: &norm, key: Self.key) { norm in
      let y = norm(Tensor([3, 5], shape: [1, 2]))
      return (y.sum(), y.detached())
    }.auxiliary
    #expect(y.scalars == [0, 0])
    norm.updateStatistics(from: scope.gradients)
    #expect(norm.runningMean.value.scalars == [0, 0] && norm.runningVariance.value.scalars == [1, 1])
  }
}
