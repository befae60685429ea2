import RecurrentDistribution
import RecurrentTestSupport
import RecurrentTensor
import Testing

/// All are compared bit for bit with a fold of the tree by plain additions, over numbers whose sum depends on the order.
@Suite struct TreeSumTests {
  @Test(arguments: 1...8, [8, 16]) func hasTheBitsOfThePlainFold(ranks: Int, leafCount: Int) throws {
    let tree = SummationTree(leafCount: leafCount, rankCount: ranks)
    // Whole and halved blocks, with counts that no number of ranks divides.
    for count in [1, 7, 1001, 32_768, 32_769] {
      let leaves = (0..<leafCount).map { Self.numbers(count, seed: $0 * 7919 + count) }
      let sums = try InProcessCommunicator.run(count: ranks) { communicator in
        try Self.sum(leaves, over: communicator, tree)
      }
      let expected = foldInTree(leaves[...]).map(\.bitPattern)
      #expect(
        sums.allSatisfy { $0.map(\.bitPattern) == expected }, "\(ranks) ranks, \(leafCount) leaves, \(count) numbers")
    }
  }

  @Test func theOrderMatters() {
    // Were it otherwise, the test above could not fail.
    let leaves = (0..<8).map { Self.numbers(1001, seed: $0) }
    let row = leaves.dropFirst().reduce(leaves[0]) { zip($0, $1).map(+) }
    #expect(row.map(\.bitPattern) != foldInTree(leaves[...]).map(\.bitPattern))
  }

  @Test func denormalNumbersAndInfinitiesAreSummedAlike() throws {
    let leaves = (0..<8).map { leaf in [Float.leastNonzeroMagnitude * Float(leaf), leaf == 3 ? .infinity : 1, -0.0] }
    let expected = foldInTree(leaves[...]).map(\.bitPattern)
    for ranks in 1...8 {
      let sums = try InProcessCommunicator.run(count: ranks) { communicator in
        try Self.sum(leaves, over: communicator, SummationTree(leafCount: 8, rankCount: ranks))
      }
      #expect(sums.allSatisfy { $0.map(\.bitPattern) == expected })
    }
  }

  @Test(arguments: [3, 4]) func numbersOfDoublePrecisionAreSummedAlike(ranks: Int) throws {
    let tree = SummationTree(leafCount: 4, rankCount: ranks)
    let leaves = (0..<4).map { leaf in Self.numbers(20_001, seed: leaf).map { Double($0) / 3 } }
    let sums = try InProcessCommunicator.run(count: ranks) { communicator in
      let own = tree.subtrees(ofRank: communicator.rank).map { subtree in
        let numbers = foldInTree(leaves[subtree])
        let buffer = UnsafeMutableBufferPointer<Double>.allocate(capacity: numbers.count)
        _ = buffer.initialize(fromContentsOf: numbers)
        return buffer
      }
      defer { for part in own { part.deallocate() } }
      let sum = TreeSum(communicator, tree, of: .float64)
      try sum.wait(for: sum.submit(own.map { UnsafeMutableRawBufferPointer($0) }))
      return Array(own[0])
    }
    #expect(sums == Array(repeating: foldInTree(leaves[...]), count: ranks))
  }

  @Test(arguments: [2, 3]) func blocksAreSummedInTheOrderOfTheirSubmission(ranks: Int) throws {
    let tree = SummationTree(leafCount: 4, rankCount: ranks)
    let sums = try InProcessCommunicator.run(count: ranks) { communicator in
      let sum = TreeSum(communicator, tree)
      let parts = tree.subtrees(ofRank: communicator.rank).count
      let blocks = (0..<5).map { number in
        (0..<parts).map { _ in Self.buffer([Float](repeating: Float(number), count: 3000 + number)) }
      }
      let tickets = blocks.map { sum.submit($0.map { UnsafeMutableRawBufferPointer($0) }) }
      // The last one first: whoever has it has all.
      for ticket in tickets.reversed() { try sum.wait(for: ticket) }
      return blocks.map { $0[0][2999] }
    }
    let partCount = (0..<ranks).map { tree.subtrees(ofRank: $0).count }.reduce(0, +)
    #expect(sums == Array(repeating: (0..<5).map { Float($0 * partCount) }, count: ranks))
  }

  @Test func aFailureReachesWhoeverWaits() throws {
    struct Broken: Error {}
    #expect(throws: Broken.self) {
      try InProcessCommunicator.run(count: 2) { communicator in
        if communicator.rank == 1 { throw Broken() }
        let sum = TreeSum(communicator, SummationTree(leafCount: 2, rankCount: 2))
        let first = sum.submit([.init(Self.buffer([1, 2, 3]))])
        let second = sum.submit([.init(Self.buffer([1, 2, 3]))])
        #expect(throws: CommunicationError.rankLost(rank: 1)) { try sum.wait(for: second) }
        try sum.wait(for: first)
      }
    }
  }

  private static func sum(
    _ leaves: [[Float]], over communicator: some Communicator, _ tree: SummationTree
  ) throws -> [Float] {
    let own = tree.subtrees(ofRank: communicator.rank).map { buffer(foldInTree(leaves[$0])) }
    let sum = TreeSum(communicator, tree)
    try sum.wait(for: sum.submit(own.map { UnsafeMutableRawBufferPointer($0) }))
    defer { for part in own { part.deallocate() } }
    return Array(own[0])
  }

  private static func buffer(_ numbers: [Float]) -> UnsafeMutableBufferPointer<Float> {
    let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: numbers.count)
    _ = buffer.initialize(fromContentsOf: numbers)
    return buffer
  }

  /// Numbers of either sign and of magnitudes that differ by thousands.
  private static func numbers(_ count: Int, seed: Int) -> [Float] {
    var state = UInt64(truncatingIfNeeded: seed) &* 0x9E37_79B9_7F4A_7C15 | 1
    return (0..<count).map { _ in
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      let mantissa = Float(Int32(truncatingIfNeeded: state >> 32)) / Float(Int32.max)
      return mantissa * Float(1 << (state & 15))
    }
  }
}
