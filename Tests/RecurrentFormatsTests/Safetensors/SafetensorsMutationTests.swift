import Testing

@testable import RecurrentFormats

/// Damaged copies of good files: none may crash the reader, and what it accepts must be consistent.
@Suite struct SafetensorsMutationTests {
  /// Reads the bytes; where they are accepted, checks all that the format promises.
  /// - Returns: whether they were accepted.
  private func isAcceptedConsistently(_ bytes: [UInt8]) throws -> Bool {
    guard let file = try? SafetensorsFile(bytes: bytes) else { return false }
    var end = 0
    var writer = SafetensorsWriter(metadata: file.metadata)
    for entry in file.entries {
      #expect(entry.range.lowerBound == end)
      end = entry.range.upperBound
      #expect(entry.shape.reduce(1, *) * entry.dtype.bitCount == entry.range.count * 8)
      let data = try file.bytes(entry.name)
      #expect(data.count == entry.range.count)
      try writer.add(entry.name, dtype: entry.dtype, shape: entry.shape, bytes: data)
    }
    let headerLength = Int(bytes[0]) | Int(bytes[1]) << 8
    #expect(end == bytes.count - 8 - headerLength)
    let again = try SafetensorsFile(bytes: writer.bytes())
    #expect(Set(again.names) == Set(file.names) && again.metadata == file.metadata)
    return true
  }

  @Test(arguments: ["dtypes", "nothing", "small", "mixed"])
  func everyTruncationIsRefused(_ name: String) throws {
    let sample = try Fixture.bytes("\(name).safetensors")
    for count in 0..<sample.count {
      #expect(throws: SafetensorsError.self) { try SafetensorsFile(bytes: Array(sample[..<count])) }
    }
  }

  @Test(arguments: ["nothing", "small"])
  func everyChangedByteIsRefusedOrConsistent(_ name: String) throws {
    let sample = try Fixture.bytes("\(name).safetensors")
    var accepted = 0
    let header = 0..<8 + Int(sample[0])
    for index in header {
      for byte in UInt8.min...UInt8.max where byte != sample[index] {
        var changed = sample
        changed[index] = byte
        if try isAcceptedConsistently(changed) { accepted += 1 }
      }
    }
    // Letters of names and metadata may change, and dtypes of one size for another; brackets and numbers may not.
    #expect(accepted < header.count * 255 / 4)
    #expect(name == "nothing" || accepted > 0)
  }

  @Test func seededMutants() throws {
    let samples = try ["small", "mixed", "small", "mixed", "dtypes"].map { try Fixture.bytes("\($0).safetensors") }
    var generator = SplitMix64(seed: 2024)
    var accepted = 0
    let count = 20_000
    for round in 0..<count {
      var mutant = samples[round % samples.count]
      for _ in 0...Int.random(in: 0..<3, using: &generator) { Self.mutate(&mutant, &generator) }
      if try isAcceptedConsistently(mutant) { accepted += 1 }
    }
    #expect(accepted > 0 && accepted < count / 4)
  }

  private static let interesting = [
    "0", "-1", "4294967296", "9223372036854775807", "18446744073709551615", "1e9", "[", "]", "{", "}", ",", "\"",
    "\"F64\"", "\"F4\"", "null", " ", "\\u0000", "\u{0}", "__metadata__", "[]", "[0,0]", "\"a\":",
  ]

  /// Changes, inserts, removes or repeats a few bytes, mostly in the header.
  static func mutate(_ bytes: inout [UInt8], _ generator: inout SplitMix64) {
    guard bytes.count > 8 else { return }
    let place = Int.random(in: 0..<bytes.count, using: &generator)
    let end = min(bytes.count, place + Int.random(in: 1...12, using: &generator))
    let text = Array((interesting.randomElement(using: &generator) ?? "").utf8)
    let oldCount = bytes.count
    switch Int.random(in: 0..<7, using: &generator) {
    case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &generator)
    case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
    case 2: bytes.removeSubrange(place..<end)
    case 3: bytes.insert(contentsOf: text, at: place)
    case 4: bytes.replaceSubrange(place..<end, with: text)
    case 5: bytes.insert(contentsOf: bytes[place..<end], at: place)
    default: bytes[place] = UInt8.random(in: 0x30...0x39, using: &generator)
    }
    // Half of the time the length in front follows, so that the damage reaches the parser behind it.
    let length = Int(bytes[0]) | Int(bytes[1]) << 8
    if place >= 8, place < 8 + length, Bool.random(using: &generator) {
      let changed = max(0, length + bytes.count - oldCount)
      bytes.replaceSubrange(0..<8, with: SafetensorsSample.prefix(UInt64(changed)))
    }
  }
}
