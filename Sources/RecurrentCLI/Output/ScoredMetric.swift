import RecurrentFormats
import RecurrentTasks
import RecurrentTraining

/// A figure of texts against references, by the name under which it is asked for and told.
enum ScoredMetric: String, CaseIterable {
  case bleu
  case chrF = "chrf"
  case chrFWithWords = "chrf++"
  case exactMatch = "exact_match"
  case tokenErrorRate = "token_error_rate"

  /// Names with commas between them.
  static func list(_ text: String) throws -> [ScoredMetric] {
    let names = allCases.map(\.rawValue)
    var metrics: [ScoredMetric] = []
    for name in text.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
      guard let metric = ScoredMetric(rawValue: name) else {
        throw UsageError(
          "--metric '\(name.printable())' is none of \(names.joined(separator: ", "))"
            + Suggestion.clause(for: name, among: names))
      }
      guard !metrics.contains(metric) else { throw UsageError("--metric names \(name) twice; leave one out") }
      metrics.append(metric)
    }
    return metrics
  }

  /// Computes the figure of all lines and of each.
  ///
  /// - Parameter tokenization: What the tokens of the error rate are.
  func findings(of texts: ScoredTexts, _ bleu: BLEU, _ tokenization: BLEU.Tokenization) -> ScoreFinding {
    let count = texts.references.first?.count
    switch self {
    case .bleu:
      var sentenceBLEU = bleu
      sentenceBLEU.leavesOutMissingLengths = true
      return ScoreFinding(rawValue, texts, bleu, sentences: sentenceBLEU) { score in
        (score.summary, score.details, bleu.signature(referenceCount: count))
      }
    case .chrF, .chrFWithWords:
      let metric = ChrF(wordOrder: self == .chrF ? 0 : 2)
      return ScoreFinding(rawValue, texts, metric, sentences: metric) { score in
        let members: JSONObject = ["precision": .number(score.precision), "recall": .number(score.recall)]
        let shares = [score.precision, score.recall].map { NumberText.fixed(100 * $0, decimals: 1) }
        let summary = "precision \(shares[0]) %, recall \(shares[1]) %"
        return (summary, members, metric.signature(referenceCount: count))
      }
    case .exactMatch:
      let metric = ExactMatch()
      return ScoreFinding(rawValue, texts, metric, sentences: metric) { score in
        ("\(score.counts.matches) of \(score.counts.total) lines", ["matches": .integer(score.counts.matches)], nil)
      }
    case .tokenErrorRate:
      let metric = TokenErrorRate(tokenization: tokenization)
      return ScoreFinding(rawValue, texts, metric, sentences: metric) { score in
        (score.counts.summary, score.counts.details, nil)
      }
    }
  }
}

/// A figure of all lines and of each.
struct ScoreFinding {
  let name: String
  let value: Double
  /// The figure of each line.
  let sentences: [Double]
  /// What it is made of, for people.
  let summary: String
  /// The same for programs.
  let details: JSONObject

  /// Computes a figure, of all lines by one metric and of each line by another one that counts the same.
  ///
  /// - Parameter tell: What a score is made of, and the signature of its settings.
  init<M: CorpusMetric>(
    _ name: String, _ texts: ScoredTexts, _ metric: M, sentences: M, _ tell: (M.Score) -> (String, JSONObject, String?)
  ) {
    let counts = zip(texts.hypotheses, texts.references).map { metric.counts(of: $0, against: $1) }
    let score = metric.score(of: counts.reduce(into: M.Counts()) { $0 += $1 })
    self.name = name
    value = score.value
    self.sentences = counts.map { sentences.score(of: $0).value }
    let (text, members, signature) = tell(score)
    summary = text + (signature.map { "  \($0)" } ?? "")
    var details = members
    details["signature"] = signature.map { .string($0) }
    self.details = details
  }
}

extension BLEU.Score {
  fileprivate var summary: String {
    let precisions = precisions.map { NumberText.fixed($0, decimals: 1) }.joined(separator: "/")
    let penalty = NumberText.fixed(brevityPenalty, decimals: 3)
    return "\(precisions), brevity penalty \(penalty), \(counts.hypothesisLength) tokens for \(counts.referenceLength)"
  }

  fileprivate var details: JSONObject {
    [
      "precisions": .array(precisions.map { .number($0) }), "brevity_penalty": .number(brevityPenalty),
      "hypothesis_length": .integer(counts.hypothesisLength), "reference_length": .integer(counts.referenceLength),
      "matches": .array(counts.matches.map { .integer($0) }), "totals": .array(counts.totals.map { .integer($0) }),
    ]
  }
}

extension EditCounts {
  fileprivate var summary: String {
    "\(substitutions) substituted, \(insertions) inserted, \(deletions) deleted, of \(referenceLength) tokens"
  }

  fileprivate var details: JSONObject {
    [
      "substitutions": .integer(substitutions), "insertions": .integer(insertions), "deletions": .integer(deletions),
      "reference_length": .integer(referenceLength),
    ]
  }
}
