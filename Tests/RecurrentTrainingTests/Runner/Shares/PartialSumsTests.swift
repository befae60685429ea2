import RecurrentDistribution
import RecurrentTensor
import Testing

@testable import RecurrentTraining

/// Sums whose bits depend on the order: numbers of very different sizes.
private func leaf(_ number: Int, count: Int = 7) -> Tensor {
  let key = RandomKey(seed: UInt64(number)).folding(.data)
  return Tensor(
    (0..<count).map { index in
      let exponent = key.integer(at: 2 * index, below: 24) - 12
      return Float(sign: .plus, exponent: exponent, significand: Float(key.unit(at: 2 * index + 1) - 0.5))
    })
}

/// The tree, written down as it is defined.
private func treeSum(_ leaves: Range<Int>) -> [Float] {
  if leaves.count == 1 { return leaf(leaves.lowerBound).scalars }
  let middle = leaves.lowerBound + leaves.count / 2
  return zip(treeSum(leaves.lowerBound..<middle), treeSum(middle..<leaves.upperBound)).map { $0 + $1 }
}

@Suite struct PartialSumsTests {
  @Test(arguments: [1, 2, 4, 8, 16, 64]) func aRankAloneAddsTheWholeTree(_ count: Int) {
    var sums = PartialSums()
    var buffers = 1
    for share in 0..<count {
      let gradients = leaf(share)
      sums.add(0..<7, of: gradients, completing: sums.completedCount(by: share))
      if sums.end(share, gradients) == nil { buffers += 1 }
    }
    #expect(sums.waiting.count == 1)
    let result = sums.takeResult(returning: leaf(0))
    #expect(result.scalars == treeSum(0..<count))
    // One for each level, and one to compute in.
    #expect(1 << (buffers - 2) <= count, "\(buffers) buffers for \(count) shares")
  }

  @Test func theOrderMatters() {
    let inARow = (1..<8).reduce(into: leaf(0).scalars) { sum, number in
      for (place, value) in leaf(number).scalars.enumerated() { sum[place] += value }
    }
    #expect(inARow != treeSum(0..<8))
  }

  @Test(arguments: [8, 16], 1...8) func ranksAddTheSameTree(_ shareCount: Int, _ rankCount: Int) throws {
    let expected = treeSum(0..<shareCount)
    let found = try InProcessCommunicator.run(count: rankCount) { communicator in
      let plan = SharePlan(count: shareCount, rank: communicator.rank, of: rankCount)
      var sums = PartialSums()
      for share in plan.own {
        let gradients = leaf(share)
        sums.add(0..<7, of: gradients, completing: sums.completedCount(by: share))
        _ = sums.end(share, gradients)
      }
      let tree = SummationTree(leafCount: shareCount, rankCount: rankCount)
      let nodes = sums.waiting.map { $0.node.index << $0.node.level..<($0.node.index + 1) << $0.node.level }
      #expect(nodes == tree.subtrees(ofRank: communicator.rank))
      try TreeSum(communicator, tree).sum(
        sums.waiting.map { UnsafeMutableRawBufferPointer(start: $0.sum.mutablePointer, count: 7 * 4) })
      return sums.takeResult(returning: leaf(0)).scalars
    }
    for scalars in found { #expect(scalars == expected) }
  }

  @Test(arguments: 1...8) func ranksHaveAllSharesOnce(_ rankCount: Int) {
    let own = (0..<rankCount).map { SharePlan(count: 8, rank: $0, of: rankCount).own }
    #expect(own.flatMap { Array($0) } == Array(0..<8))
    #expect(own.allSatisfy { (8 / rankCount...(8 + rankCount - 1) / rankCount).contains($0.count) })
  }

  @Test func theNumberOfShares() {
    func count(_ isDeterministic: Bool?, _ ranks: Int, _ examples: Int = 1) -> Int {
      SharePlan.count(isDeterministic: isDeterministic, rankCount: ranks, examples: examples)
    }
    #expect(count(nil, 1, 1 << 20) == 1)
    #expect([1, 2, 3, 8, 9].map { count(true, $0) } == [8, 8, 8, 8, 16])
    #expect([1, 2, 3, 8, 9].map { count(false, $0, 1 << 20) } == [1, 2, 4, 8, 16])
    #expect(count(nil, 2, 8 * SharePlan.examplesPerShare) == 8)
    #expect(count(nil, 2, 8 * SharePlan.examplesPerShare - 1) == 2)
  }
}

@Suite struct BatchShareTests {
  @Test(arguments: 0...40, [1, 2, 3, 8]) func sharesAreEqualAndComplete(_ total: Int, _ count: Int) {
    let ranges = (0..<count).map { BatchShare($0, of: count).range(of: total) }
    #expect(ranges.flatMap { Array($0) } == Array(0..<total))
    #expect((ranges.map(\.count).max() ?? 0) - (ranges.map(\.count).min() ?? 0) <= 1)
  }

  @Test func theWholeIsAsItWas() {
    let batch = BatchPosition(epoch: 1, index: 2, step: 3, key: RandomKey(seed: 4))
    #expect(batch.share(of: [7, 8, 9]) == [7, 8, 9])
    #expect(batch.noiseKey == RandomKey(seed: 4).folding(.data).folding(3))
    let share = BatchPosition(epoch: 1, index: 2, step: 3, key: RandomKey(seed: 4), share: BatchShare(1, of: 2))
    #expect(share.share(of: [7, 8, 9]) == [8, 9])
    #expect(share.noiseKey != batch.noiseKey)
  }
}
