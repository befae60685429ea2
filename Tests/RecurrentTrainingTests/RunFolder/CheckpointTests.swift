import Foundation
import RecurrentFormats
import RecurrentLayers
import RecurrentTensor
import Testing

@testable import RecurrentTraining

@Suite struct CheckpointTests {
  private let folder: TemporaryFolder
  private let files = UnsynchronizedFiles()

  init() throws { folder = try TemporaryFolder() }

  private func configuration(_ change: (inout TrainingConfiguration) -> Void = { _ in }) -> TrainingConfiguration {
    var configuration = TrainingConfiguration()
    configuration.epochs = 3
    configuration.optimizer = OptimizerConfiguration(.adam, learningRate: 0.1)
    configuration.checkpointSeconds = nil
    configuration.checkpointSteps = 1
    configuration.threads = 1
    change(&configuration)
    return configuration
  }

  /// Runs the tiny task in `run`, 7 steps, and gives the events.
  @discardableResult
  private func train(
    _ configuration: TrainingConfiguration, stopAfter stopStep: Int? = nil,
    resuming: Bool = false, onStep: (Int) throws -> Void = { _ in }
  ) throws -> [TrainingEvent] {
    let run =
      try resuming
      ? RunFolder.open(at: folder.path("run"), system: files) : RunFolder.create(at: folder.path("run"), system: files)
    if !resuming { try run.begin(configuration: "", environment: [:]) }
    let runner = try TrainingRunner(LineTask(), model: Line(), configuration: configuration, folder: run)
    var events: [TrainingEvent] = []
    if resuming { try runner.resume { events.append($0) } }
    let stop = StopRequest()
    var failure: (any Error)?
    try runner.run(until: stop) { event in
      events.append(event)
      guard case .step(let step) = event else { return }
      do { try onStep(step.step) } catch { failure = error }
      if step.step == stopStep { stop.stop() }
    }
    if let failure { throw failure }
    return events
  }

  private func skipped(_ events: [TrainingEvent]) -> [String] {
    events.compactMap { if case .checkpointSkipped(let error) = $0 { "\(error)" } else { nil } }
  }

  @Test func content() throws {
    try train(configuration(), stopAfter: 4)
    #expect(folder.names(in: "run/checkpoints") == ["best", "last", "step-00000002", "step-00000003", "step-00000004"])
    #expect(folder.text("run/checkpoints/last") == "step-00000004\n")
    // The first epoch, of two steps, is the best so far, and was first saved with step 2.
    #expect(folder.text("run/checkpoints/best") == "step-00000002\n")
    #expect(
      folder.names(in: "run/checkpoints/step-00000004") == [
        "MANIFEST.sha256", "best.safetensors", "carry.safetensors", "model.safetensors", "optimizer.safetensors",
        "state.json",
      ])
    let state = try JSONValue(contentsOfFile: folder.path("run/checkpoints/step-00000004/state.json"))
    #expect(state["epoch"] == 1)
    #expect(state["batch"] == 2)
    #expect(state["step"] == 4)
    #expect(state["item_count"] == 7)
    #expect(state["best"]?["step"] == 2)
    #expect(state["best"]?["metric"]?["name"] == "validation_mse")
    #expect(state["ending"] == .null)
    let optimizer = try SafetensorsFile(path: folder.path("run/checkpoints/step-00000004/optimizer.safetensors"))
    #expect(optimizer.names == ["exp_avg.bias", "exp_avg.weight", "exp_avg_sq.bias", "exp_avg_sq.weight", "step"])
  }

  @Test func manifestIsReadBySha256sum() throws {
    try train(configuration(), stopAfter: 3)
    let tool = "/usr/bin/sha256sum"
    guard FileManager.default.isExecutableFile(atPath: tool) else { return }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: tool)
    process.arguments = ["--check", "--strict", "--quiet", "MANIFEST.sha256"]
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path("run/checkpoints/step-00000003"))
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }

  @Test func keepsNewestTwoAndBest() throws {
    // The second epoch is the best one of all.
    let task = ScriptedValidation(metrics: [3, 1, 2, 2, 2])
    let run = try RunFolder.create(at: folder.path("run"), system: files)
    try TrainingRunner(task, model: Line(), configuration: configuration { $0.epochs = 5 }, folder: run).run()
    #expect(folder.names(in: "run/checkpoints") == ["best", "last", "step-00000002", "step-00000004", "step-00000005"])
    #expect(folder.text("run/checkpoints/best") == "step-00000002\n")
  }

  @Test(arguments: ["model.safetensors", "optimizer.safetensors", "state.json", "best.safetensors", "MANIFEST.sha256"])
  func damagedFileMakesOlderOneUsed(_ file: String) throws {
    try train(configuration(), stopAfter: 5)
    let name = "run/checkpoints/step-00000005/\(file)"
    let count = try #require(folder.bytes(name)).count
    for offset in Set([0, count / 2, count - 1]) {
      try folder.flipBit(of: name, atByte: offset)
      let run = try RunFolder.open(at: folder.path("run"), system: files)
      var messages: [String] = []
      let store = CheckpointStore(path: run.checkpointsPath, system: files)
      let loaded = try store.newest { messages.append($0.description) }
      #expect(loaded?.description.state.step == 4, "byte \(offset) of \(file)")
      #expect(messages.count == 1)
      #expect(messages.first?.contains("step-00000005") == true)
      try folder.flipBit(of: name, atByte: offset)
    }
  }

  /// Where somebody removes the folder, the run does not go on in a new one that would lack its settings.
  @Test func removedFolderEndsTheRun() throws {
    let error = #expect(throws: FileError.self) {
      try train(configuration()) { step in
        if step == 1 { try FileManager.default.removeItem(atPath: folder.path("run")) }
      }
    }
    #expect(error?.reason == .notFound)
    #expect(folder.names(in: "").isEmpty)
  }

  @Test func truncatedOrMissingFileMakesOlderOneUsed() throws {
    try train(configuration(), stopAfter: 5)
    let name = "run/checkpoints/step-00000005/model.safetensors"
    let bytes = try #require(folder.bytes(name))
    let store = CheckpointStore(path: folder.path("run/checkpoints"), system: files)
    for count in stride(from: 0, to: bytes.count, by: 17) {
      try folder.put(Array(bytes.prefix(count)), in: name)
      #expect(try store.newest { _ in }?.description.state.step == 4)
    }
    try FileManager.default.removeItem(atPath: folder.path(name))
    var message = ""
    #expect(try store.newest { message = $0.description }?.description.state.step == 4)
    #expect(message == "\(folder.path(name)): the file is missing; use another copy of the folder")
  }

  @Test func goesOnFromOlderCheckpointToTheSameEnd() throws {
    try train(configuration())
    let metrics = folder.bytes("run/metrics.csv")
    let end = folder.files(in: "run/checkpoints/step-00000007")
    try FileManager.default.removeItem(atPath: folder.path("run"))
    try train(configuration(), stopAfter: 5)
    try folder.flipBit(of: "run/checkpoints/step-00000005/model.safetensors", atByte: 100)
    let events = try train(configuration(), resuming: true)
    #expect(skipped(events).count == 1)
    #expect(folder.bytes("run/metrics.csv") == metrics)
    #expect(folder.files(in: "run/checkpoints/step-00000007") == end)
    #expect(!folder.names(in: "run/checkpoints").contains("step-00000005"))
  }

  @Test func allDamaged() throws {
    try train(configuration(), stopAfter: 2)
    for name in folder.names(in: "run/checkpoints") where name.hasPrefix("step-") {
      try folder.flipBit(of: "run/checkpoints/\(name)/model.safetensors", atByte: 9)
    }
    let error = #expect(throws: RunFolderError.self) { try train(configuration(), resuming: true) }
    #expect(error?.reason == .noCheckpoint(skipped: 2))
    #expect(error?.exitStatus == .badData)
  }

  @Test func laterVersionIsNotPassedOver() throws {
    try train(configuration(), stopAfter: 2)
    let place = "run/checkpoints/step-00000002"
    let text = try #require(folder.text("\(place)/state.json"))
    try folder.put(
      Array(text.replacing("\"format_version\": 2", with: "\"format_version\": 3").utf8), in: "\(place)/state.json")
    let digest = SHA256.hexadecimalDigest(of: folder.bytes("\(place)/state.json") ?? [])
    let manifest = try #require(folder.text("\(place)/MANIFEST.sha256")).split(separator: "\n").map {
      $0.hasSuffix("state.json") ? "\(digest)  state.json" : String($0)
    }
    try folder.put(Array((manifest.joined(separator: "\n") + "\n").utf8), in: "\(place)/MANIFEST.sha256")
    let error = #expect(throws: CheckpointError.self) { try train(configuration(), resuming: true) }
    #expect(error?.reason == .newerFormat(3))
  }

  @Test func failuresAreToleratedThenEndTheRun() throws {
    var failures = 0
    let error = #expect(throws: FileError.self) {
      try train(configuration(), onStep: { if $0 == 3 { files.fail("write", code: ENOSPC) } }).forEach { _ in }
    }
    #expect(error?.reason == .noSpace)
    #expect(error?.exitStatus == .ioError)
    // What was complete before is still there.
    files.fail(nil)
    let store = CheckpointStore(path: folder.path("run/checkpoints"), system: files)
    #expect(try store.newest { _ in failures += 1 }?.description.state.step == 2)
    #expect(failures == 0)
    #expect(!folder.names(in: "run/checkpoints").contains { $0.hasPrefix(".tmp") })
  }

  @Test func oneFailureIsReportedAndForgotten() throws {
    let events = try train(configuration()) { step in
      files.fail(step == 3 || step == 4 ? "sync" : nil)
    }
    let failures = events.count { if case .checkpointFailed = $0 { true } else { false } }
    #expect(failures == 2)
    #expect(folder.text("run/checkpoints/last") == "step-00000007\n")
    #expect(folder.text("run/metrics.csv")?.split(separator: "\n").count == 4)
  }

  @Test func metricsThatWereCutAreRefused() throws {
    try train(configuration(), stopAfter: 3)
    try folder.put(Array("epoch".utf8), in: "run/metrics.csv")
    let error = #expect(throws: RunFolderError.self) { try train(configuration(), resuming: true) }
    guard case .metricsShortened(5, _)? = error?.reason else { Issue.record("\(String(describing: error))"); return }
  }

  @Test func checkpointsByTime() throws {
    let time = ManualClock()
    let run = try RunFolder.create(at: folder.path("run"), system: files)
    let settings = configuration {
      $0.checkpointSteps = nil; $0.checkpointSeconds = 30
    }
    let runner = try TrainingRunner(
      LineTask(), model: Line(), configuration: settings, folder: run, identity: [:], clock: { time.seconds })
    var written: [Int] = []
    try runner.run { event in
      if case .step = event { time.advance(by: 14) }
      if case .checkpointWritten(_, let step) = event { written.append(step) }
    }
    #expect(written == [3, 6, 7])
  }
}
