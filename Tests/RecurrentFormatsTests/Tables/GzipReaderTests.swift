import RecurrentFormats
import Testing

@Suite struct GzipReaderTests {
  // Made with Python's gzip module: "a,b\n1,2\n", "3,4\n", and 100,000 zero bytes.
  private static let table: [UInt8] = [
    0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0xFF, 0x4B, 0xD4, 0x49, 0xE2, 0x32, 0xD4, 0x31, 0xE2, 0x02,
    0x00,
    0x7B, 0x07, 0x97, 0x0A, 0x08, 0x00, 0x00, 0x00,
  ]
  private static let secondMember: [UInt8] = [
    0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0xFF, 0x33, 0xD6, 0x31, 0xE1, 0x02, 0x00, 0x3E, 0x2D, 0x72,
    0xA9,
    0x04, 0x00, 0x00, 0x00,
  ]
  private static let zeros: [UInt8] =
    [
      0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0xFF, 0xED, 0xC1, 0x31, 0x01, 0x00, 0x00, 0x00, 0xC2, 0xA0,
      0xF5,
    ]
    + [0x4F, 0x6D, 0x0D, 0x0F, 0xA0] + [UInt8](repeating: 0, count: 96)
    + [0x80, 0x57, 0x03, 0x7D, 0x95, 0x11, 0xD4, 0xA0, 0x86, 0x01, 0x00]

  private func expand(_ bytes: [UInt8], limit: Int = 1 << 20, piece: Int = 7) throws(InputError) -> [UInt8] {
    let reader = GzipReader(MemorySource(bytes, name: "t.gz"), expansionLimit: limit)
    var text: [UInt8] = []
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: piece, alignment: 1)
    defer { buffer.deallocate() }
    while true {
      let count = try reader.read(into: buffer)
      if count == 0 { return text }
      text.append(contentsOf: buffer[..<count])
    }
  }

  @Test func expandsOneMember() throws {
    #expect(try expand(Self.table) == Array("a,b\n1,2\n".utf8))
  }

  @Test func expandsSeveralMembersAndPassesOverPadding() throws {
    let expected = Array("a,b\n1,2\n3,4\n".utf8)
    #expect(try expand(Self.table + Self.secondMember) == expected)
    #expect(try expand(Self.table + Self.secondMember + [0, 0, 0], piece: 64) == expected)
  }

  @Test func everyTruncationIsAnError() {
    for length in 0..<Self.table.count {
      #expect(throws: InputError.truncatedGzip(file: "t.gz")) { _ = try expand(Array(Self.table[..<length])) }
    }
  }

  /// Flips each bit of the data and of the trailer (not of the header, whose time stamp may be anything). The bits that
  /// fill up the last byte of the data mean nothing; every other one must be noticed.
  @Test func everyAlteredBitIsNoticed() {
    var unnoticed = 0
    for byte in 10..<Self.table.count {
      for bit in 0..<8 {
        var altered = Self.table
        altered[byte] ^= 1 << bit
        guard let text = try? expand(altered) else { continue }
        #expect(text == Array("a,b\n1,2\n".utf8), "byte \(byte), bit \(bit)")
        unnoticed += 1
      }
    }
    #expect(unnoticed < 8)
  }

  @Test func textAfterTheLastMemberIsAnError() {
    #expect(throws: InputError.corruptGzip(file: "t.gz", byte: 28, reason: "no gzip member begins here")) {
      _ = try expand(Self.table + Array("more".utf8))
    }
  }

  @Test func expansionHasACap() throws {
    #expect(try expand(Self.zeros, limit: 100_000, piece: 4096).count == 100_000)
    #expect(throws: InputError.expansionLimit(file: "t.gz", bytes: 99_999)) {
      _ = try expand(Self.zeros, limit: 99_999, piece: 4096)
    }
  }
}
