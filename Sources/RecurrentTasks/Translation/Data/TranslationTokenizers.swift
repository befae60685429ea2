public import RecurrentFormats

/// How sources and targets become symbols.
public struct TranslationTokenizers: Hashable, Sendable {
  /// The symbols that mean something beside the text: padding, unknown, beginning and end.
  static let specials = [padding, Vocabulary.unknownSymbol, "<s>", "</s>"]
  /// What stands where there is no symbol, in the files of others; nothing here reads or writes it.
  static let padding = "<pad>"

  /// Of sources; nil where they are frames of numbers.
  public let source: Tokenizer?
  /// Of targets.
  public let target: Tokenizer

  /// Tokenizers whose vocabularies have the special symbols; nil where one lacks them.
  public init?(source: Tokenizer?, target: Tokenizer) {
    for vocabulary in [source?.vocabulary, target.vocabulary].compactMap(\.self) {
      guard Self.specials.allSatisfy({ vocabulary.id(of: $0) != nil }), vocabulary.unknown != nil else { return nil }
    }
    self.source = source
    self.target = target
  }

  private init(_ source: Tokenizer?, _ target: Tokenizer) {
    self.source = source
    self.target = target
  }

  /// Learns vocabularies of the training part.
  static func make(
    _ configuration: TranslationConfiguration, of corpus: ParallelCorpus
  ) -> TranslationTokenizers {
    let source: Tokenizer? =
      if case .texts(let texts) = corpus.sources {
        tokenizer(
          of: texts, configuration.sourceLevel, configuration.sourceMinimumCount, configuration.sourceVocabularyLimit)
      } else {
        nil
      }
    return TranslationTokenizers(
      source,
      tokenizer(
        of: corpus.pairs.map(\.target), configuration.targetLevel, configuration.targetMinimumCount,
        configuration.targetVocabularyLimit))
  }

  private static func tokenizer(
    of texts: [String], _ level: Tokenizer.Level, _ minimumCount: Int, _ limit: Int?
  ) -> Tokenizer {
    var counts = SymbolCounts()
    for text in texts { counts.add(text, level: level) }
    return Tokenizer(counting: counts, level: level, specials: specials, minimumCount: minimumCount, limit: limit)
  }

  /// The symbol that ends a target.
  var end: Int32 { target.vocabulary["</s>"] }
  /// What stands before the first symbol of a target.
  var start: Int32 { target.vocabulary["<s>"] }

  /// The symbols of a source, with its end. Where sources are frames there are none.
  func encode(source text: String) -> [Int32] {
    source.map { $0.encode(text) + [$0.vocabulary["</s>"]] } ?? []
  }
}
