import Foundation
import Testing

@testable import RecurrentFormats

@Suite struct ReadableFileTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.put("0123456789", in: "digits")
  }

  @Test func readsWholeFilesUpToTheLimit() throws {
    #expect(try ReadableFile.bytes(ofFile: folder.path("digits"), limit: 10) == Array("0123456789".utf8))
    let tooLarge = FileError(path: folder.path("digits"), operation: .read, reason: .tooLarge(limit: 9))
    #expect(throws: tooLarge) { try ReadableFile.bytes(ofFile: folder.path("digits"), limit: 9) }
    try folder.put("", in: "empty")
    #expect(try ReadableFile.bytes(ofFile: folder.path("empty"), limit: 0) == [])
    let large = [UInt8](repeating: 7, count: 100_000)
    try AtomicFile.write(large, to: folder.path("large"))
    #expect(try ReadableFile.bytes(ofFile: folder.path("large"), limit: 100_000) == large)
  }

  @Test func readsPipesAndEndlessDevicesUpToTheLimit() throws {
    #expect(throws: FileError(path: "/dev/zero", operation: .read, reason: .tooLarge(limit: 50_000))) {
      try ReadableFile.bytes(ofFile: "/dev/zero", limit: 50_000)
    }
    #expect(try ReadableFile.bytes(ofFile: "/dev/null", limit: 50_000) == [])
  }

  @Test func readsRanges() throws {
    let file = try ReadableFile(folder.path("digits"))
    #expect(file.byteCount == 10)
    #expect(try file.bytes(in: 3..<5) == Array("34".utf8))
    #expect(try file.bytes(in: 10..<10) == [])
    try folder.put("012", in: "digits")
    #expect(throws: FileError(path: folder.path("digits"), operation: .read, reason: .changedWhileReading)) {
      try file.bytes(in: 0..<10)
    }
  }

  @Test func onlyPlainFilesAreOpened() throws {
    #expect(throws: FileError(path: folder.path, operation: .read, reason: .isFolder)) { try ReadableFile(folder.path) }
    #expect(throws: FileError(path: "/dev/zero", operation: .read, reason: .notRegularFile)) {
      try ReadableFile("/dev/zero")
    }
    mkfifo(folder.path("pipe"), 0o600)
    #expect(throws: FileError(path: folder.path("pipe"), operation: .read, reason: .notRegularFile)) {
      try ReadableFile(folder.path("pipe"))
    }
    #expect(throws: FileError(path: folder.path("none"), operation: .read, reason: .notFound)) {
      try ReadableFile(folder.path("none"))
    }
    #expect(throws: FileError(path: folder.path, operation: .read, reason: .isFolder)) {
      try ReadableFile.bytes(ofFile: folder.path, limit: 10)
    }
  }
}
