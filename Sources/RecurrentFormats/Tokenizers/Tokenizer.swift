/// Turns text into the ids of a vocabulary and back, word by word or character by character.
///
/// Special symbols that stand in a text, such as a written `<unk>`, are found first, wherever they are; of several that
/// begin at one place the longest counts. What is between them is cut into words at white space, or into code points.
/// This is what `tokenizers` of Hugging Face does with the file that `json` describes.
public struct Tokenizer: Hashable, Sendable {
  /// What the symbols of a vocabulary are.
  public enum Level: String, Hashable, Sendable, CaseIterable {
    /// Words, split at white space.
    case word
    /// Characters: Unicode code points.
    case character = "char"
  }

  /// The symbols.
  public let vocabulary: Vocabulary
  /// What they are.
  public let level: Level
  /// At word level, the symbol that every end of line stands for; nil where an end of line is white space as any other.
  public let endOfLine: String?

  private let specials: SpecialSymbols
  private let scalarIds: [Unicode.Scalar: Int32]

  /// A tokenizer over a vocabulary.
  ///
  /// - Parameters:
  ///   - vocabulary: The symbols.
  ///   - level: Whether they are words or characters. All symbols of characters but the specials are one code point long.
  ///   - endOfLine: A word of the vocabulary that every end of line stands for (`<eos>` of the Penn Treebank).
  public init(vocabulary: Vocabulary, level: Level, endOfLine: String? = nil) {
    precondition(
      endOfLine.map { level == .word && vocabulary.id(of: $0) != nil } ?? true,
      "what stands for an end of line is a word of the vocabulary")
    self.vocabulary = vocabulary
    self.level = level
    self.endOfLine = endOfLine
    specials = SpecialSymbols(vocabulary)
    var ids: [Unicode.Scalar: Int32] = [:]
    if level == .character {
      for (id, symbol) in vocabulary.symbols.enumerated() {
        let scalars = symbol.unicodeScalars
        if let first = scalars.first, scalars.count == 1 { ids[first] = Int32(id) }
      }
    }
    scalarIds = ids
  }

  // MARK: Text to ids

  /// The ids of a text.
  ///
  /// Symbols that the vocabulary lacks become its unknown symbol. Where it has none they are a programmer's mistake: look
  /// for them with `unknownSymbols(in:)` before.
  public func encode(_ text: String) -> [Int32] {
    var ids: [Int32] = []
    forEachSymbol(of: text) { ids.append($0.id ?? vocabulary[$0.text]) }
    return ids
  }

  /// The different words or characters of a text that the vocabulary lacks, in the order in which they occur.
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

  /// The text of ids: characters one after another, words with a space between them and ends of line as `\n`.
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
    guard level == .word else { return symbol }
    if id == endOfLineId { return "\n" }
    return previous == nil || previous == endOfLineId ? symbol : " " + symbol
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
      case .plain(let range) where level == .word: forEachWord(of: text[range], body)
      case .plain(let range):
        let scalars = text[range].unicodeScalars
        var index = scalars.startIndex
        while index < scalars.endIndex {
          let next = scalars.index(after: index)
          body(Symbol(scalarIds[scalars[index]], scalars[index..<next]))
          index = next
        }
      }
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
    a.vocabulary == b.vocabulary && a.level == b.level && a.endOfLine == b.endOfLine
  }

  /// Feeds vocabulary and rules to the hasher.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(vocabulary)
    hasher.combine(level)
    hasher.combine(endOfLine)
  }
}
