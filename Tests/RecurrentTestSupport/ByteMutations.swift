/// Damaged copies of a file, for parsers that must refuse or read whatever they are given. The same seed gives the same copies.
package enum ByteMutations {
  /// Every shorter beginning of the file, the empty one first.
  package static func truncations(of bytes: [UInt8]) -> some Sequence<[UInt8]> {
    (0..<bytes.count).lazy.map { Array(bytes[..<$0]) }
  }

  /// The file with one byte changed: at every place each of the eight bits turned by itself, and the byte set to 0 and to 255.
  package static func singleByteChanges(of bytes: [UInt8]) -> some Sequence<[UInt8]> {
    bytes.indices.lazy.flatMap { place in
      let old = bytes[place]
      let values = (0..<8).map { old ^ 1 << $0 } + [0, 255]
      return values.lazy.filter { $0 != old }.map { value in
        var copy = bytes
        copy[place] = value
        return copy
      }
    }
  }

  /// Copies with one to four random changes: bytes set, turned, removed, repeated, moved, or replaced by numbers at the ends of
  /// their range.
  package static func mutants(of bytes: [UInt8], count: Int, seed: UInt64) -> some Sequence<[UInt8]> {
    (0..<count).lazy.map { index in
      var generator = Generator(state: seed &+ UInt64(index) &* 0x9e37_79b9_7f4a_7c15)
      var copy = bytes
      for _ in 0...Int.random(in: 0..<4, using: &generator) { mutate(&copy, &generator) }
      return copy
    }
  }

  /// SplitMix64 (Steele, Lea and Flood, 2014).
  private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var z = state
      z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
      z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
      return z ^ (z >> 31)
    }
  }

  /// Numbers that break what counts without care.
  private static let extremes: [UInt64] = [
    0, 1, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x1_0000_0000,
    1 << 40, 1 << 62, (1 << 63) - 1, 1 << 63, .max - 7, .max,
  ]

  private static func mutate(_ bytes: inout [UInt8], _ generator: inout Generator) {
    guard !bytes.isEmpty else { return bytes.append(UInt8.random(in: .min ... .max, using: &generator)) }
    let place = Int.random(in: 0..<bytes.count, using: &generator)
    let end = min(bytes.count, place + Int.random(in: 1...16, using: &generator))
    switch Int.random(in: 0..<8, using: &generator) {
    case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &generator)
    case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
    case 2: bytes.removeSubrange(place..<end)
    case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
    case 4:
      let part = Array(bytes[place..<end])
      let other = Int.random(in: 0...bytes.count - part.count, using: &generator)
      bytes.replaceSubrange(other..<other + part.count, with: part)
    case 5: bytes.removeSubrange(place...)
    default:
      let value = extremes[Int.random(in: 0..<extremes.count, using: &generator)]
      let width = 1 << Int.random(in: 0..<4, using: &generator)
      for index in place..<min(place + width, bytes.count) {
        bytes[index] = UInt8(truncatingIfNeeded: value >> (8 * (index - place)))
      }
    }
  }
}
