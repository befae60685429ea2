import RecurrentFormats
import Testing

@testable import RecurrentTraining

@Suite struct ExitStatusTests {
  @Test(
    arguments: [
      (.read, .notFound, 66), (.read, .permissionDenied, 66), (.read, .isFolder, 66), (.read, .deviceFailed, 74),
      (.read, .tooLarge(limit: 5), 65), (.read, .changedWhileReading, 65), (.write, .permissionDenied, 73),
      (.write, .readOnlyFileSystem, 73), (.write, .notFound, 73), (.write, .alreadyExists, 73), (.write, .noSpace, 74),
      (.write, .quotaExceeded, 74), (.write, .deviceFailed, 74), (.remove, .permissionDenied, 73),
    ] as [(FileError.Operation, FileError.Reason, Int32)])
  func files(_ operation: FileError.Operation, _ reason: FileError.Reason, _ code: Int32) {
    #expect(ExitStatus(of: FileError(path: "p", operation: operation, reason: reason)).code == code)
  }

  @Test func settings() {
    let unknown = SettingError.Reason.unknownKey("a", suggestion: nil)
    #expect(ExitStatus(of: SettingError(source: .file("c.yaml"), reason: unknown)).code == 78)
    #expect(ExitStatus(of: SettingError(source: .flag("--a"), reason: unknown)).code == 64)
    #expect(ExitStatus(of: SettingError(source: .override, reason: unknown)).code == 64)
  }

  @Test func others() {
    struct Unknown: Error {}
    #expect(ExitStatus(of: Unknown()).code == 1)
    #expect(ExitStatus(of: RunFolderError(path: "p", reason: .inUse)).code == 73)
    #expect(ExitStatus(of: RunFolderError(path: "p", reason: .missing)).code == 66)
    let full = FileError(path: "p", operation: .write, reason: .noSpace)
    #expect(ExitStatus(of: RunFolderError(path: "p", reason: .file(full))).code == 74)
    #expect(ExitStatus(of: ModelFolderError(path: "p", reason: .missing)).code == 66)
    #expect(ExitStatus(of: ModelFolderError(path: "p", reason: .newerFormat(2))).code == 65)
    #expect(ExitStatus(of: TrainingError.noBatches(epoch: 1)).code == 65)
    #expect(StopReason.interrupt.exitStatus.code == 130)
    #expect(StopReason.termination.exitStatus.code == 143)
    #expect(StopReason.preemption.exitStatus.code == 75)
  }
}
