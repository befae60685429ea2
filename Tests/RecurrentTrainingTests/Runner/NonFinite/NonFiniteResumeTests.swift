import RecurrentFormats
import RecurrentLayers
import RecurrentTensor
import Testing

@testable import RecurrentTraining

/// A run that has met numbers that are not finite, is stopped anywhere and resumed, leaves the same bytes as one that is not
/// stopped.
@Suite struct NonFiniteResumeTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private struct Case: CustomTestStringConvertible {
    let name: String
    var task = LineTask()
    let settings: String
    /// How many steps go wrong at least.
    let faults: Int
    var testDescription: String { name }
  }

  private static let cases = [
    Case(
      name: "skip", task: LineTask(faults: [1: .loss, 3: .input, 4: .target, 7: .gradient, 8: .carry]),
      settings: "nonfinite=skip,optimizer=adam,learning_rate=0.05", faults: 5),
    Case(
      name: "skip with averages", task: LineTask(faults: [4: .loss, 11: .carry]),
      settings: "nonfinite=skip,averaging=exponential,averaging_decay=0.9,optimizer=rmsprop,learning_rate=0.05",
      faults: 2),
    Case(
      name: "lower_rate", settings: "nonfinite=lower_rate,optimizer=sgd,learning_rate=300,momentum=0.5,epochs=40",
      faults: 3),
    Case(
      name: "lower_rate with averages",
      settings: "nonfinite=lower_rate,averaging=exponential,optimizer=sgd,learning_rate=100,epochs=30", faults: 2),
    Case(
      name: "lower_rate with a plateau",
      settings: "nonfinite=lower_rate,schedule=plateau,schedule_patience=9,optimizer=sgd,learning_rate=300,epochs=30",
      faults: 1),
  ]

  private func configuration(_ settings: String) throws -> TrainingConfiguration {
    var configuration = TrainingConfiguration()
    configuration.epochs = 6
    configuration.threads = 1
    configuration.checkpointSeconds = nil
    try configuration.apply(settings.split(separator: ",").map { try SettingAssignment(override: String($0)) })
    return configuration
  }

  private func openRun(_ name: String, resuming: Bool) throws -> RunFolder {
    let files = UnsynchronizedFiles()
    if resuming { return try RunFolder.open(at: folder.path(name), system: files) }
    let run = try RunFolder.create(at: folder.path(name), system: files)
    try run.begin(configuration: "", environment: [:])
    return run
  }

  /// Trains until the end, or until so many steps were tried.
  ///
  /// - Returns: Whether the run was stopped, how many steps were tried, and how many went wrong.
  private func train(
    _ name: String, _ test: Case, resuming: Bool, stopAfter tries: Int? = nil
  ) throws -> (isStopped: Bool, tries: Int, faults: Int) {
    let runner = try TrainingRunner(
      test.task, model: Line(), configuration: configuration(test.settings),
      folder: openRun(name, resuming: resuming))
    if resuming { try runner.resume() }
    let stop = StopRequest()
    var (count, faults) = (0, 0)
    let report: TrainingReport<Line>
    do {
      report = try runner.run(until: stop) { event in
        switch event {
        case .step: count += 1
        case .notFinite: (count, faults) = (count + 1, faults + 1)
        default: return
        }
        if count == tries { stop.stop(.termination) }
      }
    } catch TrainingError.notFinite {
      return (false, count, faults)
    }
    if case .interrupted = report.outcome { return (true, count, faults) }
    return (false, count, faults)
  }

  /// All that a run leaves, but for the checkpoints before the last.
  private func finalFiles(_ name: String) throws -> [String: [UInt8]] {
    var files = folder.files(in: name).filter { !$0.key.hasPrefix(".") }
    if let last = folder.text("\(name)/checkpoints/last") {
      files.merge(folder.files(in: "\(name)/checkpoints/\(last.dropLast())")) { $1 }
    }
    return files
  }

  @Test(arguments: cases)
  private func everyStep(_ test: Case) throws {
    let whole = try train("whole", test, resuming: false)
    #expect(whole.faults >= test.faults, "\(test.name)")
    #expect(folder.text("whole/checkpoints/last") != nil, "the run came to its end")
    let expected = try finalFiles("whole")
    #expect(expected.keys.contains { $0.hasPrefix("nonfinite-step-") })
    for tries in 1..<whole.tries {
      let name = "stopped-\(tries)"
      let first = try train(name, test, resuming: false, stopAfter: tries)
      #expect(first.isStopped && first.tries == tries)
      let second = try train(name, test, resuming: true)
      #expect(!second.isStopped)
      let files = try finalFiles(name)
      #expect(files.keys.sorted() == expected.keys.sorted(), "after \(tries)")
      for (file, bytes) in expected { #expect(files[file] == bytes, "\(file) after a stop at try \(tries)") }
    }
  }

  /// A process that is killed leaves a checkpoint of a course that was given up later: it is given up again.
  @Test func killedAfterTheRateWasLowered() throws {
    let test = try #require(Self.cases.first { $0.name == "lower_rate with averages" })
    let whole = try train("whole", test, resuming: false)
    // As far as before the first fault, then gone: what came after is forgotten.
    for tries in stride(from: 1, to: whole.tries, by: 7) {
      let name = "killed-\(tries)"
      _ = try train(name, test, resuming: false, stopAfter: tries)
      _ = try train(name, test, resuming: true)
      #expect(try finalFiles(name) == finalFiles("whole"), "after \(tries)")
    }
  }

  /// A run that `stop` has ended goes on with another policy.
  @Test func stoppedRunGoesOnWithAnotherPolicy() throws {
    var test = Case(
      name: "stop", task: LineTask(faults: [4: .target]), settings: "nonfinite=stop,checkpoint_steps=2", faults: 1)
    _ = try train("run", test, resuming: false)
    #expect(folder.text("run/checkpoints/last") == "step-00000004\n")
    test = Case(name: "skip", task: test.task, settings: "nonfinite=skip", faults: 1)
    let ended = try train("run", test, resuming: true)
    #expect(ended.faults == 1 && !ended.isStopped)
    #expect(folder.text("run/checkpoints/last") == "step-00000015\n")
  }

  /// No checkpoint of any run holds a number that is not finite.
  @Test(arguments: cases)
  private func nothingBadIsSaved(_ test: Case) throws {
    let runner = try TrainingRunner(
      test.task, model: Line(), configuration: configuration(test.settings + ",checkpoint_steps=1"),
      folder: openRun("run", resuming: false))
    let store = CheckpointStore(path: folder.path("run/checkpoints"), system: UnsynchronizedFiles())
    var checkpoints = 0
    func look() throws {
      let saved = try #require(try store.newest { Issue.record("\($0)") })
      for tensors in [saved.tensors, saved.rollback].compactMap(\.self) {
        for group in [tensors.model, tensors.optimizer, tensors.best, tensors.average, tensors.carry] {
          for (name, tensor) in group { #expect(tensor.isFinite, "\(name)") }
        }
      }
      checkpoints += 1
    }
    var failure: (any Error)?
    do {
      try runner.run { event in
        guard case .checkpointWritten = event else { return }
        do { try look() } catch { failure = error }
      }
    } catch TrainingError.notFinite {
      // So some of the runs end.
    }
    #expect(failure == nil)
    #expect(checkpoints > 3)
  }
}
