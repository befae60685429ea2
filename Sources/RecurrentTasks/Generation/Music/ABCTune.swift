/// A tune in ABC notation (standard 2.1): the fields of its header, and the lines of its music.
public struct ABCTune: Hashable, Sendable {
  /// A field of the header, such as `K:D Major`.
  public struct Field: Hashable, Sendable {
    /// The letter before the colon.
    public let letter: Character
    /// What stands behind it, without spaces around it.
    public let value: String
  }

  /// The fields up to the first `K:`, in order.
  public let header: [Field]
  /// The lines after it, comments and empty lines left out.
  public let body: [String]

  /// Takes a tune apart. Whatever the text is, this is a tune, though perhaps not a well-formed one.
  public init(_ text: String) {
    var header: [Field] = []
    var body: [String] = []
    var isHeader = true
    for line in text.utf8.split(separator: UInt8(ascii: "\n")).map({ Substring($0) }) {
      let withoutComment = line.prefix { $0 != "%" }
      guard withoutComment.contains(where: { $0 != " " && $0 != "\t" && $0 != "\r" }) else { continue }
      if let field = Field(line: withoutComment), isHeader {
        header.append(field)
        isHeader = field.letter != "K"
      } else {
        isHeader = false
        body.append(String(withoutComment))
      }
    }
    self.header = header
    self.body = body
  }

  /// The value of a field of the header; nil where it has none.
  public func value(of letter: Character) -> String? { header.first { $0.letter == letter }?.value }

  /// What is wrong with the tune first of all; nil where it is well formed.
  ///
  /// Well formed is a tune with the fields X, T, M and K, X first, of letters that the standard knows, and music in which
  /// every bracket is closed in its line, nothing stands that is no sign of music, and an ending has a repeat to belong to.
  public var problem: String? {
    headerProblem
      ?? {
        guard !body.isEmpty else { return "there is no music" }
        var music = ABCMusic()
        for line in body {
          if let problem = music.read(line) { return problem }
        }
        return music.problemAtEnd
      }()
  }

  private var headerProblem: String? {
    guard header.first?.letter == "X" else { return "the first field is not X:" }
    guard let number = value(of: "X"), !number.isEmpty, number.allSatisfy({ "0123456789".contains($0) }) else {
      return "X: is not a number"
    }
    for letter: Character in ["T", "M", "K"] where value(of: letter) == nil { return "the field \(letter): is missing" }
    guard let metre = value(of: "M"), ABCTune.isMetre(metre) else { return "M: is no metre" }
    if let length = value(of: "L"), ABCTune.fraction(length) == nil { return "L: is no length" }
    guard let key = value(of: "K"), ABCTune.isKey(key) else { return "K: is no key" }
    return nil
  }

  /// Two whole numbers with a line between them.
  private static func fraction(_ text: String) -> (Int, Int)? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let a = Int(parts[0]), let b = Int(parts[1]), a > 0, b > 0 else { return nil }
    return (a, b)
  }

  private static func isMetre(_ text: String) -> Bool { ["C", "C|", "none"].contains(text) || fraction(text) != nil }

  /// A tonic, perhaps with an accidental, and perhaps a mode.
  private static func isKey(_ text: String) -> Bool {
    var rest = text[...]
    guard let tonic = rest.popFirst(), "ABCDEFG".contains(tonic) else { return text == "none" || text.hasPrefix("H") }
    if let sign = rest.first, "#b".contains(sign) { rest.removeFirst() }
    let mode = rest.drop { $0 == " " }.prefix { $0 != " " }.lowercased().prefix(3)
    return ["", "m", "maj", "min", "ion", "dor", "phr", "lyd", "mix", "aeo", "loc"].contains(String(mode))
  }
}

extension ABCTune.Field {
  private static let letters = Set("ABCDFGHIKLMNOPQRSTUVWXZmrsw")

  /// Reads a line as a field; nil where it is none.
  init?(line: Substring) {
    guard let letter = line.first, Self.letters.contains(letter), line.dropFirst().first == ":" else { return nil }
    // `A:|` is a note and a repeat.
    if let next = line.dropFirst(2).first, "|:".contains(next) { return nil }
    self.letter = letter
    var value = line.dropFirst(2).drop { $0 == " " || $0 == "\t" }
    while let last = value.last, last == " " || last == "\t" || last == "\r" { value.removeLast() }
    self.value = String(value)
  }
}
