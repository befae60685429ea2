import RecurrentTensor
import RecurrentTestSupport
import Testing

@testable import RecurrentDistribution

/// Tables of which only rows that are not zero travel, against sums of the whole tables.
@Suite struct RowExchangeTests {
  private static let rowLength = 5

  /// A table in which few rows are not zero; every fourth of those begins with a negative zero.
  private static func table(rows: Int, filled: Int, seed: Int) -> [Float] {
    let key = RandomKey(seed: UInt64(seed))
    var table = [Float](repeating: 0, count: rows * rowLength)
    for number in 0..<filled {
      let row = key.integer(at: number, below: rows)
      for place in 0..<rowLength {
        table[row * rowLength + place] =
          number % 4 == 0 ? -0.0 : Float(key.integer(at: 1000 + place, below: 997)) * 0.37
      }
    }
    return table
  }

  private static func sum(
    _ leaves: [[Float]], ranks: Int, rowLength: Int
  ) throws -> [(sum: [UInt32], byteCount: Int)] {
    let tree = SummationTree(leafCount: leaves.count, rankCount: ranks)
    return try InProcessCommunicator.run(count: ranks) { communicator in
      let parts = tree.subtrees(ofRank: communicator.rank).map { subtree in
        let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: leaves[0].count)
        _ = buffer.initialize(fromContentsOf: foldInTree(leaves[subtree]))
        return buffer
      }
      defer { for part in parts { part.deallocate() } }
      let sum = TreeSum(communicator, tree)
      try sum.wait(for: sum.submit(parts.map { UnsafeMutableRawBufferPointer($0) }, rowLength: rowLength))
      return (parts[0].map(\.bitPattern), sum.traffic.byteCount)
    }
  }

  @Test(arguments: 1...8, [(1000, 20), (9000, 50), (9001, 7000), (3, 0), (1, 1)])
  func sumsHaveTheBitsOfWholeTables(ranks: Int, size: (rows: Int, filled: Int)) throws {
    let leaves = (0..<8).map { Self.table(rows: size.rows, filled: size.filled, seed: $0) }
    let expected = foldInTree(leaves[...]).map(\.bitPattern)
    let found = try Self.sum(leaves, ranks: ranks, rowLength: Self.rowLength)
    #expect(found.allSatisfy { $0.sum == expected }, "\(ranks) ranks, \(size)")
  }

  @Test(arguments: [2, 3, 4, 8]) func onlyRowsThatAreNotZeroTravel(ranks: Int) throws {
    let leaves = (0..<8).map { Self.table(rows: 9000, filled: 50, seed: $0) }
    let whole = try Self.sum(leaves, ranks: ranks, rowLength: 1)
    let rows = try Self.sum(leaves, ranks: ranks, rowLength: Self.rowLength)
    for (rows, whole) in zip(rows, whole) { #expect(rows.byteCount * 5 < whole.byteCount) }
  }

  @Test func aFullTableTravelsWhole() throws {
    let leaves = (0..<8).map { leaf in [Float](repeating: Float(leaf) + 0.1, count: 5000) }
    let whole = try Self.sum(leaves, ranks: 2, rowLength: 1)
    let rows = try Self.sum(leaves, ranks: 2, rowLength: Self.rowLength)
    #expect(rows[0].sum == whole[0].sum)
    // One message, with the number of rows before it.
    #expect(rows[0].byteCount == whole[0].byteCount + 8)
  }

  @Test(arguments: [7, -2]) func countsOfAnotherTableAreRefused(count: Int) throws {
    let results = try InProcessCommunicator.run(count: 2) { communicator -> Bool in
      var message = [UInt8](repeating: 0, count: 8)
      if communicator.rank == 1 {
        message.withUnsafeMutableBytes { $0.storeBytes(of: Int64(count).littleEndian, as: Int64.self) }
        let answer = UnsafeMutableRawBufferPointer.allocate(byteCount: 8, alignment: 8)
        defer { answer.deallocate() }
        try message.withUnsafeBytes { try communicator.exchange($0, answer, with: 1 - communicator.rank) }
        return true
      }
      let table = UnsafeMutableRawBufferPointer.allocate(byteCount: 6 * 20, alignment: 8)
      defer { table.deallocate() }
      table.initializeMemory(as: UInt8.self, repeating: 0)
      let exchange = RowExchange(communicator, rowStride: 20, TrafficMeter())
      #expect(throws: CommunicationError.countMismatch(expected: 120, received: count, peer: 1)) {
        try exchange(UnsafeRawBufferPointer(table), table, with: 1)
      }
      return true
    }
    #expect(results == [true, true])
  }
}
