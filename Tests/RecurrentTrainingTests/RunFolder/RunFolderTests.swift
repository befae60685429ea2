import Foundation
import RecurrentFormats
import Testing

@testable import RecurrentTraining

@Suite struct RunFolderTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func reason(_ body: () throws(RunFolderError) -> RunFolder) -> RunFolderError.Reason? {
    do throws(RunFolderError) {
      _ = try body()
      return nil
    } catch {
      return error.reason
    }
  }

  @Test func makesFoldersOnTheWay() throws {
    let run = try RunFolder.create(at: folder.path("a/b/run/"))
    #expect(run.path == folder.path("a/b/run"))
    try run.begin(configuration: "epochs: 3\n", environment: ["seed": 42])
    #expect(folder.text("a/b/run/config.yaml") == "epochs: 3\n")
    #expect(folder.text("a/b/run/environment.json") == "{\n  \"seed\": 42\n}\n")
  }

  /// A folder whose name is not on the device may be gone after a power cut, with all that is in it.
  @Test func namesOfNewFoldersAreOnTheDevice() throws {
    let files = UnsynchronizedFiles()
    _ = try RunFolder.create(at: folder.path("a/b/run"), system: files)
    #expect(files.synchronizedFolders == [folder.path, folder.path("a"), folder.path("a/b")])
  }

  @Test func folderWhoseNameIsNotOnTheDeviceIsNotThere() throws {
    let files = UnsynchronizedFiles(failing: "sync folder")
    let error = #expect(throws: RunFolderError.self) { try RunFolder.create(at: folder.path("run"), system: files) }
    #expect(error?.reason == .file(FileError(path: folder.path("run"), operation: .write, reason: .deviceFailed)))
    #expect(folder.names(in: "").isEmpty)
  }

  @Test func emptyFolderIsFine() throws {
    try FileManager.default.createDirectory(atPath: folder.path("run"), withIntermediateDirectories: false)
    #expect(throws: Never.self) { try RunFolder.create(at: folder.path("run")) }
  }

  @Test func existingFolderIsRefusedAndUntouched() throws {
    try FileManager.default.createDirectory(atPath: folder.path("run"), withIntermediateDirectories: false)
    try folder.put([1, 2, 3], in: "run/precious")
    let error = #expect(throws: RunFolderError.self) { try RunFolder.create(at: folder.path("run")) }
    #expect(error?.reason == .exists)
    #expect(error?.exitStatus.code == 73)
    #expect(
      error?.description == "\(folder.path("run")): it exists already; choose another --output, "
        + "or go on with that run by --resume")
    #expect(folder.names(in: "run") == ["precious"])
    try folder.put([1], in: "file")
    #expect(reason { () throws(RunFolderError) in try RunFolder.create(at: folder.path("file")) } == .exists)
  }

  /// A process that was killed before it had written its settings leaves nothing that stands in the way.
  @Test func folderOfARunThatNeverBeganIsFine() throws {
    _ = try RunFolder.create(at: folder.path("run"))
    try folder.put([1], in: "run/.tmp-1-1")
    #expect(throws: Never.self) { try RunFolder.create(at: folder.path("run")) }
    #expect(folder.names(in: "run") == [".lock"])
  }

  @Test func lockKeepsOthersOut() throws {
    let first = try RunFolder.create(at: folder.path("run"))
    try first.begin(configuration: "", environment: [:])
    #expect(reason { () throws(RunFolderError) in try RunFolder.open(at: folder.path("run")) } == .inUse)
    withExtendedLifetime(first) {}
  }

  @Test func lockEndsWithItsHolder() throws {
    do {
      let first = try RunFolder.create(at: folder.path("run"))
      try first.begin(configuration: "", environment: [:])
    }
    #expect(throws: Never.self) { try RunFolder.open(at: folder.path("run")) }
  }

  @Test func numbersGoOn() throws {
    let first = try RunFolder.createNumbered(in: folder.path("runs"), task: "forecast")
    #expect(first.path == folder.path("runs/0001-forecast"))
    try first.begin(configuration: "", environment: [:])
    try FileManager.default.createDirectory(atPath: folder.path("runs/0041-x"), withIntermediateDirectories: false)
    try folder.put([], in: "runs/notes.txt")
    let second = try RunFolder.createNumbered(in: folder.path("runs"), task: "tag")
    #expect(second.path == folder.path("runs/0042-tag"))
  }

  @Test func openWantsARun() throws {
    #expect(reason { () throws(RunFolderError) in try RunFolder.open(at: folder.path("none")) } == .missing)
    try FileManager.default.createDirectory(atPath: folder.path("other"), withIntermediateDirectories: false)
    #expect(reason { () throws(RunFolderError) in try RunFolder.open(at: folder.path("other")) } == .notARun)
    #expect(folder.names(in: "other").isEmpty)
  }

  @Test func openRemovesWhatAKilledProcessLeft() throws {
    do { try RunFolder.create(at: folder.path("run")).begin(configuration: "", environment: [:]) }
    for name in ["run/.tmp-1-1", "run/checkpoints/.tmp-1-2"] {
      try FileManager.default.createDirectory(atPath: folder.path(name), withIntermediateDirectories: true)
      try folder.put([1], in: "\(name)/model.safetensors")
    }
    _ = try RunFolder.open(at: folder.path("run"))
    #expect(folder.names(in: "run") == [".lock", "checkpoints", "config.yaml", "environment.json"])
    #expect(folder.names(in: "run/checkpoints").isEmpty)
  }

  @Test func folderThatCannotBeMade() throws {
    let files = UnsynchronizedFiles(failing: "create folder", code: EROFS)
    let error = #expect(throws: RunFolderError.self) { try RunFolder.create(at: folder.path("run"), system: files) }
    #expect(error?.reason == .file(FileError(path: folder.path("run"), operation: .write, reason: .readOnlyFileSystem)))
    #expect(error?.exitStatus == .cannotCreate)
  }
}
