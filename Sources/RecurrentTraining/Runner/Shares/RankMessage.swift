/// Numbers and bytes that ranks send each other, 8 bytes for each number, the lowest first.
package struct RankMessage {
  /// The message so far.
  package private(set) var bytes: [UInt8] = []

  /// An empty message.
  package init() {}

  /// Adds a number.
  package mutating func append(_ number: UInt64) {
    withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// Adds a whole number.
  package mutating func append(_ number: Int) { append(UInt64(bitPattern: Int64(number))) }

  /// Adds a real number, with all its bits.
  package mutating func append(_ number: Double) { append(number.bitPattern) }

  /// Adds some bytes, with their count.
  package mutating func append(_ content: some Collection<UInt8>) {
    append(content.count)
    bytes.append(contentsOf: content)
  }
}

/// Reads a message in the order in which it was written. What does not fit is nil.
package struct RankMessageReader {
  private var rest: ArraySlice<UInt8>

  /// Reads from the beginning.
  package init(_ bytes: [UInt8]) { rest = bytes[...] }

  /// Whether all was read.
  package var isAtEnd: Bool { rest.isEmpty }

  /// The next number.
  package mutating func word() -> UInt64? {
    guard rest.count >= 8 else { return nil }
    defer { rest = rest.dropFirst(8) }
    return rest.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// The next whole number.
  package mutating func integer() -> Int? { word().map { Int(truncatingIfNeeded: Int64(bitPattern: $0)) } }

  /// The next whole number, which counts something.
  package mutating func count() -> Int? { integer().flatMap { $0 >= 0 ? $0 : nil } }

  /// The next real number.
  package mutating func double() -> Double? { word().map(Double.init(bitPattern:)) }

  /// The next bytes.
  package mutating func content() -> ArraySlice<UInt8>? {
    guard let count = count(), count <= rest.count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }
}
