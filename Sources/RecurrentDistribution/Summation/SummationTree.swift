/// The one order in which sums over the parts of a batch are made, whatever the number of ranks: a binary tree over
/// leaves, leaf 0 + leaf 1, leaf 2 + leaf 3, then the sums of pairs, and so on.
///
/// Rank `r` of `N` holds the leaves `[r L / N, (r + 1) L / N)` of `L`. What it holds is a row of whole subtrees, which it
/// sums alone; only their sums travel. As numbers are always added in the order of this tree, the result has the same
/// bits for any number of ranks.
public struct SummationTree: Hashable, Sendable {
  /// How many leaves there are, a power of two.
  public let leafCount: Int
  /// How many ranks share them, at most one for each leaf.
  public let rankCount: Int

  /// A tree.
  public init(leafCount: Int, rankCount: Int) {
    precondition(leafCount > 0 && leafCount & (leafCount - 1) == 0, "\(leafCount) leaves are no power of two")
    precondition((1...leafCount).contains(rankCount), "\(rankCount) ranks cannot share \(leafCount) leaves")
    self.leafCount = leafCount
    self.rankCount = rankCount
  }

  /// The leaves of a rank.
  public func leaves(ofRank rank: Int) -> Range<Int> {
    (rank * leafCount / rankCount)..<((rank + 1) * leafCount / rankCount)
  }

  /// The whole subtrees that make up the leaves of a rank, each as large as it can be, from left to right. Where the
  /// number of ranks is a power of two, it is one.
  public func subtrees(ofRank rank: Int) -> [Range<Int>] {
    var rest = leaves(ofRank: rank)
    var subtrees: [Range<Int>] = []
    while !rest.isEmpty {
      // As many leaves as the place of the first allows, halved until they fit.
      var count = rest.lowerBound == 0 ? leafCount : rest.lowerBound & -rest.lowerBound
      while count > rest.count { count /= 2 }
      subtrees.append(rest.lowerBound..<(rest.lowerBound + count))
      rest = (rest.lowerBound + count)..<rest.upperBound
    }
    return subtrees
  }

  /// The subtrees of all ranks from left to right.
  var allSubtrees: [Range<Int>] { (0..<rankCount).flatMap(subtrees(ofRank:)) }

  /// The additions that make one sum of the values of neighbouring subtrees: each adds the value at `source` to that at
  /// `target`, which stands left of it. What cannot be added yet, as its sibling is elsewhere, stays where it is.
  ///
  /// - Parameter subtrees: Subtrees from left to right, without a gap between them.
  public static func additions(of subtrees: [Range<Int>]) -> [Addition] {
    var stack: [(range: Range<Int>, index: Int)] = []
    var additions: [Addition] = []
    for (index, range) in subtrees.enumerated() {
      stack.append((range, index))
      while stack.count > 1, areSiblings(stack[stack.count - 2].range, stack[stack.count - 1].range) {
        let right = stack.removeLast()
        let left = stack[stack.count - 1]
        additions.append(Addition(target: left.index, source: right.index))
        stack[stack.count - 1].range = left.range.lowerBound..<right.range.upperBound
      }
    }
    return additions
  }

  /// One addition.
  public struct Addition: Hashable, Sendable {
    /// What is added to.
    public let target: Int
    /// What is added.
    public let source: Int
  }

  private static func areSiblings(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
    left.count == right.count && left.lowerBound % (2 * left.count) == 0
  }
}
