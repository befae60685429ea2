/// How many spans were found, and how many of them are right: one is right where words and kind are the same.
public struct SpanScores: Hashable, Sendable {
  /// Counts of one kind, or of all.
  public struct Counts: Hashable, Sendable {
    /// Spans that should be found.
    public internal(set) var expected = 0
    /// Spans that were found.
    public internal(set) var found = 0
    /// Spans that were found and are right.
    public internal(set) var correct = 0

    /// The share of what was found that is right; 0 where nothing was found.
    public var precision: Double { found == 0 ? 0 : Double(correct) / Double(found) }
    /// The share of what should be found that was; 0 where there was nothing.
    public var recall: Double { expected == 0 ? 0 : Double(correct) / Double(expected) }
    /// The harmonic mean of both; 0 where nothing is right.
    public var f1: Double { correct == 0 ? 0 : 2 * Double(correct) / Double(expected + found) }
  }

  /// The counts of all kinds together.
  public private(set) var all = Counts()
  /// The counts of each kind.
  public private(set) var kinds: [String: Counts] = [:]

  /// No spans yet.
  public init() {}

  /// Counts the spans of a sentence.
  ///
  /// - Parameters:
  ///   - expected: The right labels.
  ///   - found: The labels to judge, as many.
  public mutating func add(expected: [String], found: [String]) {
    precondition(expected.count == found.count, "\(found.count) labels for \(expected.count) words")
    let right = Set(LabelSpan.spans(of: expected))
    for span in right { count(span.kind) { $0.expected += 1 } }
    for span in LabelSpan.spans(of: found) {
      count(span.kind) { counts in
        counts.found += 1
        if right.contains(span) { counts.correct += 1 }
      }
    }
  }

  private mutating func count(_ kind: String, _ change: (inout Counts) -> Void) {
    change(&all)
    change(&kinds[kind, default: Counts()])
  }
}
