import RecurrentLayers
import RecurrentTensor
import Testing

@testable import RecurrentTraining

@Suite struct NotFiniteTests {
  private func configuration(rate: Double = 0.1) -> TrainingConfiguration {
    var configuration = TrainingConfiguration()
    configuration.epochs = 3
    configuration.optimizer = OptimizerConfiguration(.sgd, learningRate: rate)
    configuration.threads = 1
    return configuration
  }

  private func place(_ error: (any Error)?) -> TrainingError.NotFinite? {
    if case .notFinite(let place)? = error as? TrainingError { place } else { nil }
  }

  @Test func lossStopsBeforeUpdate() throws {
    let runner = try TrainingRunner(LineTask(brokenStep: 3), model: Line(), configuration: configuration())
    var afterSecond: [Float] = []
    var steps = 0
    let error = #expect(throws: TrainingError.self) {
      try runner.run { event in
        guard case .step = event else { return }
        steps += 1
        afterSecond = runner.model.weight.value.scalars
      }
    }
    #expect(steps == 3)
    #expect(runner.model.weight.value.scalars == afterSecond)
    let found = try #require(place(error))
    #expect(found.step == 4 && found.epoch == 2 && found.batch == 2)
    #expect(found.loss == .infinity)
    #expect(found.culprit == .gradient("weight"))
    #expect(
      error?.description
        == "training diverged at step 4 (epoch 2, batch 2): the gradient of weight is not finite (loss inf); "
        + "lower learning_rate (now 0.1) or set clip_norm")
    #expect(ExitStatus(of: try #require(error)) == .diverged)
  }

  @Test func parameterIsBlamedFirst() throws {
    var model = Line()
    model.bias.value = Tensor(.nan)
    let runner = try TrainingRunner(LineTask(), model: model, configuration: configuration())
    let error = #expect(throws: TrainingError.self) { try runner.run() }
    #expect(place(error)?.culprit == .parameter("bias"))
    #expect(place(error)?.step == 1)
  }

  @Test func learningRateThatExplodesLeavesNoCheckpoint() throws {
    let folder = try TemporaryFolder()
    let run = try RunFolder.create(at: folder.path("run"))
    var settings = configuration(rate: 3e38)
    settings.checkpointSteps = 1
    let runner = try TrainingRunner(LineTask(), model: Line(), configuration: settings, folder: run)
    let error = #expect(throws: TrainingError.self) { try runner.run() }
    #expect(place(error)?.culprit == .parameter("weight"))
    #expect(place(error)?.step == 1)
    #expect(folder.names(in: "run/checkpoints").isEmpty)
  }

  /// A gradient that overflows while the loss does not.
  @Test func gradientAlone() throws {
    struct Steep: TrainingTask {
      func batchCount(inEpoch epoch: Int) -> Int { 1 }
      func loss(of model: Line, on batch: BatchPosition, carry: inout NoCarry) -> BatchLoss {
        // The square root has an infinite slope at 0.
        BatchLoss(mean: sqrt(model.bias.value.squared()).sum(), count: 1)
      }
    }
    let runner = try TrainingRunner(Steep(), model: Line(), configuration: configuration())
    let error = #expect(throws: TrainingError.self) { try runner.run() }
    #expect(place(error)?.culprit == .gradient("bias"))
    #expect(place(error)?.loss == 0)
  }
}
