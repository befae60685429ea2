/// The ways in which text with one label for each word is written.
public enum AnnotationFormat: String, Hashable, Sendable, CaseIterable {
  /// CoNLL-U, the form of Universal Dependencies: ten columns divided by tabs, a blank line behind each sentence.
  case conllu
  /// One word a line with its label in the last or a chosen column, divided by tabs or spaces, a blank line behind each
  /// sentence, as in CoNLL-2003; also words without labels.
  case columns
  /// One sentence a line, each word with its label behind a bar: `word|TAG`. The last bar of a word divides.
  case bars
  /// One sentence a line, words divided by spaces, no labels.
  case text
}

/// Which column holds the labels.
public enum LabelColumn: Hashable, Sendable {
  /// Universal part of speech in CoNLL-U, else the last column.
  case usual
  /// UPOS, the fourth column of CoNLL-U.
  case upos
  /// XPOS, the fifth column of CoNLL-U.
  case xpos
  /// The last column of a table.
  case last
  /// A column of a table, from 1; words are in the first.
  case number(Int)

  /// The column that is called so: `usual`, `upos`, `xpos`, `last` or a number from 2; nil for anything else.
  public init?(_ name: String) {
    switch name {
    case "usual": self = .usual
    case "upos": self = .upos
    case "xpos": self = .xpos
    case "last": self = .last
    default:
      guard let number = Int(name), number >= 2, String(number) == name else { return nil }
      self = .number(number)
    }
  }

  /// The name of the column.
  public var name: String {
    switch self {
    case .usual: "usual"
    case .upos: "upos"
    case .xpos: "xpos"
    case .last: "last"
    case .number(let number): String(number)
    }
  }
}

extension AnnotationFormat {
  /// The form of a text that begins with these bytes.
  ///
  /// - Lines of ten tab-divided columns, the first a number: CoNLL-U.
  /// - Lines of the same number of columns, two or more, divided by tabs, or by spaces where blank lines divide sentences;
  ///   lines of one word each where blank lines divide sentences: columns.
  /// - Every word with a bar inside: `word|TAG`.
  /// - Anything else: text without labels.
  ///
  /// - Parameters:
  ///   - head: The first bytes of the text, at most some thousand lines.
  ///   - isWhole: Whether that is all of it; otherwise the last line, which may be cut, is not looked at.
  public init(recognizing head: ArraySlice<UInt8>, isWhole: Bool) {
    var lines = head.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { AnnotationLine.withoutReturn($0) }
    if !isWhole, lines.count > 1 { lines.removeLast() }
    while let last = lines.last, last.allSatisfy(AnnotationLine.isSpace) { lines.removeLast() }
    let blankCount = lines.drop { $0.allSatisfy(AnnotationLine.isSpace) }
      .count { $0.allSatisfy(AnnotationLine.isSpace) }
    let filled = lines.filter { line in
      !line.allSatisfy(AnnotationLine.isSpace) && !line.starts(with: AnnotationLine.documentStart)
    }
    self = AnnotationFormat.form(of: filled, hasBlankLines: blankCount > 0)
  }

  private static func form(of lines: [ArraySlice<UInt8>], hasBlankLines: Bool) -> AnnotationFormat {
    let tabCounts = lines.map { line in line.count { $0 == AnnotationLine.tab } }
    if let first = lines.firstIndex(where: { $0.first != AnnotationLine.hash }),
      tabCounts[first] == 9, lines[first].first.map({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }) == true
    {
      return .conllu
    }
    if tabCounts.contains(where: { $0 > 0 }) { return .columns }
    let words = lines.map { $0.split(whereSeparator: AnnotationLine.isSpace) }
    let bar = AnnotationLine.bar
    let areBarred = words.allSatisfy { line in
      line.allSatisfy { word in word.dropFirst().dropLast().contains(bar) }
    }
    if !words.isEmpty, areBarred { return .bars }
    guard hasBlankLines, let width = words.first?.count, words.allSatisfy({ $0.count == width }) else { return .text }
    return .columns
  }
}

/// What the forms have in common at the level of bytes.
enum AnnotationLine {
  static let tab = UInt8(ascii: "\t")
  static let space = UInt8(ascii: " ")
  static let bar = UInt8(ascii: "|")
  static let hash = UInt8(ascii: "#")
  static let lineFeed = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")

  /// The mark between documents of CoNLL-2003.
  static let documentStart = Array("-DOCSTART-".utf8)

  static func isSpace(_ byte: UInt8) -> Bool { byte == space || byte == tab }

  /// A line without the carriage return before its end.
  static func withoutReturn(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    line.last == carriageReturn ? line.dropLast() : line
  }
}
