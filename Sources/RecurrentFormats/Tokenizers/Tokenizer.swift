/// Turns text into the ids of a vocabulary and back, word by word, character by character, or in parts of words.
///
/// Special symbols that stand in a text, such as a written `<unk>`, are found first, wherever they are; of several that
/// begin at one place the longest counts. What is between them is cut into words at white space, into code points, or into
/// words that begin with `▁` in the place of white space and are made of their characters by merging pairs (byte-pair
/// encoding, Sennrich, Haddow and Birch 2016). This is what `tokenizers` of Hugging Face does with the file that `json`
/// describes.
public struct Tokenizer: Hashable, Sendable {
  /// What the symbols of a vocabulary are.
  public enum Level: String, Hashable, Sendable, CaseIterable {
    /// Words, split at white space.
    case word
    /// Characters: Unicode code points.
    case character = "char"
    /// Parts of words that occur together often, down to single characters: byte-pair encoding.
    case bytePair = "bpe"
  }

  /// The symbols.
  public let vocabulary: Vocabulary
  /// What they are.
  public let level: Level
  /// At word level, the symbol that every end of line stands for; nil where an end of line is white space as any other.
  public let endOfLine: String?

  private let specials: SpecialSymbols
  private let scalarIds: [Unicode.Scalar: Int32]
  private let mergeTable: MergeTable?
  private let words = WordCache()

  /// A tokenizer over a vocabulary of words or characters.
  ///
  /// - Parameters:
  ///   - vocabulary: The symbols.
  ///   - level: Whether they are words or characters. All symbols of characters but the specials are one code point long.
  ///   - endOfLine: A word of the vocabulary that every end of line stands for (`<eos>` of the Penn Treebank).
  public init(vocabulary: Vocabulary, level: Level, endOfLine: String? = nil) {
    precondition(level != .bytePair, "byte-pair encoding needs merges")
    precondition(
      endOfLine.map { level == .word && vocabulary.id(of: $0) != nil } ?? true,
      "what stands for an end of line is a word of the vocabulary")
    self.init(vocabulary, level, endOfLine, nil)
  }

  init(_ vocabulary: Vocabulary, _ level: Level, _ endOfLine: String?, _ mergeTable: MergeTable?) {
    self.vocabulary = vocabulary
    self.level = level
    self.endOfLine = endOfLine
    self.mergeTable = mergeTable
    specials = SpecialSymbols(vocabulary)
    scalarIds = level == .word ? [:] : Self.scalarIds(vocabulary)
  }

  /// The ids of the symbols of one code point.
  private static func scalarIds(_ vocabulary: Vocabulary) -> [Unicode.Scalar: Int32] {
    var ids: [Unicode.Scalar: Int32] = [:]
    for (id, symbol) in vocabulary.symbols.enumerated() {
      let scalars = symbol.unicodeScalars.prefix(2)
      if let first = scalars.first, scalars.count == 1 { ids[first] = Int32(id) }
    }
    return ids
  }

  /// The merges of byte-pair encoding in the order in which they were learned; none at the other levels.
  public var merges: [SymbolPair] { mergeTable?.pairs ?? [] }

  // MARK: Text to ids

  /// The ids of a text.
  ///
  /// Symbols that the vocabulary lacks become its unknown symbol. Where it has none they are a programmer's mistake: look
  /// for them with `unknownSymbols(in:)` before.
  public func encode(_ text: String) -> [Int32] {
    if let mergeTable { return encode(text, mergeTable) }
    var ids: [Int32] = []
    forEachSymbol(of: text) { ids.append($0.id ?? vocabulary[$0.text]) }
    return ids
  }

  /// Byte-pair encoding.
  private func encode(_ text: String, _ merges: MergeTable) -> [Int32] {
    var ids: [Int32] = []
    specials.forEachPiece(of: text) { piece in
      switch piece {
      case .special(let id, _): ids.append(id)
      case .plain(let range):
        text[range].forEachMarkedWord(isStart: range.lowerBound == text.startIndex) { word in
          ids += words.symbols(of: word) {
            merges.merged(word.unicodeScalars.map { scalarIds[$0] ?? vocabulary[String($0)] })
          }
        }
      }
    }
    return ids
  }

  /// The different words (at word level) or characters of a text that the vocabulary lacks, in the order in which they
  /// occur.
  public func unknownSymbols(in text: String) -> [String] {
    var seen: Set<ExactText> = []
    var unknown: [String] = []
    forEachSymbol(of: text) { symbol in
      guard symbol.id == nil else { return }
      let text = symbol.text
      if seen.insert(ExactText(text)).inserted { unknown.append(text) }
    }
    return unknown
  }

  // MARK: Ids to text

  /// The text of ids: characters one after another, words with a space between them and ends of line as `\n`. Of byte-pair
  /// encoding it is the text with single spaces in the place of white space, and none at its start.
  public func decode(_ ids: some Sequence<Int32>) -> String {
    var text = ""
    var previous: Int32?
    for id in ids {
      text += decode(id, after: previous)
      previous = id
    }
    return text
  }

  /// What an id adds to a text, so that text can be written as its ids come.
  ///
  /// - Parameter previous: The id before it; nil at the beginning.
  public func decode(_ id: Int32, after previous: Int32?) -> String {
    let symbol = vocabulary.symbols[Int(id)]
    switch level {
    case .character: return symbol
    case .bytePair: return symbol.replacingWordMarks(isStart: previous == nil)
    case .word:
      if id == endOfLineId { return "\n" }
      return previous == nil || previous == endOfLineId ? symbol : " " + symbol
    }
  }

  private var endOfLineId: Int32? { endOfLine.flatMap { vocabulary.id(of: $0) } }

  // MARK: Symbols

  /// A symbol found in a text.
  private struct Symbol {
    let id: Int32?
    /// Only read where it matters: making a string of a character takes longer than finding its id.
    private let source: Substring.UnicodeScalarView
    var text: String { String(source) }

    init(_ id: Int32?, _ source: Substring.UnicodeScalarView) {
      self.id = id
      self.source = source
    }
  }

  private func forEachSymbol(of text: String, _ body: (Symbol) -> Void) {
    specials.forEachPiece(of: text) { piece in
      switch piece {
      case .special(let id, let range): body(Symbol(id, text[range].unicodeScalars))
      case .plain(let range):
        switch level {
        case .word: forEachWord(of: text[range], body)
        case .character: forEachCharacter(of: text[range], body)
        case .bytePair:
          text[range].forEachMarkedWord(isStart: range.lowerBound == text.startIndex) { word in
            forEachCharacter(of: word[...], body)
          }
        }
      }
    }
  }

  private func forEachCharacter(of text: Substring, _ body: (Symbol) -> Void) {
    let scalars = text.unicodeScalars
    var index = scalars.startIndex
    while index < scalars.endIndex {
      let next = scalars.index(after: index)
      body(Symbol(scalarIds[scalars[index]], scalars[index..<next]))
      index = next
    }
  }

  private func forEachWord(of text: Substring, _ body: (Symbol) -> Void) {
    guard let endOfLine, let endId = endOfLineId else {
      for word in text.words { body(Symbol(vocabulary.id(of: String(word)), word.unicodeScalars)) }
      return
    }
    let end = endOfLine[...].unicodeScalars
    let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (number, line) in lines.enumerated() {
      if number > 0 { body(Symbol(endId, end)) }
      for word in Substring(line).words { body(Symbol(vocabulary.id(of: String(word)), word.unicodeScalars)) }
    }
  }
}

extension Tokenizer {
  /// Whether both have the same vocabulary and the same rules.
  public static func == (a: Tokenizer, b: Tokenizer) -> Bool {
    a.vocabulary == b.vocabulary && a.level == b.level && a.endOfLine == b.endOfLine && a.merges == b.merges
  }

  /// Feeds vocabulary and rules to the hasher.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(vocabulary)
    hasher.combine(level)
    hasher.combine(endOfLine)
    hasher.combine(merges)
  }
}
