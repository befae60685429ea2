import Foundation
import Testing

/// Stopping by a signal and going on.
struct StopTests {
  private let settings = [
    "train", "forecast", "--data", "builtin:airline", "--hidden", "3", "--look-back", "12", "--epochs", "40",
    "--patience", "none", "--dropout", "0.1", "--set", "checkpoint_steps=2",
  ]

  private static let stops: [(signal: Int32, status: Int32)] = [(SIGTERM, 143), (SIGINT, 130), (SIGUSR1, 75)]

  @Test(arguments: stops)
  func stoppedRunGoesOnToTheSameBytes(_ signal: Int32, _ status: Int32) throws {
    let folder = try TemporaryFolder()
    let process = try ToolProcess(settings + ["--output", "stopped"], in: folder)
    try waitForEpochs(in: folder, of: process)
    process.signal(signal)
    let stopped = try process.result()
    #expect(stopped.status == status)
    #expect(stopped.output.isEmpty)
    #expect(stopped.errorLines.last?.hasSuffix("recurrent train forecast --resume --output stopped") == true)
    #expect(!folder.exists("stopped/model"))
    #expect(try folder.text("stopped/metrics.csv").split(separator: "\n").count < 41)

    // How often checkpoints are written may change: it has no influence on results.
    let resumed = try recurrent(
      "train", "forecast", "--resume", "--output", "stopped", "--json", "--set", "checkpoint_steps=none", in: folder)
    #expect(resumed.status == 0)
    #expect(resumed.errors.contains("going on after step"))
    let whole = try Self.whole.get()
    #expect(folder.files(in: "stopped/model") == whole.folder.files(in: "whole/model"))
    #expect(try folder.bytes("stopped/metrics.csv") == whole.folder.bytes("whole/metrics.csv"))
    let both = [resumed, whole.result].map { $0.json?["metrics"] as? [String: [String: Double]] }
    #expect(both[0] == both[1] && both[0] != nil)
  }

  private struct Whole {
    let folder: TemporaryFolder
    let result: ToolProcess.Result
  }

  /// The same run without a stop. Checkpoints have no influence, so it makes none on the way.
  private static let whole = Result {
    let folder = try TemporaryFolder()
    let settings = StopTests().settings.map { $0 == "checkpoint_steps=2" ? "checkpoint_seconds=none" : $0 }
    return Whole(folder: folder, result: try recurrent(settings + ["--output", "whole", "--json"], in: folder))
  }

  /// Waits until some epochs are done.
  private func waitForEpochs(in folder: TemporaryFolder, of process: ToolProcess) throws {
    let deadline = Date(timeIntervalSinceNow: 60)
    while ((try? folder.bytes("stopped/metrics.csv").count) ?? 0) < 500 {
      try #require(process.isRunning && Date() < deadline, "\(process.errors)")
      usleep(2000)
    }
  }
}
