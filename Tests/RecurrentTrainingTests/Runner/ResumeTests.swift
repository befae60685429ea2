import RecurrentFormats
import RecurrentLayers
import RecurrentTensor
import Testing

@testable import RecurrentTraining

/// A run that is stopped anywhere and resumed must leave the same bytes as one that is not.
@Suite struct ResumeTests {
  /// The files that a run leaves at its end.
  private func finalFiles(_ folder: TemporaryFolder, _ run: String) throws -> [String: [UInt8]] {
    let last = try #require(folder.text("\(run)/checkpoints/last")).dropLast()
    var files = folder.files(in: "\(run)/checkpoints/\(last)")
    files["model.safetensors of model/"] = folder.bytes("\(run)/model/model.safetensors")
    files["config.json of model/"] = folder.bytes("\(run)/model/config.json")
    files["metrics.csv"] = folder.bytes("\(run)/metrics.csv")
    files["last"] = folder.bytes("\(run)/checkpoints/last")
    return files
  }

  private func configuration(_ change: (inout TrainingConfiguration) -> Void = { _ in }) -> TrainingConfiguration {
    var configuration = TrainingConfiguration()
    configuration.epochs = 5
    configuration.optimizer = OptimizerConfiguration(.sgd, learningRate: 0.05)
    configuration.clipNorm = 2
    configuration.threads = 1
    change(&configuration)
    return configuration
  }

  private func newRun(_ folder: TemporaryFolder, _ name: String) throws -> RunFolder {
    try RunFolder.create(at: folder.path(name), system: UnsynchronizedFiles())
  }

  private func openRun(_ folder: TemporaryFolder, _ name: String) throws -> RunFolder {
    try RunFolder.open(at: folder.path(name), system: UnsynchronizedFiles())
  }

  /// Trains until the end, or until `stopStep` steps are done.
  @discardableResult
  private func train(
    _ folder: RunFolder, _ configuration: TrainingConfiguration, resuming: Bool, stopAfter stopStep: Int? = nil
  ) throws -> TrainingOutcome {
    let runner = try TrainingRunner(LineTask(), model: Line(), configuration: configuration, folder: folder)
    if resuming {
      #expect(try runner.resume())
    } else {
      try folder.begin(configuration: configuration.yaml(title: "test"), environment: [:])
    }
    let stop = StopRequest()
    let report = try runner.run(until: stop) { event in
      if case .step(let step) = event, step.step == stopStep { stop.stop(.termination) }
    }
    if case .interrupted = report.outcome { return report.outcome }
    let description = ModelDescription(
      task: "line", settings: configuration.resultSettings, data: [:], training: report.summary)
    try ModelFolder.write(report.model, description, to: folder.modelPath, system: UnsynchronizedFiles())
    return report.outcome
  }

  private func expectSameBytesAtEveryStep(
    _ configuration: TrainingConfiguration, _ ending: TrainingOutcome = .finished
  ) throws {
    let folder = try TemporaryFolder()
    let outcome = try train(
      newRun(folder, "whole"), configuration, resuming: false)
    #expect(outcome == ending)
    let expected = try finalFiles(folder, "whole")
    let steps = try #require(
      Int(expected["last"].map { String(decoding: $0.dropFirst(5).dropLast(), as: UTF8.self) } ?? ""))
    #expect(steps >= 8)
    for step in 1..<steps {
      let name = "stopped-\(step)"
      let stopped = try train(
        newRun(folder, name), configuration, resuming: false,
        stopAfter: step)
      #expect(stopped == .interrupted(.termination))
      try train(openRun(folder, name), configuration, resuming: true)
      let files = try finalFiles(folder, name)
      #expect(files.keys.sorted() == expected.keys.sorted())
      for (file, bytes) in expected { #expect(files[file] == bytes, "\(file) after a stop at step \(step)") }
    }
  }

  @Test(arguments: OptimizerConfiguration.Kind.allCases)
  func everyStep(_ kind: OptimizerConfiguration.Kind) throws {
    try expectSameBytesAtEveryStep(
      configuration {
        $0.optimizer = OptimizerConfiguration(kind, learningRate: 0.05)
        if kind == .sgd || kind == .rmsprop { $0.optimizer.momentum = 0.5 }
      })
  }

  @Test(
    arguments: [
      "averaging=exponential,averaging_decay=0.9", "averaging=last,averaging_count=2",
      "schedule=plateau,schedule_patience=0,learning_rate=1", "schedule=cosine,schedule_unit=step,warm_up=3",
      "schedule=one-cycle,schedule_unit=step", "schedule=exponential", "clip_value=0.1",
    ])
  func everyStepWith(_ settings: String) throws {
    var configuration = configuration { $0.optimizer = OptimizerConfiguration(.adam, learningRate: 0.05) }
    try configuration.apply(settings.split(separator: ",").map { try SettingAssignment(override: String($0)) })
    try expectSameBytesAtEveryStep(configuration)
  }

  @Test func everyStepWithEarlyStopping() throws {
    // The error of the noisy fit goes up again at some point, so patience ends the run.
    try expectSameBytesAtEveryStep(
      configuration {
        $0.epochs = 40
        $0.patience = 2
        $0.minimumChange = 0.05
      }, .stoppedEarly)
  }

  @Test func everyStepWithoutValidationDecision() throws {
    try expectSameBytesAtEveryStep(
      configuration {
        $0.monitor = "train_loss"
        $0.keepBest = false
      })
  }

  /// Stopped after every single step, over and over.
  @Test func stepByStep() throws {
    let folder = try TemporaryFolder()
    try train(
      newRun(folder, "whole"), configuration(), resuming: false)
    var outcome = try train(
      newRun(folder, "steps"), configuration(), resuming: false, stopAfter: 1)
    var step = 1
    while outcome == .interrupted(.termination) {
      step += 1
      outcome = try train(
        openRun(folder, "steps"), configuration(), resuming: true, stopAfter: step)
    }
    #expect(outcome == .finished)
    #expect(try finalFiles(folder, "steps") == finalFiles(folder, "whole"))
  }

  /// A process that is killed leaves a checkpoint from before, and rows of metrics.csv from after it.
  @Test func killedAfterCheckpoint() throws {
    let folder = try TemporaryFolder()
    try train(
      newRun(folder, "whole"), configuration(), resuming: false)
    try train(
      newRun(folder, "killed"), configuration(), resuming: false,
      stopAfter: 4)
    let rows = try #require(folder.bytes("whole/metrics.csv"))
    try folder.put(rows, in: "killed/metrics.csv")
    try train(openRun(folder, "killed"), configuration(), resuming: true)
    #expect(try finalFiles(folder, "killed") == finalFiles(folder, "whole"))
  }

  /// A process that is killed before its first checkpoint begins anew.
  @Test func killedBeforeFirstCheckpoint() throws {
    let folder = try TemporaryFolder()
    try train(
      newRun(folder, "whole"), configuration(), resuming: false)
    do {
      let killed = try newRun(folder, "killed")
      try killed.begin(configuration: "", environment: [:])
      try folder.put(Array("epoch,step,learning_rate,train_loss\n".utf8), in: "killed/metrics.csv")
    }
    let killed = try openRun(folder, "killed")
    let runner = try TrainingRunner(LineTask(), model: Line(), configuration: configuration(), folder: killed)
    #expect(try !runner.resume())
    try runner.run()
    #expect(folder.bytes("killed/metrics.csv") == folder.bytes("whole/metrics.csv"))
  }

  @Test func goesOnInMemory() throws {
    let whole = try TrainingRunner(LineTask(), model: Line(), configuration: configuration()).run()
    let runner = try TrainingRunner(LineTask(), model: Line(), configuration: configuration())
    let stop = StopRequest()
    let first = try runner.run(until: stop) { event in
      if case .step(let step) = event, step.step == 3 { stop.stop() }
    }
    #expect(first.outcome == .interrupted(.program))
    #expect(first.steps == 3)
    let second = try runner.run()
    #expect(second.outcome == .finished)
    #expect(second.model.weight.value.scalars == whole.model.weight.value.scalars)
    #expect(second.steps == whole.steps)
  }

  @Test func finishedRunOnlyReports() throws {
    let folder = try TemporaryFolder()
    try train(newRun(folder, "run"), configuration(), resuming: false)
    let before = try finalFiles(folder, "run")
    let run = try openRun(folder, "run")
    let runner = try TrainingRunner(LineTask(), model: Line(), configuration: configuration(), folder: run)
    try runner.resume()
    var steps = 0
    let report = try runner.run { if case .step = $0 { steps += 1 } }
    #expect(steps == 0)
    #expect(report.outcome == .finished)
    #expect(report.isBest)
    #expect(try finalFiles(folder, "run") == before)
  }

  @Test func moreEpochsGoOnAsIfPlannedSo() throws {
    let folder = try TemporaryFolder()
    try train(
      newRun(folder, "run"), configuration { $0.epochs = 2 },
      resuming: false)
    try train(openRun(folder, "run"), configuration(), resuming: true)
    try train(
      newRun(folder, "whole"), configuration(), resuming: false)
    #expect(folder.bytes("run/metrics.csv") == folder.bytes("whole/metrics.csv"))
    #expect(folder.bytes("run/model/model.safetensors") == folder.bytes("whole/model/model.safetensors"))
  }

  @Test func refusesCheckpointOfAnotherRun() throws {
    let folder = try TemporaryFolder()
    try train(
      newRun(folder, "run"), configuration(), resuming: false,
      stopAfter: 2)
    let run = try openRun(folder, "run")
    let runner = try TrainingRunner(
      LineTask(), model: Line(), configuration: configuration(), folder: run, identity: ["data": "another"])
    let error = #expect(throws: TrainingError.self) { try runner.resume() }
    #expect(
      error?.description.hasSuffix("it was made with another data than this run has; train into another folder") == true
    )
  }

  @Test(
    arguments: [
      ("optimizer=adam", "the optimiser's state does not fit"), ("averaging=last", nil),
      ("averaging=exponential", "another schedule or averaging"), ("schedule=plateau", "another schedule or averaging"),
    ])
  func refusesCheckpointOfOtherSettings(_ setting: String, _ problem: String?) throws {
    let folder = try TemporaryFolder()
    try train(newRun(folder, "run"), configuration(), resuming: false, stopAfter: 2)
    var changed = configuration()
    try changed.apply([SettingAssignment(override: setting)])
    let runner = try TrainingRunner(
      LineTask(), model: Line(), configuration: changed, folder: openRun(folder, "run"))
    guard let problem else {
      #expect(throws: Never.self) { try runner.resume() }
      return
    }
    let error = #expect(throws: TrainingError.self) { try runner.resume() }
    #expect(error?.description.contains(problem) == true, "\(String(describing: error))")
    #expect(error?.exitStatus == .badData)
  }

  @Test func refusesCheckpointOfAnotherModel() throws {
    struct Other: TrainingTask {
      func batchCount(inEpoch epoch: Int) -> Int { 5 }
      func loss(of model: Wide, on batch: BatchPosition, carry: inout NoCarry) -> BatchLoss {
        BatchLoss(mean: model.weight.value.sum(), count: 1)
      }
    }
    struct Wide: Module {
      var weight = Parameter(Tensor(zeros: [7]))
      mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) { visitor.visit("weight", &weight) }
    }
    let folder = try TemporaryFolder()
    try train(newRun(folder, "run"), configuration(), resuming: false, stopAfter: 2)
    let runner = try TrainingRunner(
      Other(), model: Wide(), configuration: configuration(), folder: openRun(folder, "run"))
    let error = #expect(throws: TrainingError.self) { try runner.resume() }
    #expect(error?.description.contains("tensor weight has shape [3], the model needs [7]") == true)
  }

  @Test func refusesPositionBeyondTheEpoch() throws {
    struct Shorter: TrainingTask {
      func batchCount(inEpoch epoch: Int) -> Int { 1 }
      func initialCarry(inEpoch epoch: Int) -> LastMean { LastMean() }
      func loss(of model: Line, on batch: BatchPosition, carry: inout LastMean) throws -> BatchLoss {
        try LineTask().loss(of: model, on: batch, carry: &carry)
      }
    }
    let folder = try TemporaryFolder()
    try train(newRun(folder, "run"), configuration(), resuming: false, stopAfter: 1)
    let runner = try TrainingRunner(
      Shorter(), model: Line(), configuration: configuration(), folder: openRun(folder, "run"))
    let error = #expect(throws: TrainingError.self) { try runner.resume() }
    #expect(error?.description.contains("more batches in an epoch") == true)
  }
}
