public import RecurrentFormats

/// How sources and targets become symbols.
public struct TranslationTokenizers: Hashable, Sendable {
  /// The symbols that mean something beside the text: padding, unknown, beginning and end.
  static let specials = [padding, Vocabulary.unknownSymbol, "<s>", "</s>"]
  /// What stands where there is no symbol, in the files of others; nothing here reads or writes it.
  static let padding = "<pad>"

  /// Of sources.
  public let source: Tokenizer
  /// Of targets.
  public let target: Tokenizer

  /// Tokenizers whose vocabularies have the special symbols; nil where one lacks them.
  public init?(source: Tokenizer, target: Tokenizer) {
    for vocabulary in [source.vocabulary, target.vocabulary] {
      guard Self.specials.allSatisfy({ vocabulary.id(of: $0) != nil }), vocabulary.unknown != nil else { return nil }
    }
    self.source = source
    self.target = target
  }

  private init(_ source: Tokenizer, _ target: Tokenizer) {
    self.source = source
    self.target = target
  }

  /// Learns vocabularies of the training part.
  static func make(
    _ configuration: TranslationConfiguration, of pairs: [SentencePair]
  ) -> TranslationTokenizers {
    TranslationTokenizers(
      tokenizer(
        of: pairs.map(\.source), configuration.sourceLevel, configuration.sourceMinimumCount,
        configuration.sourceVocabularyLimit),
      tokenizer(
        of: pairs.map(\.target), configuration.targetLevel, configuration.targetMinimumCount,
        configuration.targetVocabularyLimit))
  }

  private static func tokenizer(
    of texts: [String], _ level: Tokenizer.Level, _ minimumCount: Int, _ limit: Int?
  ) -> Tokenizer {
    var counts = SymbolCounts()
    for text in texts { counts.add(text, level: level) }
    return Tokenizer(
      vocabulary: Vocabulary(counting: counts, specials: specials, minimumCount: minimumCount, limit: limit),
      level: level)
  }

  /// The symbol that every source and target ends with.
  var sourceEnd: Int32 { source.vocabulary["</s>"] }
  /// The symbol that ends a target.
  var end: Int32 { target.vocabulary["</s>"] }
  /// What stands before the first symbol of a target.
  var start: Int32 { target.vocabulary["<s>"] }

  /// The symbols of a source, with its end.
  func encode(source text: String) -> [Int32] { source.encode(text) + [sourceEnd] }
}
