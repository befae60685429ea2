import Foundation
import RecurrentFormats
import Testing

@Suite struct TextFileTests {
  private func read(_ bytes: [UInt8], limit: Int = 1 << 20) throws -> String {
    let folder = try TemporaryFolder()
    try Data(bytes).write(to: URL(fileURLWithPath: folder.path("t.txt")))
    return try TextFile.text(ofFile: folder.path("t.txt"), limit: limit)
  }

  @Test(arguments: [
    ("", ""), ("a\nb\n", "a\nb\n"), ("a\r\nb\rc\n\r\r\nd", "a\nb\nc\n\n\nd"), ("\u{feff}é水", "é水"), ("\r", "\n"),
  ])
  func readsTextWithUnifiedLineEnds(_ written: String, _ expected: String) throws {
    let text = try read(Array(written.utf8))
    #expect(text.unicodeScalars.elementsEqual(expected.unicodeScalars))
  }

  private static let badFiles: [([UInt8], String)] = [
    ([0x61, 0xFF], ":1:2: the byte 0xff is not UTF-8"),
    (Array("é\r\nxé".utf8) + [0xC3], ":2:3: the byte 0xc3"),
    (Array("a\nb\rcd".utf8) + [0xE2, 0x82, 0x61], ":3:3: the byte 0xe2"),
    ([0xC0, 0x80], ":1:1: the byte 0xc0"),
    ([0xED, 0xA0, 0x80], ":1:1: the byte 0xed"),
    (Array("ab\nc".utf8) + [0], ":2:2: a zero byte"),
  ]

  @Test(arguments: badFiles)
  func namesThePlaceOfBadBytes(_ bytes: [UInt8], _ expected: String) throws {
    let error = #expect(throws: TextFileError.self) { try read(bytes) }
    #expect(error?.description.contains("t.txt" + expected) == true, "\(error?.description ?? "")")
  }

  @Test func stopsAtItsLimit() throws {
    #expect(try read(Array("12345".utf8), limit: 5) == "12345")
    #expect(throws: TextFileError.self) { try read(Array("123456".utf8), limit: 5) }
  }

  @Test func readsLines() throws {
    let folder = try TemporaryFolder()
    try folder.put("a\r\n\r\nb", in: "t.txt")
    #expect(try TextFile.lines(ofFile: folder.path("t.txt")) == ["a", "", "b"])
    try folder.put("a\n\n", in: "t.txt")
    #expect(try TextFile.lines(ofFile: folder.path("t.txt")) == ["a", ""])
    try folder.put("", in: "t.txt")
    #expect(try TextFile.lines(ofFile: folder.path("t.txt")).isEmpty)
  }

  @Test func namesAMissingFile() {
    #expect(throws: TextFileError.self) { try TextFile.text(ofFile: "/nowhere/t.txt") }
  }
}
