import RecurrentFormats

/// How texts become numbers: what is done to them first, and the vocabulary.
struct TextEncoding: Sendable, Hashable {
  /// The vocabulary.
  let tokenizer: Tokenizer
  private let isLowercased: Bool
  private let splitsPunctuation: Bool

  /// A tokenizer and the settings that say what comes before it.
  init(_ tokenizer: Tokenizer, _ configuration: ClassificationConfiguration) {
    self.tokenizer = tokenizer
    isLowercased = configuration.isLowercased
    splitsPunctuation = configuration.splitsPunctuation
  }

  /// A vocabulary of the symbols of some texts.
  init(fitting texts: [String], _ configuration: ClassificationConfiguration) {
    var counts = SymbolCounts()
    for text in texts {
      counts.add(
        Self.prepared(text, configuration.isLowercased, configuration.splitsPunctuation), level: configuration.level)
    }
    let tokenizer = Tokenizer(
      counting: counts, level: configuration.level, specials: [Vocabulary.unknownSymbol],
      minimumCount: configuration.minimumCount, limit: configuration.vocabularyLimit)
    self.init(tokenizer, configuration)
  }

  /// The number of the unknown symbol.
  var unknown: Int32 { tokenizer.vocabulary.unknown ?? 0 }

  /// The symbols of a text by number.
  func encode(_ text: String) -> [Int32] {
    tokenizer.encode(Self.prepared(text, isLowercased, splitsPunctuation))
  }

  private static func prepared(_ text: String, _ isLowercased: Bool, _ splitsPunctuation: Bool) -> String {
    let text = isLowercased ? text.lowercased() : text
    guard splitsPunctuation else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      let isApart = isPunctuation(scalar)
      if isApart { result += " " }
      result.unicodeScalars.append(scalar)
      if isApart { result += " " }
    }
    return result
  }

  private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
      .finalPunctuation, .otherPunctuation, .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol:
      true
    default: false
    }
  }
}
