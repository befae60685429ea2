import RecurrentTestSupport
import Testing

@testable import RecurrentFormats

/// Damaged copies of good files: none may crash the reader, and what it accepts must be consistent.
@Suite struct SafetensorsMutationTests {
  /// Something that an accepted file does not keep.
  private struct Inconsistency: Error {
    let what: String
  }

  /// Reads the bytes; where they are accepted, checks all that the format promises.
  private static func readAll(_ bytes: [UInt8]) throws {
    let file = try SafetensorsFile(bytes: bytes)
    func require(_ condition: Bool, _ what: String) throws {
      if !condition { throw Inconsistency(what: what) }
    }
    var end = 0
    var writer = SafetensorsWriter(metadata: file.metadata)
    for entry in file.entries {
      try require(entry.range.lowerBound == end, "a tensor does not begin where the one before ends")
      end = entry.range.upperBound
      try require(
        entry.shape.reduce(1, *) * entry.dtype.bitCount == entry.range.count * 8, "shape and bytes do not agree")
      let data = try file.bytes(entry.name)
      try require(data.count == entry.range.count, "a tensor has other bytes than its range")
      try writer.add(entry.name, dtype: entry.dtype, shape: entry.shape, bytes: data)
    }
    let headerLength = Int(bytes[0]) | Int(bytes[1]) << 8
    try require(end == bytes.count - 8 - headerLength, "the tensors do not end with the file")
    let again = try SafetensorsFile(bytes: writer.bytes())
    try require(
      Set(again.names) == Set(file.names) && again.metadata == file.metadata, "writing it again changes the file")
  }

  /// A file of the fixtures. In half of its mutants the length in front follows what was done to the header.
  private static func sample(_ name: String) throws -> ByteMutations {
    var mutations = ByteMutations(
      text: try Fixture.bytes("\(name).safetensors"),
      words: ["\"F64\"", "\"F4\"", "__metadata__", "\"shape\":", "\"data_offsets\":", "\"dtype\":"])
    mutations.mend = { bytes, place, growth in
      guard place >= 8, bytes.count > 8 else { return }
      let length = Int(bytes[0]) | Int(bytes[1]) << 8
      if place < 8 + length {
        bytes.replaceSubrange(0..<8, with: SafetensorsSample.prefix(UInt64(max(0, length + growth))))
      }
    }
    return mutations
  }

  @Test func survivesDamage() async {
    await #expect(processExitsWith: .success) {
      let files = DamagedFiles("safetensors", try ["small", "mixed", "nothing"].map { try Self.sample($0) })
      #expect(files.problems(isTyped: { $0 is SafetensorsError }) { try Self.readAll($0) } == [])
    }
  }

  @Test func everyTruncationOfALargerFileIsRefused() throws {
    for bytes in ByteMutations(try Fixture.bytes("dtypes.safetensors")).truncations {
      #expect(throws: SafetensorsError.self) { try SafetensorsFile(bytes: bytes) }
    }
  }
}
