public import RecurrentTraining

/// How many labels are right: of all words, of words that the training part does not have, and of each label.
public struct TaggingScores: Sendable {
  /// Words, and how many of them got the right label.
  public struct Counts: Hashable, Sendable {
    /// The words.
    public internal(set) var words = 0
    /// Those with the right label.
    public internal(set) var correct = 0

    /// The share that is right; 0 of no words.
    public var accuracy: Double { words == 0 ? 0 : Double(correct) / Double(words) }
  }

  /// Counts of all words.
  public private(set) var all = Counts()
  /// Counts of the words that do not occur in the training part as they are written.
  public private(set) var unknown = Counts()
  /// Of each label, how often it is right, how often it was given, and how often both.
  public private(set) var labels: [String: SpanScores.Counts] = [:]
  /// Words whose right label the training part does not have: they cannot be right.
  public private(set) var unseenLabels: [String: Int] = [:]
  /// Counts of spans; nil where labels are none.
  public private(set) var spans: SpanScores?
  private let knownWords: Set<String>
  private let knownLabels: Set<String>

  /// No sentences yet.
  ///
  /// - Parameters:
  ///   - knownWords: The words of the training part.
  ///   - knownLabels: The labels of the training part.
  ///   - countsSpans: Whether labels are spans.
  public init(knownWords: Set<String>, knownLabels: Set<String>, countsSpans: Bool) {
    self.knownWords = knownWords
    self.knownLabels = knownLabels
    spans = countsSpans ? SpanScores() : nil
  }

  /// Counts a sentence.
  public mutating func add(_ sentence: TaggedSentence, found: [String]) {
    precondition(found.count == sentence.words.count, "\(found.count) labels for \(sentence.words.count) words")
    for (word, (expected, found)) in zip(sentence.words, zip(sentence.labels, found)) {
      let isCorrect = expected == found
      all.count(isCorrect)
      if !knownWords.contains(word) { unknown.count(isCorrect) }
      if !knownLabels.contains(expected) { unseenLabels[expected, default: 0] += 1 }
      labels[expected, default: .init()].expected += 1
      labels[found, default: .init()].found += 1
      if isCorrect { labels[found, default: .init()].correct += 1 }
    }
    spans?.add(expected: sentence.labels, found: found)
  }

  /// The figures, the one that counts most first.
  public var metrics: [Metric] {
    var metrics: [Metric] = []
    if let spans {
      metrics += [
        Metric("f1", spans.all.f1, .higherIsBetter), Metric("precision", spans.all.precision, .higherIsBetter),
        Metric("recall", spans.all.recall, .higherIsBetter),
      ]
    }
    metrics.append(Metric("accuracy", all.accuracy, .higherIsBetter))
    if unknown.words > 0 { metrics.append(Metric("unknown_accuracy", unknown.accuracy, .higherIsBetter)) }
    return metrics
  }
}

extension TaggingScores.Counts {
  fileprivate mutating func count(_ isCorrect: Bool) {
    words += 1
    correct += isCorrect ? 1 : 0
  }
}
