import RecurrentLayers
import RecurrentTensor
import Testing

@testable import RecurrentTraining

/// A task whose metric is given for each epoch, to see what is made of it.
private struct ScriptedTask: TrainingTask {
  var metrics: [Double]
  var direction = Metric.Direction.lowerIsBetter

  func batchCount(inEpoch epoch: Int) -> Int { 1 }
  func loss(of model: Line, on batch: BatchPosition, carry: inout NoCarry) -> BatchLoss {
    BatchLoss(mean: model(Tensor([1, 1, 1], shape: [1, 3])).sum(), count: 1)
  }
  func validate(_ model: Line) -> [Metric] {
    // The bias goes down by 0.1 with every step of learning rate 0.1, so it tells the epoch.
    let epoch = Int((model.bias.value.scalar / -0.1).rounded())
    return [Metric("score", metrics[epoch - 1], direction)]
  }
}

@Suite struct TrainingRunnerTests {
  private func configuration(_ change: (inout TrainingConfiguration) -> Void = { _ in }) -> TrainingConfiguration {
    var configuration = TrainingConfiguration()
    configuration.epochs = 4
    configuration.optimizer = OptimizerConfiguration(.sgd, learningRate: 0.1)
    configuration.threads = 1
    change(&configuration)
    return configuration
  }

  @Test func learns() throws {
    let report = try TrainingRunner(LineTask(), model: Line(), configuration: configuration { $0.epochs = 60 }).run()
    let weights = report.model.weight.value.scalars
    #expect(abs(weights[0] - 1) < 0.1 && abs(weights[1] + 2) < 0.1 && abs(weights[2] - 0.5) < 0.1)
    #expect(report.epochs == 60)
    #expect(report.steps == 150)
    #expect(try #require(report.lastEpoch).metrics[0].value < 0.02)
  }

  @Test func eventsComeInOrder() throws {
    var names: [String] = []
    let runner = try TrainingRunner(LineTask(), model: Line(), configuration: configuration { $0.epochs = 2 })
    try runner.run { event in
      switch event {
      case .started(let start): names.append("start \(start.epochs)x\(start.batchesPerEpoch) \(start.itemName)")
      case .step(let step):
        names.append("step \(step.step): \(step.epoch).\(step.batch)/\(step.batchCount) \(step.itemCount)")
      case .epochEnded(let epoch): names.append("epoch \(epoch.epoch) at \(epoch.step)")
      case .improved(let best): names.append("best \(best.epoch) \(best.metric.name)")
      case .finished: names.append("finished")
      default: names.append("other")
      }
    }
    #expect(
      names == [
        "start 2x2 points", "step 1: 1.1/2 3", "step 2: 1.2/2 4", "epoch 1 at 2", "best 1 validation_mse",
        "step 3: 2.1/3 3", "step 4: 2.2/3 4", "step 5: 2.3/3 5", "epoch 2 at 5", "best 2 validation_mse", "finished",
      ])
  }

  @Test func meanLossWeighsItems() throws {
    var losses: [(Double, Int)] = []
    var mean = 0.0
    let runner = try TrainingRunner(LineTask(), model: Line(), configuration: configuration { $0.epochs = 1 })
    try runner.run { event in
      if case .step(let step) = event { losses.append((step.loss, step.itemCount)) }
      if case .epochEnded(let epoch) = event { mean = epoch.trainingLoss }
    }
    #expect(losses.count == 2)
    #expect(abs(mean - (losses[0].0 * 3 + losses[1].0 * 4) / 7) < 1e-12)
  }

  @Test func stopsEarlyAndKeepsBest() throws {
    let task = ScriptedTask(metrics: [5, 3, 4, 3.5, 2, 1])
    let runner = try TrainingRunner(
      task, model: Line(),
      configuration: configuration {
        $0.epochs = 6; $0.patience = 2
      })
    var last: TrainingEvent?
    let report = try runner.run { last = $0 }
    #expect(report.outcome == .stoppedEarly)
    #expect(report.epochs == 4)
    #expect(report.bestEpoch == BestEpoch(epoch: 2, step: 2, metric: Metric("validation_score", 3)))
    #expect(report.isBest)
    #expect(abs(report.model.bias.value.scalar + 0.2) < 1e-6)
    #expect(abs(runner.model.bias.value.scalar + 0.4) < 1e-6)
    guard case .stoppedEarly(4, let best) = last else { Issue.record("no event of stopping early"); return }
    #expect(best.epoch == 2)
  }

  @Test func averages() throws {
    var biases: [Float] = []
    let task = ScriptedTask(metrics: [1, 1, 1, 1])
    func report(_ change: (inout TrainingConfiguration) -> Void) throws -> TrainingReport<Line> {
      var settings = configuration { $0.keepBest = false }
      change(&settings)
      return try TrainingRunner(task, model: Line(), configuration: settings).run()
    }
    // Models 1 to 4 have a bias of -0.1 to -0.4.
    biases.append(
      try report {
        $0.averaging.kind = .last; $0.averaging.count = 2
      }.model.bias.value.scalar)
    biases.append(
      try report {
        $0.averaging.kind = .exponential; $0.averaging.decay = 0.5
      }.model.bias.value.scalar)
    #expect(abs(biases[0] + 0.35) < 1e-6)
    #expect(abs(biases[1] + (0.1 / 8 + 0.2 / 8 + 0.3 / 4 + 0.4 / 2)) < 1e-6)
  }

  @Test func higherIsBetter() throws {
    let task = ScriptedTask(metrics: [0.5, 0.7, 0.6, 0.65], direction: .higherIsBetter)
    let report = try TrainingRunner(task, model: Line(), configuration: configuration()).run()
    #expect(report.outcome == .finished)
    #expect(report.bestEpoch?.epoch == 2)
    #expect(abs(report.model.bias.value.scalar + 0.2) < 1e-6)
  }

  @Test func smallChangesDoNotCount() throws {
    let task = ScriptedTask(metrics: [5, 4.95, 4.9, 4.85])
    let settings = configuration {
      $0.patience = 2; $0.minimumChange = 0.2
    }
    let report = try TrainingRunner(task, model: Line(), configuration: settings).run()
    #expect(report.outcome == .stoppedEarly)
    #expect(report.epochs == 3)
    #expect(report.bestEpoch?.epoch == 1)
  }

  @Test func metricThatIsNotANumberIsNoImprovement() throws {
    let task = ScriptedTask(metrics: [.nan, 3, .nan, .infinity])
    let report = try TrainingRunner(task, model: Line(), configuration: configuration()).run()
    #expect(report.bestEpoch?.epoch == 2)
  }

  @Test func lastModelWhereBestIsNotWanted() throws {
    let task = ScriptedTask(metrics: [1, 2, 3, 4])
    let report = try TrainingRunner(task, model: Line(), configuration: configuration { $0.keepBest = false }).run()
    #expect(!report.isBest)
    #expect(report.bestEpoch?.epoch == 1)
    #expect(abs(report.model.bias.value.scalar + 0.4) < 1e-6)
  }

  @Test func trainingLossAloneChoosesNoBestModel() throws {
    var task = LineTask()
    task.hasValidation = false
    let report = try TrainingRunner(task, model: Line(), configuration: configuration()).run()
    #expect(!report.isBest)
    #expect(report.bestEpoch?.metric.name == "train_loss")
  }

  @Test func unknownMetric() throws {
    let runner = try TrainingRunner(LineTask(), model: Line(), configuration: configuration { $0.monitor = "mae" })
    let error = #expect(throws: TrainingError.self) { try runner.run() }
    #expect(
      error?.description
        == "monitor: there is no metric 'mae'; choose one of train_loss, validation_mse, validation_rmse")
  }

  @Test func settingOfAnotherOptimizer() {
    let settings = configuration { $0.optimizer.beta1 = 0.9 }
    let error = #expect(throws: OptimizerConfigurationError.self) {
      try TrainingRunner(LineTask(), model: Line(), configuration: settings)
    }
    #expect(error?.description == "optimizer sgd has no beta1; it belongs to adam and adamw")
  }

  @Test func noBatches() throws {
    struct Empty: TrainingTask {
      func batchCount(inEpoch epoch: Int) -> Int { 0 }
      func loss(of model: Line, on batch: BatchPosition, carry: inout NoCarry) -> BatchLoss {
        BatchLoss(mean: Tensor(0), count: 0)
      }
    }
    let runner = try TrainingRunner(Empty(), model: Line(), configuration: configuration())
    #expect(throws: TrainingError.noBatches(epoch: 1)) { try runner.run() }
  }

  @Test func clipsGradients() throws {
    let free = try TrainingRunner(LineTask(), model: Line(), configuration: configuration { $0.epochs = 1 })
    let limited = try TrainingRunner(
      LineTask(), model: Line(),
      configuration: configuration {
        $0.epochs = 1; $0.clipNorm = 0.01
      })
    var norm = 0.0
    try free.run { if case .step(let step) = $0 { norm = max(norm, step.gradientNorm) } }
    try limited.run()
    #expect(norm > 0.1)
    let moved = limited.model.weight.value - Line().weight.value
    // Two steps of learning rate 0.1 along gradients of length 0.01 at most.
    #expect((moved * moved).sum().scalar.squareRoot() <= 0.002 + 1e-6)
    #expect((moved * moved).sum().scalar > 0)
  }
}
