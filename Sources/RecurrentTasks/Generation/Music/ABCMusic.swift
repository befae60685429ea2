import RecurrentFormats

/// Reads the music of a tune line by line and finds what is no music.
struct ABCMusic {
  /// Whether a repeat is open that an ending can belong to: at the beginning of a tune one is understood.
  private var isRepeatOpen = true
  private var noteCount = 0

  /// What is wrong when nothing follows.
  var problemAtEnd: String? { noteCount == 0 ? "there are no notes" : nil }

  /// Reads a line.
  ///
  /// - Returns: What is wrong with it; nil for nothing.
  mutating func read(_ line: String) -> String? {
    if ABCTune.Field(line: line[...]) != nil { return nil }
    var scanner = Scanner(line)
    while let sign = scanner.next {
      if let problem = read(sign, &scanner) { return problem }
    }
    return nil
  }

  private mutating func read(_ sign: Character, _ scanner: inout Scanner) -> String? {
    switch sign {
    case "\"":
      guard let text = scanner.inside(until: "\"") else { return "a quotation mark is not closed" }
      return ABCChord.isSound(text) ? nil : "'\(String(text).printable())' is no chord and no remark"
    case "!":
      // In older tunes a single one is the end of a line of the score.
      scanner.skipIfClosed("!")
      return nil
    case "{":
      return skipGraceNotes(&scanner)
    case "[":
      return readBracket(&scanner)
    case "(":
      return readParenthesis(&scanner)
    case ")":
      return scanner.closeSlur() ? nil : "a slur is closed that was not opened"
    case "|", ":":
      return readBar(sign, &scanner)
    case "]":
      return scanner.previous == "|" ? nil : "a bracket is closed that was not opened"
    default:
      return readNote(sign, &scanner)
    }
  }

  // MARK: Notes

  private static let notes = Set("ABCDEFGabcdefg")
  private static let rests = Set("zxZy")
  private static let others = Set(" \t\r.~HLMOPSTuvJRk-><&\\`*$;+/0123456789'")

  private mutating func readNote(_ sign: Character, _ scanner: inout Scanner) -> String? {
    if "^_=".contains(sign) {
      if let next = scanner.peek, next == sign, sign != "=" { scanner.advance() }
      guard let note = scanner.peek, Self.notes.contains(note) else { return "an accidental has no note" }
      return nil
    }
    if Self.notes.contains(sign) || Self.rests.contains(sign) {
      if Self.notes.contains(sign) { noteCount += 1 }
      while let next = scanner.peek, "',".contains(next) { scanner.advance() }
      while let next = scanner.peek, "0123456789/".contains(next) { scanner.advance() }
      return nil
    }
    return Self.others.contains(sign) ? nil : "'\(String(sign).printable())' is no sign of music"
  }

  private mutating func skipGraceNotes(_ scanner: inout Scanner) -> String? {
    guard let inner = scanner.inside(until: "}") else { return "grace notes are not closed" }
    let allowed = Self.notes.union("^_=',/0123456789 ")
    return inner.allSatisfy(allowed.contains) ? nil : "grace notes hold what is no note"
  }

  /// A chord, an ending or a field within the music.
  private mutating func readBracket(_ scanner: inout Scanner) -> String? {
    guard let next = scanner.peek else { return "a bracket is not closed" }
    if "123456789".contains(next) { return readEnding(&scanner) }
    if next == "|" { return nil }
    guard let inner = scanner.inside(until: "]") else { return "a bracket is not closed" }
    if ABCTune.Field(line: inner) != nil { return nil }
    let allowed = Self.notes.union("^_=',/0123456789 -zx()")
    guard !inner.isEmpty, inner.allSatisfy(allowed.contains), inner.contains(where: Self.notes.contains) else {
      return "a chord holds what is no note"
    }
    noteCount += 1
    return nil
  }

  /// A slur, or the number of a tuplet.
  private func readParenthesis(_ scanner: inout Scanner) -> String? {
    if let next = scanner.peek, "23456789".contains(next) {
      while let next = scanner.peek, "0123456789:".contains(next) { scanner.advance() }
      return nil
    }
    if scanner.peek == "1" { return "a tuplet of one" }
    scanner.openSlur()
    return nil
  }

  // MARK: Bars

  private mutating func readBar(_ sign: Character, _ scanner: inout Scanner) -> String? {
    var bar = String(sign)
    while let next = scanner.peek, "|:".contains(next) {
      bar.append(next)
      scanner.advance()
    }
    guard bar != ":" else { return "a colon has no bar line" }
    if bar.hasPrefix(":") { isRepeatOpen = bar.hasSuffix(":") }
    if bar.hasSuffix(":"), !bar.hasPrefix(":") { isRepeatOpen = true }
    guard let next = scanner.peek, "123456789".contains(next) else { return nil }
    return readEnding(&scanner)
  }

  /// The numbers of an ending.
  private func readEnding(_ scanner: inout Scanner) -> String? {
    let isFirst = scanner.peek == "1"
    while let next = scanner.peek, "0123456789,-".contains(next) { scanner.advance() }
    return isFirst && !isRepeatOpen ? "an ending has no repeat that it belongs to" : nil
  }
}

/// The signs of a line.
private struct Scanner {
  private let signs: [Character]
  private var position = 0
  private var openSlurs = 0

  init(_ line: String) { signs = Array(line) }

  /// The next sign, which is then behind.
  var next: Character? {
    mutating get {
      guard position < signs.count else { return nil }
      position += 1
      return signs[position - 1]
    }
  }

  /// The next sign.
  var peek: Character? { position < signs.count ? signs[position] : nil }
  /// The sign before the one that was taken last.
  var previous: Character? { position >= 2 ? signs[position - 2] : nil }

  mutating func advance() { position += 1 }

  mutating func openSlur() { openSlurs += 1 }
  /// Closes a slur; one that was opened in the line before counts as open.
  mutating func closeSlur() -> Bool {
    openSlurs -= 1
    return openSlurs >= 0
  }

  /// Goes behind a decoration such as `!trill!`, if what follows is one.
  mutating func skipIfClosed(_ sign: Character) {
    guard let end = signs[position...].firstIndex(of: sign) else { return }
    if signs[position..<end].allSatisfy({ $0.isLetter || "+.<>()0123456789".contains($0) }) { position = end + 1 }
  }

  /// What stands before the next `sign`, which is then behind.
  mutating func inside(until sign: Character) -> Substring? {
    guard let end = signs[position...].firstIndex(of: sign) else { return nil }
    defer { position = end + 1 }
    return Substring(String(signs[position..<end]))
  }
}
