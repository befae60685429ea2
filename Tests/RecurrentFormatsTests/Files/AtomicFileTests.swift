import Foundation
import Testing

@testable import RecurrentFormats

@Suite struct AtomicFileTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  @Test func writesAndReplaces() throws {
    try AtomicFile.write("first", to: folder.path("a.txt"))
    #expect(folder.text("a.txt") == "first")
    try AtomicFile.write([1, 2, 3], to: folder.path("a.txt"))
    #expect(folder.bytes("a.txt") == [1, 2, 3])
    #expect(folder.contents == ["a.txt"])
  }

  @Test func writesManyPiecesInOrder() throws {
    var expected: [UInt8] = []
    try AtomicFile.write(to: folder.path("pieces")) { writer in
      for size in [1, 100, 65_535, 65_536, 3, 200_000, 0, 7] {
        let piece = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ size) }
        expected += piece
        try writer.write(piece)
      }
      #expect(writer.byteCount == expected.count)
    }
    #expect(folder.bytes("pieces") == expected)
  }

  @Test func synchronizesBeforeItRenames() throws {
    let system = FaultyFileSystem()
    try AtomicFile.write([1], to: folder.path("a"), system: system)
    #expect(system.calls == ["create", "write", "sync", "close", "rename", "sync folder"])
  }

  @Test(arguments: FaultyFileSystem.Fault.allCases)
  func aFaultAtAnyCallLeavesOneCompleteFile(_ fault: FaultyFileSystem.Fault) throws {
    let new = String(repeating: "new ", count: 50_000)
    for call in 0... {
      try folder.put("old", in: "a")
      let system = FaultyFileSystem(fault, atCall: call)
      var failed = false
      do {
        try AtomicFile.write(to: folder.path("a"), system: system) { writer in
          try writer.write("new ")
          try writer.write(String(new.dropFirst(4)))
        }
      } catch let error as FileError {
        failed = true
        #expect(error.path == folder.path("a"))
        #expect(error.reason == (fault == .diskFull || fault == .shortWrite ? .noSpace : .deviceFailed))
      }
      guard system.didReachFault else {
        #expect(!failed && call > 5)
        break
      }
      #expect(failed == (fault != .partialWrite), "call \(call)")
      let text = folder.text("a")
      let isAfterRename = system.calls.contains("rename") && system.calls[call] == "sync folder"
      #expect(text == (failed && !isAfterRename ? "old" : new), "call \(call)")
      if fault == .death {
        try AtomicFolder.recover(in: folder.path)
      }
      #expect(folder.contents == ["a"], "call \(call)")
    }
  }

  @Test func anErrorOfTheBodyLeavesTheOldFile() throws {
    struct Stop: Error {}
    try folder.put("old", in: "a")
    #expect(throws: Stop.self) {
      try AtomicFile.write(to: folder.path("a")) { writer in
        try writer.write("new")
        throw Stop()
      }
    }
    #expect(folder.text("a") == "old")
    #expect(folder.contents == ["a"])
  }

  @Test func saysWhatIsWrongWithThePath() throws {
    try folder.put("", in: "file")
    try FileManager.default.createDirectory(atPath: folder.path("sub"), withIntermediateDirectories: false)
    func reason(_ path: String) -> FileError.Reason? {
      do throws(FileError) {
        try AtomicFile.write([1], to: path)
        return nil
      } catch {
        #expect(error.path == path && error.operation == .write)
        #expect(!error.description.contains("\n"))
        return error.reason
      }
    }
    #expect(reason(folder.path("none/a")) == .notFound)
    #expect(reason(folder.path("sub")) == .isFolder)
    #expect(reason(folder.path("sub/")) == .isFolder)
    #expect(reason(folder.path("file/a")) == .notFolder)
    #expect(reason(folder.path(String(repeating: "x", count: 300))) == .badPath)
    #expect(reason("") == .notFound || reason("") == .isFolder)
    #expect(folder.contents == ["file", "sub"])
  }

  @Test func aReadOnlyFileOrFolderIsLeftAlone() throws {
    guard getuid() != 0 else { return }
    try folder.put("old", in: "a")
    chmod(folder.path("a"), 0o444)
    #expect(throws: FileError(path: folder.path("a"), operation: .write, reason: .permissionDenied)) {
      try AtomicFile.write([1], to: folder.path("a"))
    }
    #expect(folder.text("a") == "old")
  }

  @Test func keepsModeAndLink() throws {
    try folder.put("old", in: "target")
    chmod(folder.path("target"), 0o640)
    try FileManager.default.createSymbolicLink(atPath: folder.path("link"), withDestinationPath: "target")
    try AtomicFile.write("new", to: folder.path("link"))
    #expect(folder.text("target") == "new")
    #expect(try FileKind.of(folder.path("link"), followingLinks: false) == .link)
    #expect(try FileKind.of(folder.path("target"), followingLinks: false) == .file(mode: 0o640))
  }

  @Test func devicesAreWrittenToAndNotReplaced() throws {
    try AtomicFile.write([1, 2, 3], to: "/dev/null")
    #expect(try FileKind.of("/dev/null", followingLinks: false) == .special)
  }

  #if os(Linux)
    @Test func aPipeWithoutAPathIsWrittenTo() throws {
      let pipe = Pipe()
      try AtomicFile.write("through", to: "/proc/self/fd/\(pipe.fileHandleForWriting.fileDescriptor)")
      try pipe.fileHandleForWriting.close()
      #expect(pipe.fileHandleForReading.readDataToEndOfFile() == Data("through".utf8))
    }
  #endif

  @Test func aLinkToNowhereIsNotFollowed() throws {
    try FileManager.default.createSymbolicLink(atPath: folder.path("link"), withDestinationPath: "none/file")
    #expect(throws: FileError(path: folder.path("link"), operation: .write, reason: .notFound)) {
      try AtomicFile.write([1], to: folder.path("link"))
    }
    #expect(folder.contents == ["link"])
  }

  @Test func aFullDeviceIsNamed() {
    guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
    #expect(throws: FileError(path: "/dev/full", operation: .write, reason: .noSpace)) {
      try AtomicFile.write([1], to: "/dev/full")
    }
  }
}
