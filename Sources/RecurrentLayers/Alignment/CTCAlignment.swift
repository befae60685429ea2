/// What a sequence spells and which of its steps say so: one way through the steps.
public struct CTCAlignment: Hashable, Sendable {
  /// A symbol and its steps.
  public struct Span: Hashable, Sendable {
    /// The symbol.
    public let symbol: Int32
    /// The steps that say it, one after the other.
    public let steps: Range<Int>

    /// A symbol that is said at some steps.
    public init(symbol: Int32, steps: Range<Int>) {
      self.symbol = symbol
      self.steps = steps
    }
  }

  /// The symbols in their order; at the steps between them the blank is said.
  public let spans: [Span]
  /// The logarithm of the probability of this way alone, in nats.
  public let logProbability: Double

  /// The symbols.
  public var symbols: [Int32] { spans.map(\.symbol) }

  /// Symbols at their steps, and the probability of the way.
  public init(spans: [Span], logProbability: Double) {
    self.spans = spans
    self.logProbability = logProbability
  }
}

/// What a sequence may spell.
public struct CTCHypothesis: Hashable, Sendable {
  /// The symbols.
  public let symbols: [Int32]
  /// The logarithm of the probability of all ways that were followed and spell them, in nats.
  public let logProbability: Double

  /// Symbols and their probability.
  public init(symbols: [Int32], logProbability: Double) {
    self.symbols = symbols
    self.logProbability = logProbability
  }
}
