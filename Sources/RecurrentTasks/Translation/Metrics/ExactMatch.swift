/// The share of sentences that are one of their references, code point by code point, but for white space: its length and kind
/// do not count, nor does any at the ends.
public struct ExactMatch: CorpusMetric, Hashable {
  /// Compares whole sentences.
  public init() {}

  /// Sentences, and the right ones among them.
  public struct Counts: MetricCounts {
    /// Those that are one of their references.
    public var matches = 0
    /// All of them.
    public var total = 0

    /// Of no sentence.
    public init() {}

    /// Adds the counts of further sentences.
    public static func += (counts: inout Counts, others: Counts) {
      counts.matches += others.matches
      counts.total += others.total
    }
  }

  /// The share with what it is made of.
  public struct Score: MetricScore {
    /// What was counted.
    public let counts: Counts
    /// The share, 0 to 1.
    public var value: Double { counts.total == 0 ? 0 : Double(counts.matches) / Double(counts.total) }
  }

  /// Whether a sentence is one of its references.
  public func counts(of hypothesis: String, against references: [String]) -> Counts {
    let tokens = hypothesis.tokensBetweenSpaces.map { Array($0.utf8) }
    var counts = Counts()
    counts.total = 1
    counts.matches = references.contains { $0.tokensBetweenSpaces.map { Array($0.utf8) } == tokens } ? 1 : 0
    return counts
  }

  /// The share of counts.
  public func score(of counts: Counts) -> Score { Score(counts: counts) }
}
