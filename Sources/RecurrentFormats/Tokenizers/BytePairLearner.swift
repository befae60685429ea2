/// Learns byte-pair encoding from counted words (Sennrich, Haddow and Birch 2016): beginning with characters, the pair of
/// neighbouring symbols that occurs most often becomes a symbol of its own, again and again.
///
/// Pairs are counted within words only; each word is taken as often as it occurs. Of pairs that occur equally often the one
/// whose left symbol has the lower id comes first, then the one whose right symbol has. Ids are those of the vocabulary: the
/// special symbols, the characters by code point, and what merges make, in the order in which it is made. The trainer of
/// `tokenizers` learns the same of texts without special symbols whose characters are all kept. It keeps rare ones, chooses
/// among equally frequent ones by chance where it must leave some out, and joins what stood on both sides of such a
/// character; here it ends a word, as it does when a word is encoded.
public struct BytePairLearner: Hashable, Sendable {
  /// The most symbols, special ones and characters among them.
  public var size: Int
  /// Symbols that are there in any case, such as `<unk>`; none twice.
  public var specials: [String]
  /// How often a character must occur to be a symbol, and a pair to become one.
  public var minimumCount: Int

  /// What is to be learned.
  public init(size: Int = 8000, specials: [String] = [Vocabulary.unknownSymbol], minimumCount: Int = 2) {
    precondition(minimumCount >= 1, "what does not occur is no symbol")
    self.size = size
    self.specials = specials
    self.minimumCount = minimumCount
  }

  /// A tokenizer learned from counted words.
  ///
  /// It has fewer symbols than `size` where no more pairs occur `minimumCount` times. Where even the characters are too many
  /// the most frequent ones are kept, and of equally frequent ones those with the lower code points. Special symbols that
  /// stand in words are no part of them.
  ///
  /// - Parameter counts: Words as `SymbolCounts` counts them for byte-pair encoding, beginning with `▁`; different ones have
  ///   less than 2^31 characters together.
  public func tokenizer(for counts: SymbolCounts) -> Tokenizer {
    let words = wordsBetweenSpecials(counts)
    var symbols = specials + alphabet(of: words).map { String($0) }
    var ids: [ExactText: Int32] = [:]
    for (id, symbol) in symbols.enumerated() {
      precondition(ids.updateValue(Int32(id), forKey: ExactText(symbol)) == nil, "a special symbol stands twice")
    }
    var corpus = BytePairCorpus(words.flatMap { word in chains(of: word.text, ids).map { ($0, word.count) } })
    var merges: [SymbolPair] = []
    // Characters between the same ends of symbols are merged in the same way wherever they stand, so that no two pairs make
    // the same symbol, and none comes up again once it is merged.
    while symbols.count < min(size, Int(Int32.max)), let pair = corpus.mostFrequentPair(minimumCount) {
      corpus.merge(pair, into: Int32(symbols.count))
      symbols.append(symbols[Int(pair.left)] + symbols[Int(pair.right)])
      merges.append(pair)
    }
    return tokenizer(symbols, merges)
  }

  private func tokenizer(_ symbols: [String], _ merges: [SymbolPair]) -> Tokenizer {
    let unknown = specials.first { $0.hasSameCodePoints(as: Vocabulary.unknownSymbol) }
    guard let vocabulary = Vocabulary(symbols: symbols, specials: specials, unknown: unknown),
      let table = try? MergeTable(merges, vocabulary)
    else { preconditionFailure("no symbol is made twice, and what each merge makes is among them") }
    return Tokenizer(vocabulary, .bytePair, nil, table)
  }

  // MARK: Words and characters

  private struct Word {
    let text: String
    let count: Int
  }

  /// What is left of the words between special symbols, which are found before words are.
  private func wordsBetweenSpecials(_ counts: SymbolCounts) -> [Word] {
    guard let vocabulary = Vocabulary(symbols: specials, specials: specials) else {
      preconditionFailure("a special symbol stands twice")
    }
    let finder = SpecialSymbols(vocabulary)
    var words: [Word] = []
    for (text, count) in counts.all {
      finder.forEachPiece(of: text) { piece in
        if case .plain(let range) = piece { words.append(Word(text: String(text[range]), count: count)) }
      }
    }
    return words
  }

  /// The characters that become symbols, by code point.
  private func alphabet(of words: [Word]) -> [Unicode.Scalar] {
    var counts: [Unicode.Scalar: Int] = [:]
    for word in words {
      for scalar in word.text.unicodeScalars { counts[scalar, default: 0] += word.count }
    }
    var kept = counts.filter { $0.value >= minimumCount }
    let room = max(size - specials.count, 0)
    if kept.count > room {
      let sorted = kept.sorted { $0.value == $1.value ? $0.key < $1.key : $0.value > $1.value }
      kept = Dictionary(uniqueKeysWithValues: sorted.prefix(room).map { ($0.key, $0.value) })
    }
    return kept.keys.sorted()
  }

  /// The characters of a word between those that are no symbols.
  private func chains(of word: String, _ ids: [ExactText: Int32]) -> [[Int32]] {
    word.unicodeScalars.map { ids[ExactText(String($0))] }.split(separator: nil).map { $0.compactMap { $0 } }
  }
}

extension Tokenizer {
  /// A tokenizer over the symbols of a text, whatever they are: words, characters, or what byte-pair encoding learns of them.
  ///
  /// - Parameters:
  ///   - counts: How often each symbol occurs, counted for this level.
  ///   - level: What the symbols are.
  ///   - specials: Symbols that are there in any case, such as `<unk>`; none twice.
  ///   - minimumCount: How often a symbol must occur.
  ///   - limit: The most symbols, specials among them; nil takes all words or characters, and 8,000 symbols of byte-pair
  ///     encoding.
  ///   - endOfLine: One of the specials that every end of line stands for at word level.
  public init(
    counting counts: SymbolCounts, level: Level, specials: [String], minimumCount: Int = 1, limit: Int? = nil,
    endOfLine: String? = nil
  ) {
    guard level == .bytePair else {
      let vocabulary = Vocabulary(counting: counts, specials: specials, minimumCount: minimumCount, limit: limit)
      self.init(vocabulary: vocabulary, level: level, endOfLine: endOfLine)
      return
    }
    precondition(endOfLine == nil, "byte-pair encoding has no ends of lines")
    var learner = BytePairLearner(specials: specials, minimumCount: minimumCount)
    if let limit { learner.size = limit }
    self = learner.tokenizer(for: counts)
  }
}
