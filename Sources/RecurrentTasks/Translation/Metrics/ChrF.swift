/// chrF (Popović 2015): the F-score of sequences of 1 to 6 characters, in which the references' sequences that were found
/// count twice as much as the text's own that are right; chrF++ (Popović 2017) with sequences of 1 and 2 words as well. Equal to
/// sacreBLEU.
public struct ChrF: CorpusMetric, Hashable {
  /// The longest sequences of words that are compared: 0 for chrF, 2 for chrF++.
  public var wordOrder: Int

  /// The longest sequences of characters that are compared.
  public static let characterOrder = 6
  /// How much more recall counts than precision.
  public static let beta = 2.0

  /// chrF, or with a word order of 2 chrF++.
  public init(wordOrder: Int = 0) {
    precondition(wordOrder >= 0, "sequences of words have a length")
    self.wordOrder = wordOrder
  }

  /// What is counted of a sentence, for each length of sequences: first of characters, then of words.
  public struct Counts: MetricCounts {
    /// Sequences of the text; none where the reference has none of this length.
    public var hypothesis: [Int] = []
    /// Sequences of the reference.
    public var reference: [Int] = []
    /// Sequences of the text that the reference has as well, each at most as often as there.
    public var matches: [Int] = []

    /// Of no sentence.
    public init() {}

    /// Adds the counts of further sentences.
    public static func += (counts: inout Counts, others: Counts) {
      func sum(_ a: [Int], _ b: [Int]) -> [Int] { a.isEmpty ? b : zip(a, b).map { $0 + $1 } }
      counts.hypothesis = sum(counts.hypothesis, others.hypothesis)
      counts.reference = sum(counts.reference, others.reference)
      counts.matches = sum(counts.matches, others.matches)
    }
  }

  /// chrF with what it is made of.
  public struct Score: MetricScore {
    /// chrF, 0 to 100.
    public let value: Double
    /// The mean share of the text's sequences that are right, 0 to 1.
    public let precision: Double
    /// The mean share of the references' sequences that were found, 0 to 1.
    public let recall: Double
  }

  /// The counts of one sentence, against the reference that gives the highest score; of equal ones the first.
  ///
  /// - Parameter references: Right answers; at least one.
  public func counts(of hypothesis: String, against references: [String]) -> Counts {
    precondition(!references.isEmpty, "a sentence has a reference")
    var best = Counts()
    var bestScore = -1.0
    for reference in references {
      var counts = Self.counts(
        Self.characters(hypothesis), Self.characters(reference), order: Self.characterOrder)
      if wordOrder > 0 {
        let words = Self.counts(Self.words(hypothesis), Self.words(reference), order: wordOrder)
        counts.hypothesis += words.hypothesis
        counts.reference += words.reference
        counts.matches += words.matches
      }
      let value = score(of: counts).value
      if value > bestScore { (best, bestScore) = (counts, value) }
    }
    return best
  }

  private static func counts<Symbol: Hashable>(
    _ hypothesis: [Symbol], _ reference: [Symbol], order: Int
  ) -> Counts {
    var counts = Counts()
    counts.reference = NGramIndex<Symbol>.totals(of: reference.count, order: order)
    counts.hypothesis = zip(NGramIndex<Symbol>.totals(of: hypothesis.count, order: order), counts.reference)
      .map { $1 > 0 ? $0 : 0 }
    counts.matches = NGramIndex([reference], order: order).matches(in: hypothesis)
    return counts
  }

  /// chrF of counts: lengths that one side has no sequence of are left out of the means.
  public func score(of counts: Counts) -> Score {
    var (precision, recall, lengths) = (0.0, 0.0, 0.0)
    for (index, matches) in counts.matches.enumerated() {
      let (hypothesis, reference) = (counts.hypothesis[index], counts.reference[index])
      guard hypothesis > 0, reference > 0 else { continue }
      precision += Double(matches) / Double(hypothesis)
      recall += Double(matches) / Double(reference)
      lengths += 1
    }
    guard precision + recall > 0 else { return Score(value: 0, precision: 0, recall: 0) }
    precision /= lengths
    recall /= lengths
    let weight = Self.beta * Self.beta
    let value = 100 * (1 + weight) * precision * recall / (weight * precision + recall)
    return Score(value: value, precision: precision, recall: recall)
  }

  /// All code points but white space.
  private static func characters(_ line: String) -> [Unicode.Scalar] {
    line.unicodeScalars.filter { !$0.separatesTokens }
  }

  /// What stands between white space, with one sign of punctuation at its end, or else at its start, as a word of its own.
  private static func words(_ line: String) -> [[UInt8]] {
    line.tokensBetweenSpaces.flatMap { token -> [[UInt8]] in
      let bytes = Array(token.utf8)
      guard token.unicodeScalars.count > 1, let first = bytes.first, let last = bytes.last else { return [bytes] }
      if isPunctuation(last) { return [Array(bytes.dropLast()), [last]] }
      if isPunctuation(first) { return [[first], Array(bytes.dropFirst())] }
      return [bytes]
    }
  }

  /// The signs of ASCII.
  private static func isPunctuation(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: true
    default: false
    }
  }

  /// The settings that others must know to compare figures, in sacreBLEU's notation: `nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no`.
  ///
  /// - Parameter referenceCount: How many references each sentence has; nil where the number varies.
  public func signature(referenceCount: Int? = 1) -> String {
    "nrefs:\(referenceCount.map(String.init) ?? "var")|case:mixed|eff:yes|nc:\(Self.characterOrder)|nw:\(wordOrder)|space:no"
  }
}
