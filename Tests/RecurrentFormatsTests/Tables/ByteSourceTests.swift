import Foundation
import RecurrentFormats
import Testing

@Suite struct ByteSourceTests {
  /// Calls `body` with the path of a temporary file that holds `bytes`.
  private func withFile(_ bytes: [UInt8], name: String = "t.csv", _ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent(name)
    try Data(bytes).write(to: file)
    try body(file.path)
  }

  @Test func deliversEveryByteOnce() throws {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7 + 1) }
    try withFile(bytes) { path in
      let file = try FileSource(path: path)
      #expect(file.signature == Array(bytes[..<8]))
      var read: [UInt8] = []
      let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 3, alignment: 1)
      defer { buffer.deallocate() }
      while case let count = try file.read(into: buffer), count > 0 { read.append(contentsOf: buffer[..<count]) }
      #expect(read == bytes)
    }
  }

  @Test func compressionIsToldByContentNotByName() throws {
    let member: [UInt8] = [
      0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0xFF, 0x33, 0xD6, 0x31, 0xE1, 0x02, 0x00, 0x3E, 0x2D, 0x72,
      0xA9,
      0x04, 0x00, 0x00, 0x00,
    ]
    try withFile(member, name: "plain.csv") { path in
      var table = try CSVReader(path: path)
      _ = try table.readRecord()
      let numbers = [table.number(at: 0), table.number(at: 1)]
      #expect(numbers == [3, 4])
    }
    try withFile(Array("3,4\n".utf8), name: "named.csv.gz") { path in
      var table = try CSVReader(path: path)
      _ = try table.readRecord()
      let number = table.number(at: 1)
      #expect(number == 4)
    }
  }

  @Test func missingFilesAndFoldersAreErrors() throws {
    #expect(throws: InputError.file(FileError(path: "/no/such.csv", operation: .read, reason: .notFound))) {
      _ = try TextFile.open("/no/such.csv")
    }
    let folder = FileManager.default.temporaryDirectory.path
    #expect(throws: InputError.file(FileError(path: folder, operation: .read, reason: .isFolder))) {
      _ = try TextFile.open(folder)
    }
  }

  @Test func workbooksAreNotText() throws {
    try withFile(Array("PK\u{3}\u{4}\u{14}\u{0}\u{6}\u{0}".utf8), name: "t.xlsx") { path in
      #expect(throws: InputError.foreignFormat(file: path, format: "a ZIP archive or an Excel workbook")) {
        _ = try TextFile.open(path)
      }
    }
  }
}
