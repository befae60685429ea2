/// Exchanges parts of a table of which most rows are zero: their numbers and those of the others travel.
///
/// What a peer gets is the part as it is, bit for bit: only rows all of whose bits are zero are left out. Where most rows
/// are not zero all of them travel.
struct RowExchange {
  private let communicator: any Communicator
  /// Bytes of a row.
  private let rowStride: Int
  private let meter: TrafficMeter

  /// In place of a count of rows: all of them come, without their numbers.
  private static let whole = -1

  init(_ communicator: any Communicator, rowStride: Int, _ meter: TrafficMeter) {
    self.communicator = communicator
    self.rowStride = rowStride
    self.meter = meter
  }

  /// Sends a part of a table, and receives one.
  ///
  /// - Parameters:
  ///   - sent: Whole rows.
  ///   - received: Gets all rows of the part that the peer sends, zeros included.
  ///   - peer: The rank to exchange with.
  func callAsFunction(
    _ sent: UnsafeRawBufferPointer, _ received: UnsafeMutableRawBufferPointer, with peer: Int
  ) throws(CommunicationError) {
    let rows = rowsWithBits(of: sent)
    let isWhole = rows.count * (rowStride + Self.indexStride) >= sent.count
    let count = try exchange(count: isWhole ? Self.whole : rows.count, with: peer)
    let limit = received.count / rowStride
    guard count == Self.whole || (0...limit).contains(count) else {
      throw .countMismatch(expected: received.count, received: count, peer: peer)
    }
    let packed = isWhole ? sent : pack(rows, of: sent)
    defer { if !isWhole { packed.deallocate() } }
    meter.count(packed.count)
    if count == Self.whole { return try communicator.exchange(packed, received, with: peer) }
    let arrived = UnsafeMutableRawBufferPointer.allocate(
      byteCount: count * (rowStride + Self.indexStride), alignment: 64)
    defer { arrived.deallocate() }
    try communicator.exchange(packed, arrived, with: peer)
    try unpack(UnsafeRawBufferPointer(arrived), count, into: received, from: peer)
  }

  private func exchange(count: Int, with peer: Int) throws(CommunicationError) -> Int {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 16, alignment: 8)
    defer { bytes.deallocate() }
    bytes.storeBytes(of: Int64(count).littleEndian, as: Int64.self)
    meter.count(8)
    try communicator.exchange(
      UnsafeRawBufferPointer(rebasing: bytes[0..<8]), UnsafeMutableRawBufferPointer(rebasing: bytes[8..<16]),
      with: peer)
    return Int(Int64(littleEndian: bytes.load(fromByteOffset: 8, as: Int64.self)))
  }

  // MARK: - Rows

  /// Bytes of the number of a row.
  private static let indexStride = 4

  private func rowsWithBits(of part: UnsafeRawBufferPointer) -> [UInt32] {
    (0..<(part.count / rowStride)).reduce(into: []) { rows, row in
      if hasBits(part, row * rowStride) { rows.append(UInt32(row)) }
    }
  }

  /// Whether any bit of a row is set. Rows hold numbers of four or eight bytes.
  private func hasBits(_ part: UnsafeRawBufferPointer, _ start: Int) -> Bool {
    let end = start + rowStride
    let wide = start + rowStride / 32 * 32
    for offset in stride(from: start, to: wide, by: 32) {
      let bits = part.loadUnaligned(fromByteOffset: offset, as: SIMD4<UInt64>.self)
      if bits != .zero { return true }
    }
    for offset in stride(from: wide, to: end, by: 4) {
      if part.loadUnaligned(fromByteOffset: offset, as: UInt32.self) != 0 { return true }
    }
    return false
  }

  /// The numbers of the rows, then the rows.
  private func pack(_ rows: [UInt32], of part: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    let packed = UnsafeMutableRawBufferPointer.allocate(
      byteCount: rows.count * (rowStride + Self.indexStride), alignment: 64)
    for (place, row) in rows.enumerated() {
      packed.storeBytes(of: row.littleEndian, toByteOffset: place * Self.indexStride, as: UInt32.self)
      let start = Int(row) * rowStride
      let target = rows.count * Self.indexStride + place * rowStride
      UnsafeMutableRawBufferPointer(rebasing: packed[target..<(target + rowStride)])
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: part[start..<(start + rowStride)]))
    }
    return UnsafeRawBufferPointer(packed)
  }

  private func unpack(
    _ packed: UnsafeRawBufferPointer, _ count: Int, into part: UnsafeMutableRawBufferPointer, from peer: Int
  ) throws(CommunicationError) {
    part.initializeMemory(as: UInt8.self, repeating: 0)
    for place in 0..<count {
      let row = Int(UInt32(littleEndian: packed.load(fromByteOffset: place * Self.indexStride, as: UInt32.self)))
      guard row < part.count / rowStride else {
        throw .countMismatch(expected: part.count / rowStride, received: row, peer: peer)
      }
      let source = count * Self.indexStride + place * rowStride
      UnsafeMutableRawBufferPointer(rebasing: part[(row * rowStride)..<((row + 1) * rowStride)])
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: packed[source..<(source + rowStride)]))
    }
  }
}
