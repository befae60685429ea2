/// A figure of texts against references, which follows from counts that add up over the sentences of a corpus.
public protocol CorpusMetric: Sendable {
  /// What is counted.
  associatedtype Counts: MetricCounts
  /// What follows from it.
  associatedtype Score: MetricScore

  /// The counts of one sentence.
  ///
  /// - Parameter references: Right answers; at least one.
  func counts(of hypothesis: String, against references: [String]) -> Counts

  /// The score of counts.
  func score(of counts: Counts) -> Score
}

extension CorpusMetric {
  /// The score of a corpus.
  ///
  /// - Parameters:
  ///   - hypotheses: The sentences.
  ///   - references: For each of them its right answers; at least one.
  public func score(of hypotheses: [String], against references: [[String]]) -> Score {
    precondition(hypotheses.count == references.count, "each sentence has its references")
    var counts = Counts()
    for (hypothesis, answers) in zip(hypotheses, references) { counts += self.counts(of: hypothesis, against: answers) }
    return score(of: counts)
  }

  /// The score of a corpus with one right answer for each sentence.
  public func score(of hypotheses: [String], against references: [String]) -> Score {
    score(of: hypotheses, against: references.map { [$0] })
  }
}

/// Counts of sentences that add up to those of a corpus.
public protocol MetricCounts: Hashable, Sendable {
  /// The counts of no sentence.
  init()
  /// Adds the counts of further sentences.
  static func += (counts: inout Self, others: Self)
}

/// A score, with what it is made of.
public protocol MetricScore: Hashable, Sendable {
  /// The figure itself.
  var value: Double { get }
}

extension Unicode.Scalar {
  /// Whether this stands between tokens: white space, and the four separators of ASCII, which evaluation scripts written in
  /// Python take for white space.
  var separatesTokens: Bool {
    isASCII
      ? value == 0x20 || (0x09...0x0D).contains(value) || (0x1C...0x1F).contains(value) : properties.isWhitespace
  }
}

extension String {
  /// What stands between white space.
  var tokensBetweenSpaces: [String] {
    unicodeScalars.split(whereSeparator: \.separatesTokens).map { String($0) }
  }
}
