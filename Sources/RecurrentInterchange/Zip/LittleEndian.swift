extension RandomAccessCollection<UInt8> where Index == Int {
  /// The little-endian number that begins `offset` bytes after the start, where all its bytes are known to be there.
  func littleEndian<Integer: FixedWidthInteger & UnsignedInteger>(
    _ type: Integer.Type = Integer.self, at offset: Int
  ) -> Integer {
    let start = startIndex + offset
    return (0..<Integer.bitWidth / 8).reversed().reduce(0) { $0 << 8 | Integer(truncatingIfNeeded: self[start + $1]) }
  }
}

extension [UInt8] {
  /// Adds a number, the lowest byte first.
  mutating func append<Integer: FixedWidthInteger & UnsignedInteger>(littleEndian value: Integer) {
    for index in 0..<Integer.bitWidth / 8 { append(UInt8(truncatingIfNeeded: value >> (8 * index))) }
  }
}
