import RecurrentFormats
import RecurrentLayers
import RecurrentTensor
import Testing

@testable import RecurrentTraining

/// Numbers that are not finite end a run, within a step, with a report that names them.
@Suite struct NonFiniteStopTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func configuration(rate: Double = 0.1) -> TrainingConfiguration {
    var configuration = TrainingConfiguration()
    configuration.epochs = 3
    configuration.optimizer = OptimizerConfiguration(.sgd, learningRate: rate)
    configuration.checkpointSteps = 1
    configuration.threads = 1
    return configuration
  }

  /// Trains until the run ends, and gives the error.
  private func failure(
    _ task: LineTask, _ model: Line = Line(), _ configuration: TrainingConfiguration? = nil
  ) throws -> (step: NonFiniteStep, report: String, description: String) {
    let run = try RunFolder.create(at: folder.path("run"), system: UnsynchronizedFiles())
    let runner = try TrainingRunner(
      task, model: model, configuration: configuration ?? self.configuration(), folder: run)
    let error = #expect(throws: TrainingError.self) { try runner.run() }
    #expect(error?.exitStatus == .diverged)
    guard case .notFinite(let step, let report)? = error else {
      throw UnexpectedEnd(description: "\(String(describing: error))")
    }
    return (step, try #require(report), try #require(error).description)
  }

  private struct UnexpectedEnd: Error { let description: String }

  /// The step of the newest checkpoint.
  private var savedStep: Int? {
    get throws {
      let store = CheckpointStore(path: folder.path("run/checkpoints"), system: UnsynchronizedFiles())
      return try store.newest { _ in }?.description.state.step
    }
  }

  @Test(
    arguments: [
      (.loss, .loss, "the loss is not finite, though parameters and batch are"),
      (.input, .input("points"), "the input points of the batch is not finite"),
      (.target, .target("heights"), "the target heights of the batch is not finite"),
      (.gradient, .gradient("bias"), "the gradient of bias is not finite"),
    ] as [(LineTask.Fault, NonFiniteStep.Culprit, String)])
  func batchThatGoesWrong(_ fault: LineTask.Fault, _ culprit: NonFiniteStep.Culprit, _ words: String) throws {
    let (step, report, description) = try failure(LineTask(faults: [3: fault]))
    #expect(step.step == 4 && step.epoch == 2 && step.batch == 2)
    #expect(step.culprit == culprit)
    #expect(step.response == .stopped)
    #expect(description.hasPrefix("training diverged at step 4 (epoch 2, batch 2): \(words) (loss "))
    #expect(description.hasSuffix("; see \(folder.path("run/nonfinite-step-4.json"))"))
    #expect(description.contains("mend the data") == [.input, .target].contains(fault))
    #expect(report == folder.path("run/nonfinite-step-4.json"))
    #expect(try savedStep == 3)
  }

  @Test func reportTellsAll() throws {
    _ = try failure(LineTask(faults: [3: .input]))
    let json = try JSONValue(contentsOfFile: folder.path("run/nonfinite-step-4.json"))
    let expected: JSONObject = [
      "format": "swift-recurrent nonfinite report", "format_version": 1,
      "library_version": .string(LibraryVersion.current), "step": 4, "epoch": 2, "batch": 2,
      "examples": [8, 9, 10, 11],
      "culprit": "input", "layer": nil, "tensor": "points", "tensors": ["points"], "loss": "nan",
      "gradient_norm": "nan", "learning_rate": 0.1, "policy": "stop", "response": "stopped",
    ]
    #expect(json == .object(expected))
  }

  /// What flowed in from the batch before is found by the step that made it.
  @Test func carry() throws {
    let (step, _, _) = try failure(LineTask(faults: [2: .carry]))
    #expect(step.step == 3)
    #expect(step.culprit == .leftCarry("mean"))
    #expect(try savedStep == 2)
  }

  @Test func parameterIsBlamedFirst() throws {
    var model = Line()
    model.bias.value = Tensor(.nan)
    let (step, _, _) = try failure(LineTask(faults: [0: .input]), model)
    #expect(step.step == 1)
    #expect(step.culprit == .parameter("bias"))
    #expect(try savedStep == nil)
  }

  /// The first rates that single precision holds, and does not; all updates overflow.
  @Test(arguments: [1e30, 3e38, 1e300])
  func learningRateThatExplodes(_ rate: Double) throws {
    var settings = configuration(rate: rate)
    settings.clipNorm = nil
    let (step, _, description) = try failure(LineTask(), Line(), settings)
    // 1e30 times the gradient can be held, but not the loss of such a line.
    #expect(step.step <= 2)
    #expect(description.contains("lower learning_rate"))
    #expect(try savedStep ?? 0 < 2)
    if rate > 1e38 {
      #expect(step.step == 1)
      #expect(step.culprit == .updatedParameter("weight"))
      #expect(step.tensors.first == "weight")
      #expect(try savedStep == nil)
    }
  }

  /// The squares of gradients overflow in the optimiser, while the parameters stay as they are.
  @Test func moments() throws {
    struct Steep: TrainingTask {
      func batchCount(inEpoch epoch: Int) -> Int { 1 }
      func loss(of model: Line, on batch: BatchPosition, carry: inout NoCarry) -> BatchLoss {
        BatchLoss(mean: (model.weight.value * 1e25).sum(), count: 1)
      }
    }
    var settings = configuration()
    settings.optimizer = OptimizerConfiguration(.adam, learningRate: 0.1)
    let runner = try TrainingRunner(Steep(), model: Line(), configuration: settings)
    let error = #expect(throws: TrainingError.self) { try runner.run() }
    guard case .notFinite(let step, nil)? = error else { Issue.record("\(String(describing: error))"); return }
    #expect(step.step == 1)
    #expect(step.culprit == .moment("exp_avg_sq"))
    #expect(runner.model.weight.value.isFinite)
  }

  /// An infinite loss makes every gradient infinite: the loss is to blame, and no gradient.
  @Test func layersAreNamed() throws {
    struct Nested: Module {
      var first = Line()
      var second = Line()
      mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
        visitor.visit("first", &first)
        visitor.visit("second", &second)
      }
    }
    struct Steep: TrainingTask {
      func batchCount(inEpoch epoch: Int) -> Int { 1 }
      func loss(of model: Nested, on batch: BatchPosition, carry: inout NoCarry) -> BatchLoss {
        let first = model.first.bias.value
        return BatchLoss(mean: sqrt(first.squared()).sum() + model.second.bias.value, count: 1)
      }
    }
    let runner = try TrainingRunner(Steep(), model: Nested(), configuration: configuration())
    let error = #expect(throws: TrainingError.self) { try runner.run() }
    guard case .notFinite(let step, nil)? = error else { Issue.record("\(String(describing: error))"); return }
    #expect(step.culprit == .gradient("first.bias"))
    #expect(step.loss == 0)
    #expect(try step.json.text(.oneLine).contains(#""layer": "first""#))
  }

  /// A report that cannot be written hides nothing.
  @Test func reportThatCannotBeWritten() throws {
    let files = UnsynchronizedFiles()
    let run = try RunFolder.create(at: folder.path("run"), system: files)
    var settings = configuration()
    settings.checkpointSteps = nil
    let runner = try TrainingRunner(LineTask(faults: [1: .loss]), model: Line(), configuration: settings, folder: run)
    var failures = 0
    let error = #expect(throws: TrainingError.self) {
      try runner.run {
        if case .step = $0 { files.fail("write") }
        if case .reportFailed = $0 { failures += 1 }
      }
    }
    guard case .notFinite(let step, nil)? = error else { Issue.record("\(String(describing: error))"); return }
    #expect(step.step == 2)
    #expect(failures == 1)
  }
}
