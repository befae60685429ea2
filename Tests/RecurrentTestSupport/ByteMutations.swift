/// Damaged copies of a file, for parsers that must refuse or read whatever they are given. The same seed gives the same copies.
package struct ByteMutations: Sendable {
  /// The file that is damaged.
  package let sample: [UInt8]
  /// Texts that the format knows, put in at random; none for formats that are no text.
  package var words: [[UInt8]] = []
  /// Makes lengths in a copy fit its bytes again, so that the damage reaches the parser behind the first check. It is called
  /// for half of the changes, with the place of the change and the number of bytes that it added.
  package var mend: (@Sendable (_ bytes: inout [UInt8], _ place: Int, _ growth: Int) -> Void)?

  /// Copies of a file.
  package init(_ sample: [UInt8]) { self.sample = sample }

  /// Copies of a text.
  ///
  /// - Parameter words: What such texts are made of, beside what ends numbers, texts and nesting in JSON.
  package init(text sample: [UInt8], words: [String] = []) {
    self.sample = sample
    self.words = (Self.wordsOfJSON + words).map { Array($0.utf8) }
  }

  private static let wordsOfJSON = [
    "0", "-1", "1", "4294967296", "9223372036854775807", "18446744073709551615", "1e9", "1e999", "0.5", "-0", "[", "]",
    "{", "}", ",", ":", "\"", "null", "true", " ", "\\u0000", "\\ud800", "\u{0}", "[]", "{}", "[0,0]", "\"a\":", "é",
  ]

  /// Every shorter beginning of the file, the empty one first.
  package var truncations: some Sequence<[UInt8]> {
    (0..<sample.count).lazy.map { Array(sample[..<$0]) }
  }

  /// The file with one byte changed: at every place each of the eight bits turned by itself, and the byte set to 0 and to 255.
  package var singleByteChanges: some Sequence<[UInt8]> {
    sample.indices.lazy.flatMap { place in
      let old = sample[place]
      let values = (0..<8).map { old ^ 1 << $0 } + [0, 255]
      return values.lazy.filter { $0 != old }.map { value in
        var copy = sample
        copy[place] = value
        return copy
      }
    }
  }

  /// Copies with one to four random changes: bytes set, turned, removed, repeated, moved, or replaced by numbers at the ends of
  /// their range or by words.
  package func mutants(_ count: Int, seed: UInt64) -> some Sequence<[UInt8]> {
    (0..<count).lazy.map { mutant($0, seed: seed) }
  }

  /// The copy of a number.
  package func mutant(_ number: Int, seed: UInt64) -> [UInt8] {
    var generator = Generator(state: seed &+ UInt64(number) &* 0x9e37_79b9_7f4a_7c15)
    var copy = sample
    for _ in 0...generator.below(4) {
      let count = copy.count
      let place = change(&copy, &generator)
      if let mend, generator.below(2) == 0 { mend(&copy, place, copy.count - count) }
    }
    return copy
  }

  /// SplitMix64 (Steele, Lea and Flood, 2014).
  private struct Generator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var z = state
      z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
      z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
      return z ^ (z >> 31)
    }

    /// A number from 0 on below another, which is small beside 2^64.
    mutating func below(_ end: Int) -> Int { Int(next() >> 1) % max(1, end) }
  }

  /// Numbers that break what counts without care.
  private static let extremes: [UInt64] = [
    0, 1, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x1_0000_0000,
    1 << 40, 1 << 62, (1 << 63) - 1, 1 << 63, .max - 7, .max,
  ]

  /// Changes a copy at one place, which is returned.
  private func change(_ bytes: inout [UInt8], _ generator: inout Generator) -> Int {
    guard !bytes.isEmpty else {
      bytes.append(UInt8(truncatingIfNeeded: generator.next()))
      return 0
    }
    let place = generator.below(bytes.count)
    let end = min(bytes.count, place + 1 + generator.below(16))
    switch generator.below(words.isEmpty ? 8 : 12) {
    case 0: bytes[place] = UInt8(truncatingIfNeeded: generator.next())
    case 1: bytes[place] ^= 1 << UInt8(generator.below(8))
    case 2: bytes.removeSubrange(place..<end)
    case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
    case 4:
      let part = Array(bytes[place..<end])
      let other = generator.below(bytes.count - part.count + 1)
      bytes.replaceSubrange(other..<other + part.count, with: part)
    case 5: bytes.removeSubrange(place...)
    case 8, 9: bytes.insert(contentsOf: words[generator.below(words.count)], at: place)
    case 10: bytes.replaceSubrange(place..<end, with: words[generator.below(words.count)])
    case 11: bytes[place] = UInt8(0x30 + generator.below(10))
    default: putExtreme(in: &bytes, at: place, &generator)
    }
    return place
  }

  private func putExtreme(in bytes: inout [UInt8], at place: Int, _ generator: inout Generator) {
    let value = Self.extremes[generator.below(Self.extremes.count)]
    let width = 1 << generator.below(4)
    for index in place..<min(place + width, bytes.count) {
      bytes[index] = UInt8(truncatingIfNeeded: value >> (8 * (index - place)))
    }
  }
}
