import RecurrentDistribution

/// How a batch is cut into shares, and which of them this rank computes.
struct SharePlan: Hashable, Sendable {
  /// How many shares a batch has: 1, or a power of two that is at least the number of ranks.
  let count: Int
  /// Those of this rank.
  let own: Range<Int>

  /// The shares of a rank: as many as every other has, or one more.
  init(count: Int, rank: Int, of rankCount: Int) {
    self.count = count
    own = SummationTree(leafCount: count, rankCount: rankCount).leaves(ofRank: rank)
  }

  /// So many shares make the results those of any number of ranks up to it.
  static let deterministicCount = 8

  /// Under a launcher results do not depend on the number of ranks where a share has at least so many examples: cutting a
  /// batch finer costs less than a tenth there (Documentation/Decisions/0012-shares-of-a-batch.md).
  static let examplesPerShare = 8

  /// How many shares a batch is cut into.
  ///
  /// - Parameters:
  ///   - isDeterministic: Whether results must not depend on the number of ranks; nil where it costs little.
  ///   - rankCount: The number of ranks.
  ///   - examples: About how many examples a batch has.
  static func count(isDeterministic: Bool?, rankCount: Int, examples: Int) -> Int {
    let least = powerOfTwo(atLeast: rankCount)
    let fixed = max(deterministicCount, least)
    switch isDeterministic {
    case true?: return fixed
    case false?: return least
    case nil: return rankCount > 1 && examples / fixed >= examplesPerShare ? fixed : least
    }
  }

  private static func powerOfTwo(atLeast count: Int) -> Int {
    var power = 1
    while power < count { power *= 2 }
    return power
  }
}
