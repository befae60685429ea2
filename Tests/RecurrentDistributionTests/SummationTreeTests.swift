import RecurrentDistribution
import Testing

@Suite struct SummationTreeTests {
  @Test func leavesAreSharedAsEquallyAsPossible() {
    let tree = SummationTree(leafCount: 8, rankCount: 3)
    #expect((0..<3).map(tree.leaves(ofRank:)) == [0..<2, 2..<5, 5..<8])
    #expect((0..<3).map(tree.subtrees(ofRank:)) == [[0..<2], [2..<4, 4..<5], [5..<6, 6..<8]])
  }

  @Test(arguments: [1, 2, 4, 8, 16]) func aPowerOfTwoOfRanksHasOneSubtreeEach(count: Int) {
    let tree = SummationTree(leafCount: 16, rankCount: count)
    #expect((0..<count).allSatisfy { tree.subtrees(ofRank: $0) == [tree.leaves(ofRank: $0)] })
  }

  @Test(arguments: 1...16) func subtreesAreWholeAndLeaveNoGap(count: Int) {
    let tree = SummationTree(leafCount: 16, rankCount: count)
    var end = 0
    for subtree in (0..<count).flatMap(tree.subtrees(ofRank:)) {
      #expect(subtree.lowerBound == end)
      #expect(subtree.count.nonzeroBitCount == 1 && subtree.lowerBound % subtree.count == 0)
      end = subtree.upperBound
    }
    #expect(end == 16)
  }

  @Test func additionsMakeSiblingsOneAndLeaveTheRest() {
    #expect(
      SummationTree.additions(of: [0..<1, 1..<2, 2..<3, 3..<4]).map { [$0.target, $0.source] } == [
        [0, 1], [2, 3], [0, 2],
      ])
    // 1 and 2 are neighbours, but not siblings.
    #expect(SummationTree.additions(of: [1..<2, 2..<3]).isEmpty)
  }
}
