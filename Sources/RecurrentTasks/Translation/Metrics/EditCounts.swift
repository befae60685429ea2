/// The fewest changes that make a hypothesis of a reference (Levenshtein 1966); of equally few those with the most
/// substitutions, which leaves no choice.
public struct EditCounts: MetricCounts {
  /// Tokens in the place of others.
  public var substitutions = 0
  /// Tokens of the hypothesis that the reference lacks.
  public var insertions = 0
  /// Tokens of the reference that the hypothesis lacks.
  public var deletions = 0
  /// Tokens of the reference.
  public var referenceLength = 0

  /// Of no sentence.
  public init() {}

  /// All changes.
  public var errors: Int { substitutions + insertions + deletions }

  /// Changes for each token of the reference. It may be above 1; of an empty reference it is 1 where there is something
  /// else.
  public var rate: Double {
    referenceLength > 0 ? Double(errors) / Double(referenceLength) : errors > 0 ? 1 : 0
  }

  /// The changes between two sequences of n and m tokens, in n m steps.
  public init<Token: Equatable>(from reference: [Token], to hypothesis: [Token]) {
    referenceLength = reference.count
    // What both begin or end with needs no change.
    let start = zip(reference, hypothesis).prefix { $0 == $1 }.count
    let rest = (reference.dropFirst(start), hypothesis.dropFirst(start))
    let end = zip(rest.0.reversed(), rest.1.reversed()).prefix { $0 == $1 }.count
    let (removed, added) = (Array(rest.0.dropLast(end)), Array(rest.1.dropLast(end)))
    let best = Self.cheapest(removed, added)
    substitutions = best.substitutions
    // Insertions less deletions are the difference of the lengths, and both with the substitutions are all changes.
    let unpaired = best.errors - best.substitutions
    insertions = (unpaired + added.count - removed.count) / 2
    deletions = unpaired - insertions
  }

  /// Adds the counts of further sentences.
  public static func += (counts: inout EditCounts, others: EditCounts) {
    counts.substitutions += others.substitutions
    counts.insertions += others.insertions
    counts.deletions += others.deletions
    counts.referenceLength += others.referenceLength
  }

  private struct Cost: Comparable {
    var errors: Int
    var substitutions = 0

    static func < (a: Cost, b: Cost) -> Bool {
      a.errors == b.errors ? a.substitutions > b.substitutions : a.errors < b.errors
    }

    func adding(_ substitutions: Int, _ others: Int = 0) -> Cost {
      Cost(errors: errors + substitutions + others, substitutions: self.substitutions + substitutions)
    }
  }

  private static func cheapest<Token: Equatable>(_ reference: [Token], _ hypothesis: [Token]) -> Cost {
    var row = (0...hypothesis.count).map { Cost(errors: $0) }
    for (index, token) in reference.enumerated() {
      var diagonal = row[0]
      row[0] = Cost(errors: index + 1)
      for column in hypothesis.indices {
        let paired = diagonal.adding(token == hypothesis[column] ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = min(paired, min(row[column], row[column + 1]).adding(0, 1))
      }
    }
    return row[hypothesis.count]
  }
}

/// The share of tokens that must be changed, put in or left out: word error rate, or with tokens of one character the character
/// error rate.
public struct TokenErrorRate: CorpusMetric, Hashable {
  /// What tokens are.
  public var tokenization: BLEU.Tokenization

  /// The rate over tokens, as a rule those between white space.
  public init(tokenization: BLEU.Tokenization = .none) {
    self.tokenization = tokenization
  }

  /// The rate with what it is made of.
  public struct Score: MetricScore {
    /// The changes and the tokens of the references.
    public let counts: EditCounts
    /// Changes for each token of the references.
    public var value: Double { counts.rate }
  }

  /// The changes of one sentence, against the reference that needs the fewest; of equal ones the first.
  ///
  /// - Parameter references: Right answers; at least one.
  public func counts(of hypothesis: String, against references: [String]) -> EditCounts {
    let tokens = exactTokens(hypothesis)
    let counts = references.map { EditCounts(from: exactTokens($0), to: tokens) }
    guard let best = counts.min(by: { $0.errors < $1.errors }) else {
      preconditionFailure("a sentence has a reference")
    }
    return best
  }

  private func exactTokens(_ line: String) -> [[UInt8]] { tokenization.tokens(of: line).map { Array($0.utf8) } }

  /// The rate of changes.
  public func score(of counts: EditCounts) -> Score { Score(counts: counts) }
}
