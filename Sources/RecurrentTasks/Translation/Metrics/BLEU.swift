import Foundation
import RecurrentTraining

/// BLEU (Papineni et al. 2002): the geometric mean of the shares of words, pairs, triples and quadruples of words that
/// references have as well, less a penalty for texts that are too short. Equal to sacreBLEU (Post 2018) with the same signature.
public struct BLEU: CorpusMetric, Hashable {
  /// What becomes of a share of 0, whose logarithm does not exist (Chen and Cherry 2014).
  public enum Smoothing: Hashable, Sendable {
    /// BLEU is 0.
    case none
    /// The first share of 0 counts as if half a sequence were right, the second as if a quarter were, and so on: the rule of
    /// the NIST script.
    case exponential
    /// So many sequences count as right.
    case floor(Double = 0.1)
    /// So many right sequences are added to those of every length but 1.
    case addition(Double = 1)
  }

  /// What tokens are.
  public var tokenization: Tokenization
  /// What becomes of a share of 0.
  public var smoothing: Smoothing
  /// Whether lengths of which the text has no sequence are left out of the mean. For single sentences: a corpus has
  /// quadruples.
  public var leavesOutMissingLengths: Bool

  /// The longest sequences that are compared.
  public static let order = 4

  /// As sacreBLEU does by default.
  public init(
    tokenization: Tokenization = .mteval, smoothing: Smoothing = .exponential, leavesOutMissingLengths: Bool = false
  ) {
    self.tokenization = tokenization
    self.smoothing = smoothing
    self.leavesOutMissingLengths = leavesOutMissingLengths
  }

  /// What is counted of a sentence.
  public struct Counts: MetricCounts {
    /// Sequences of 1 to 4 tokens that a reference has as well, each at most as often as there.
    public var matches = [Int](repeating: 0, count: BLEU.order)
    /// All sequences of 1 to 4 tokens.
    public var totals = [Int](repeating: 0, count: BLEU.order)
    /// Tokens.
    public var hypothesisLength = 0
    /// Tokens of the reference whose length is nearest, the shorter one of two.
    public var referenceLength = 0

    /// Of no sentence.
    public init() {}

    /// Adds the counts of further sentences.
    public static func += (counts: inout Counts, others: Counts) {
      for index in 0..<BLEU.order {
        counts.matches[index] += others.matches[index]
        counts.totals[index] += others.totals[index]
      }
      counts.hypothesisLength += others.hypothesisLength
      counts.referenceLength += others.referenceLength
    }
  }

  /// BLEU with what it is made of.
  public struct Score: MetricScore {
    /// BLEU, 0 to 100.
    public let value: Double
    /// The shares of sequences of 1 to 4 tokens that are right, in per cent, after smoothing.
    public let precisions: [Double]
    /// The factor for the length: 1 for a text that is as long as the references.
    public let brevityPenalty: Double
    /// What was counted.
    public let counts: Counts
  }

  /// The counts of one sentence.
  ///
  /// - Parameter references: Right answers; at least one.
  public func counts(of hypothesis: String, against references: [String]) -> Counts {
    precondition(!references.isEmpty, "a sentence has a reference")
    let tokens = exactTokens(hypothesis)
    let referenceTokens = references.map(exactTokens)
    var counts = Counts()
    counts.matches = NGramIndex(referenceTokens, order: Self.order).matches(in: tokens)
    counts.totals = NGramIndex<[UInt8]>.totals(of: tokens.count, order: Self.order)
    counts.hypothesisLength = tokens.count
    let lengths = referenceTokens.map(\.count)
    counts.referenceLength =
      lengths.min { a, b in
        let (distanceOfA, distanceOfB) = (abs(a - tokens.count), abs(b - tokens.count))
        return distanceOfA == distanceOfB ? a < b : distanceOfA < distanceOfB
      } ?? 0
    return counts
  }

  /// Tokens that are equal only to the very same code points, as `String` are not.
  private func exactTokens(_ line: String) -> [[UInt8]] { tokenization.tokens(of: line).map { Array($0.utf8) } }

  /// BLEU of counts.
  public func score(of counts: Counts) -> Score {
    let precisions = precisions(counts)
    let penalty = brevityPenalty(counts)
    let lengths =
      leavesOutMissingLengths ? precisions.indices.filter { total(counts, $0) > 0 } : Array(precisions.indices)
    let isZero = counts.matches.allSatisfy { $0 == 0 } || lengths.contains { precisions[$0] == 0 }
    let mean = lengths.reduce(0) { $0 + Foundation.log(precisions[$1]) } / Double(lengths.count)
    return Score(
      value: isZero ? 0 : penalty * Foundation.exp(mean), precisions: precisions, brevityPenalty: penalty,
      counts: counts)
  }

  private func brevityPenalty(_ counts: Counts) -> Double {
    let (hypothesis, reference) = (Double(counts.hypothesisLength), Double(counts.referenceLength))
    if hypothesis >= reference { return 1 }
    return hypothesis == 0 ? 0 : Foundation.exp(1 - reference / hypothesis)
  }

  private func addition(_ index: Int) -> Double {
    if case .addition(let addend) = smoothing, index > 0 { addend } else { 0 }
  }

  private func total(_ counts: Counts, _ index: Int) -> Double { Double(counts.totals[index]) + addition(index) }

  private func precisions(_ counts: Counts) -> [Double] {
    var precisions = [Double](repeating: 0, count: Self.order)
    guard counts.matches.contains(where: { $0 > 0 }) else { return precisions }
    var part = 1.0
    for index in precisions.indices {
      let total = total(counts, index)
      guard total > 0 else { break }
      let matches = Double(counts.matches[index]) + addition(index)
      if matches > 0 {
        precisions[index] = 100 * matches / total
        continue
      }
      switch smoothing {
      case .exponential:
        part /= 2
        precisions[index] = 100 * part / total
      case .floor(let value): precisions[index] = 100 * value / total
      case .none, .addition: break
      }
    }
    return precisions
  }

  /// The settings that others must know to compare figures, in sacreBLEU's notation: `nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp`.
  ///
  /// - Parameter referenceCount: How many references each sentence has; nil where the number varies.
  public func signature(referenceCount: Int? = 1) -> String {
    let smoothing: String
    switch self.smoothing {
    case .none: smoothing = "none"
    case .exponential: smoothing = "exp"
    case .floor(let value): smoothing = "floor[\(NumberText.fixed(value, decimals: 2))]"
    case .addition(let value): smoothing = "add-k[\(NumberText.fixed(value, decimals: 2))]"
    }
    return "nrefs:\(referenceCount.map(String.init) ?? "var")|case:mixed|eff:\(leavesOutMissingLengths ? "yes" : "no")"
      + "|tok:\(tokenization.rawValue)|smooth:\(smoothing)"
  }
}
