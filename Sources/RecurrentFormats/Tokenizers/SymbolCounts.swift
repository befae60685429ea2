/// How often each symbol of a text occurs, symbols told apart by their code points.
public struct SymbolCounts: Sendable {
  private var counts: [ExactText: Int] = [:]

  /// No symbols.
  public init() {}

  /// Counts the words or characters of a text. For byte-pair encoding these are the words that it is learned from.
  public init(_ text: String, level: Tokenizer.Level) {
    add(text, level: level)
  }

  /// The number of different symbols.
  public var count: Int { counts.count }

  /// How often a symbol occurs.
  public subscript(symbol: String) -> Int { counts[ExactText(symbol)] ?? 0 }

  /// Counts a symbol `occurrences` more times.
  public mutating func add(_ symbol: String, _ occurrences: Int = 1) {
    counts[ExactText(symbol), default: 0] += occurrences
  }

  /// Counts the words or characters of a text. For byte-pair encoding these are the words that it is learned from.
  public mutating func add(_ text: String, level: Tokenizer.Level) {
    switch level {
    case .word:
      for word in text[...].words { add(String(word)) }
    case .character:
      var scalars: [Unicode.Scalar: Int] = [:]
      for scalar in text.unicodeScalars { scalars[scalar, default: 0] += 1 }
      for (scalar, occurrences) in scalars { add(String(scalar), occurrences) }
    case .bytePair:
      text[...].forEachMarkedWord(isStart: true) { add($0) }
    }
  }

  /// All symbols with their counts, in no order.
  var all: [(symbol: String, count: Int)] { counts.map { ($0.key.text, $0.value) } }
}

extension Substring {
  /// The words: what stands between white space, as Unicode's property White_Space has it.
  var words: [Substring] {
    unicodeScalars.split(whereSeparator: \.isWhiteSpace).map { Substring($0) }
  }
}

extension Unicode.Scalar {
  /// Whether this is white space; quick for the characters of ASCII.
  var isWhiteSpace: Bool {
    isASCII ? value == 0x20 || (0x09...0x0D).contains(value) : properties.isWhitespace
  }
}
