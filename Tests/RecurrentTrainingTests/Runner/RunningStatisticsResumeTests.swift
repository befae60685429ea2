import RecurrentFormats
import RecurrentLayers
import RecurrentTensor
import Testing

@testable import RecurrentTraining

/// Running statistics go through optimisers, checkpoints, means of weights and model files like parameters.
@Suite struct RunningStatisticsResumeTests {
  struct Model: Module {
    var norm = BatchNorm1d(size: 3)
    var head = Linear(inputSize: 3, outputSize: 1, key: RandomKey(seed: 5))

    mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
      visitor.visit("norm", &norm)
      visitor.visit("head", &head)
    }
  }

  struct Task: TrainingTask {
    func batchCount(inEpoch epoch: Int) -> Int { 3 }

    func loss(of model: Model, on batch: BatchPosition, carry: inout NoCarry) -> BatchLoss {
      let points = Tensor(normal: [6, 3], key: batch.key.folding(.data).folding(batch.step)) * 3 + 2
      let error = model.head(model.norm(points)) - points.sum(axis: 1).reshaped(to: [6, 1])
      return BatchLoss(mean: (error * error).mean(), count: 6)
    }

    /// In inference mode: with the running statistics.
    func validate(_ model: Model) -> [Metric] {
      let points = Tensor(normal: [8, 3], key: RandomKey(seed: 7)) * 3 + 2
      let error = model.head(model.norm(points)) - points.sum(axis: 1).reshaped(to: [8, 1])
      return [Metric("mse", Double((error * error).mean().scalar))]
    }
  }

  private func configuration(_ settings: String) throws -> TrainingConfiguration {
    var configuration = TrainingConfiguration()
    configuration.epochs = 3
    configuration.optimizer = OptimizerConfiguration(.adam, learningRate: 0.05)
    configuration.threads = 1
    try configuration.apply(settings.split(separator: ",").map { try SettingAssignment(override: String($0)) })
    return configuration
  }

  private func train(
    _ folder: TemporaryFolder, _ name: String, _ configuration: TrainingConfiguration, stopAfter stopStep: Int? = nil,
    resuming: Bool = false
  ) throws -> Model {
    let run =
      try resuming
      ? RunFolder.open(at: folder.path(name), system: UnsynchronizedFiles())
      : RunFolder.create(at: folder.path(name), system: UnsynchronizedFiles())
    let runner = try TrainingRunner(Task(), model: Model(), configuration: configuration, folder: run)
    if resuming {
      #expect(try runner.resume())
    } else {
      try run.begin(configuration: configuration.yaml(title: "test"), environment: [:])
    }
    let stop = StopRequest()
    let report = try runner.run(until: stop) { event in
      if case .step(let step) = event, step.step == stopStep { stop.stop(.termination) }
    }
    let description = ModelDescription(
      task: "norm", settings: configuration.resultSettings, data: [:], training: report.summary)
    try ModelFolder.write(report.model, description, to: run.modelPath, system: UnsynchronizedFiles())
    return report.model
  }

  @Test(arguments: ["seed=1", "averaging=exponential,averaging_decay=0.9", "averaging=last,averaging_count=2"])
  func sameBytesAfterEveryStop(_ settings: String) throws {
    let folder = try TemporaryFolder()
    let configuration = try configuration(settings)
    let model = try train(folder, "whole", configuration)
    #expect(model.norm.runningMean.value.scalars.allSatisfy { abs($0 - 2) < 1.9 && $0 != 0 })
    func files(_ run: String) throws -> [[UInt8]?] {
      let last = try #require(folder.text("\(run)/checkpoints/last")).dropLast()
      return [
        folder.bytes("\(run)/model/model.safetensors"), folder.bytes("\(run)/metrics.csv"),
        folder.bytes("\(run)/checkpoints/\(last)/model.safetensors"),
        folder.bytes("\(run)/checkpoints/\(last)/optimizer.safetensors"),
      ]
    }
    let expected = try files("whole")
    #expect(!expected.contains(nil))
    for step in 1..<9 {
      _ = try train(folder, "stopped-\(step)", configuration, stopAfter: step)
      _ = try train(folder, "stopped-\(step)", configuration, resuming: true)
      #expect(try files("stopped-\(step)") == expected, "after a stop at step \(step)")
    }
    let loaded = try ModelFolder(folder.path("whole"), task: "norm")
    var copy = Model()
    try loaded.load(into: &copy)
    #expect(copy.norm.runningVariance.value.scalars == model.norm.runningVariance.value.scalars)
  }

  /// A mean of weights goes with the newest statistics.
  @Test(arguments: [WeightAverageKind.exponential(decay: 0.5), .last(2)])
  func meansTakeOverTheStatistics(_ kind: WeightAverageKind) {
    var average = WeightAverage<Model>(kind)
    for mean: Float in [1, 5, 9] {
      var model = Model()
      model.norm.runningMean.value = Tensor([mean, mean, mean])
      average.record(model)
    }
    #expect(average.model?.norm.runningMean.value.scalars == [9, 9, 9])
  }

  @Test func optimizersApplyObservations() {
    for kind in OptimizerConfiguration.Kind.allCases {
      var model = Model()
      let scope = GradientScope()
      let points = Tensor([1, 2, 3, 5, 2, 7], shape: [2, 3])
      _ = scope.evaluate(at: &model, key: RandomKey(seed: 1)) { $0.head($0.norm(points)).sum() }
      var optimizer = try? OptimizerConfiguration(kind, learningRate: 0.1).makeOptimizer()
      optimizer?.update(&model, with: scope.gradients)
      let mean = model.norm.runningMean.value.scalars
      let variance = model.norm.runningVariance.value.scalars
      for (value, expected) in zip(mean + variance, [0.3, 0.2, 0.5, 1.7, 0.9, 1.7] as [Float]) {
        #expect(abs(value - expected) < 1e-6, "\(kind)")
      }
    }
  }

  @Test func badStatisticsAreNotSaved() {
    var model = Model()
    model.norm.runningMean.value = Tensor([0, .nan, 0])
    #expect(model.firstNonFiniteParameter == "norm.running_mean")
  }
}
