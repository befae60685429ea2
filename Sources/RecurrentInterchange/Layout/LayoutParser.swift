import RecurrentFormats

/// Reads `name=kind(option, key=value), …`.
struct LayoutParser {
  /// A word or a sign, and where it stands.
  private struct Token {
    let text: String
    let column: Int
    var isWord: Bool { text.count > 1 || !LayoutParser.signs.contains(text) }
  }

  private static let signs: Set<String> = [",", "=", "(", ")"]
  /// Longer than any layout that a person or this library writes.
  private static let lengthLimit = 1 << 16

  private let text: String
  private var tokens: ArraySlice<Token> = []

  init(_ text: String) { self.text = text }

  /// All layers of the text.
  mutating func layers() throws(LayoutError) -> [LayoutLayer] {
    tokens = try scan()[...]
    var layers: [LayoutLayer] = []
    repeat { layers.append(try layer()) } while take(",")
    if let token = tokens.first { throw error("a comma stands before the next layer", token.column) }
    return layers
  }

  // MARK: Words and signs

  private func scan() throws(LayoutError) -> [Token] {
    guard text.utf8.count <= Self.lengthLimit else { throw error("the text is longer than any layout", 1) }
    var tokens: [Token] = []
    var word = ""
    func end(_ column: Int) { if !word.isEmpty { tokens.append(Token(text: word, column: column - word.count)) } }
    var column = 0
    for character in text {
      column += 1
      if Self.isOfWord(character) {
        word.append(character)
        continue
      }
      end(column)
      word = ""
      if character.isWhitespace { continue }
      guard Self.signs.contains(String(character)) else {
        throw error("this character has no meaning; names are made of letters, digits, '_', '-' and '.'", column)
      }
      tokens.append(Token(text: String(character), column: column))
    }
    end(column + 1)
    return tokens
  }

  /// What names of tensors and numbers are made of.
  static func isOfWord(_ character: Character) -> Bool {
    guard let value = character.asciiValue, character != "\r\n" else { return false }
    return (0x30...0x39).contains(value) || (0x41...0x5a).contains(value) || (0x61...0x7a).contains(value)
      || value == UInt8(ascii: "_") || value == UInt8(ascii: "-") || value == UInt8(ascii: ".")
      || value == UInt8(ascii: "+")
  }

  private mutating func take(_ sign: String) -> Bool {
    guard tokens.first?.text == sign else { return false }
    tokens.removeFirst()
    return true
  }

  private mutating func word(_ wanted: String) throws(LayoutError) -> Token {
    guard let token = tokens.first, token.isWord else {
      throw error("\(wanted) is missing", tokens.first?.column ?? text.count + 1)
    }
    tokens.removeFirst()
    return token
  }

  private func error(_ problem: String, _ column: Int) -> LayoutError {
    LayoutError(text: text, column: max(1, column), problem: problem)
  }

  // MARK: Layers

  private mutating func layer() throws(LayoutError) -> LayoutLayer {
    let first = try word("a layer, such as lstm or fc=linear,")
    var (name, kind) = (String?.none, first)
    if take("=") {
      name = first.text
      kind = try word("the kind of '\(first.text)', one of \(LayoutKind.words.joined(separator: ", ")),")
    }
    var options = LayoutOptions(text: text, kind: kind.text, column: kind.column, options: try options())
    guard let layer = try LayoutKind(kind.text, &options) else {
      throw error(
        "'\(kind.text.printable())' is no kind of layer; there are \(LayoutKind.words.joined(separator: ", "))"
          + Suggestion.clause(for: kind.text, among: LayoutKind.words), kind.column)
    }
    try options.requireAllTaken()
    return LayoutLayer(name, layer)
  }

  private mutating func options() throws(LayoutError) -> [LayoutOptions.Option] {
    var options: [LayoutOptions.Option] = []
    guard take("(") else { return options }
    repeat {
      let first = try word("an option")
      if take("=") {
        let value = try word("the value of '\(first.text)'")
        options.append(.init(key: first.text, value: value.text, column: first.column))
      } else {
        options.append(.init(key: nil, value: first.text, column: first.column))
      }
    } while take(",")
    guard take(")") else { throw error("a closing bracket is missing", tokens.first?.column ?? text.count + 1) }
    return options
  }
}
