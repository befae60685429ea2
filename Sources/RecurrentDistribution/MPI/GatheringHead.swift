/// The first round of a gathering: each rank tells how many bytes it has, with as many of them as there is room for. What is
/// short has arrived with it.
struct GatheringHead {
  /// Bytes of a rank in the first round: a count of eight bytes, the lowest first, and what follows.
  static let byteCount = 512
  /// The most bytes of a rank that need no second round.
  static let room = byteCount - 8

  private let bytes: [UInt8]

  /// What all ranks have sent, in their order.
  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// What a rank sends.
  static func bytes(of own: [UInt8]) -> [UInt8] {
    let head = withUnsafeBytes(of: Int64(own.count).littleEndian, Array.init) + own.prefix(room)
    return head + [UInt8](repeating: 0, count: byteCount - head.count)
  }

  /// How many bytes each rank has. As they come from other processes they may be anything.
  ///
  /// - Parameter largest: The most bytes that all may have together.
  func counts(largest: Int) throws(CommunicationError) -> [Int] {
    var total = 0
    var counts: [Int] = []
    for (rank, start) in stride(from: 0, to: bytes.count, by: Self.byteCount).enumerated() {
      let word = bytes[start..<(start + 8)].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      let count = Int(truncatingIfNeeded: Int64(bitPattern: word))
      guard (0...largest).contains(count) else { throw .impossibleCount(count, peer: rank) }
      counts.append(count)
      total += count
    }
    guard total <= largest else {
      throw .failed(function: "MPI_Iallgatherv", message: "the ranks have \(total) bytes together, which is too many")
    }
    return counts
  }

  /// The bytes of all ranks; nil where not all have arrived.
  func contents(_ counts: [Int]) -> [[UInt8]]? {
    guard counts.allSatisfy({ $0 <= Self.room }) else { return nil }
    return counts.enumerated().map { rank, count in
      let start = rank * Self.byteCount + 8
      return Array(bytes[start..<(start + count)])
    }
  }
}
