extension BLEU {
  /// How lines are cut into tokens, under sacreBLEU's names.
  public enum Tokenization: String, CaseIterable, Hashable, Sendable {
    /// At white space alone, for text that is tokenised.
    case none
    /// Punctuation stands by itself, but for points and commas between digits: the rules of the script mteval-v13a.
    case mteval = "13a"
    /// Chinese characters stand by themselves, the rest is cut as by `mteval`.
    case chinese = "zh"
    /// Every code point but white space.
    case character = "char"

    /// The tokens of a line.
    public func tokens(of line: String) -> [String] {
      switch self {
      case .none: line.tokensBetweenSpaces
      case .character: line.unicodeScalars.filter { !$0.separatesTokens }.map { String($0) }
      case .mteval: PunctuationTokenizer.westernTokens(of: line)
      case .chinese: PunctuationTokenizer.chineseTokens(of: line)
      }
    }
  }
}

/// The rules of mteval-v13a, one after another over the whole line as that script has them.
private enum PunctuationTokenizer {
  typealias Line = [Unicode.Scalar]

  static func westernTokens(of text: String) -> [String] {
    var line = trimmingEnd(text)
    for (written, meant) in entities {
      line = line.replacing(Line(written.unicodeScalars), with: Line(meant.unicodeScalars))
    }
    // Points and commas at the ends are met by the same rules as others.
    return tokens([" "] + line + [" "])
  }

  static func chineseTokens(of text: String) -> [String] {
    let line = trimmingEnd(text).drop(while: \.separatesTokens)
    return tokens(line.flatMap { isChinese($0) ? [" ", $0, " "] : [$0] })
  }

  private static func trimmingEnd(_ text: String) -> Line {
    var line = Line(text.unicodeScalars)
    while line.last?.separatesTokens == true { line.removeLast() }
    return line
  }

  /// What the script reads as something else: remains of SGML, and lines that were broken within a word.
  private static let entities = [
    ("<skipped>", ""), ("-\n", ""), ("\n", " "), ("&quot;", "\""), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"),
  ]

  private static func tokens(_ line: Line) -> [String] {
    var line: Line = line.flatMap { isPunctuation($0) ? [" ", $0, " "] : [$0] }
    // A point or comma behind what is no digit, then one before what is no digit, then a hyphen behind a digit.
    line = replacingPairs(line, { !isDigit($0) && isStop($1) }) { [$0, " ", $1, " "] }
    line = replacingPairs(line, { isStop($0) && !isDigit($1) }) { [" ", $0, " ", $1] }
    line = replacingPairs(line, { isDigit($0) && $1 == "-" }) { [$0, " ", $1, " "] }
    return line.split(whereSeparator: \.separatesTokens).map { token in
      var text = ""
      text.unicodeScalars.append(contentsOf: token)
      return text
    }
  }

  /// Replaces pairs of neighbours from left to right, none of them beginning within the pair before it.
  private static func replacingPairs(
    _ line: Line, _ matches: (Unicode.Scalar, Unicode.Scalar) -> Bool,
    with replacement: (Unicode.Scalar, Unicode.Scalar) -> Line
  ) -> Line {
    var result: Line = []
    result.reserveCapacity(line.count + line.count / 2)
    var index = 0
    while index < line.count {
      if index + 1 < line.count, matches(line[index], line[index + 1]) {
        result += replacement(line[index], line[index + 1])
        index += 2
      } else {
        result.append(line[index])
        index += 1
      }
    }
    return result
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

  private static func isStop(_ scalar: Unicode.Scalar) -> Bool { scalar == "." || scalar == "," }

  /// All of ASCII but letters, digits, apostrophe, hyphen, point, comma and control characters.
  private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case " "..."&", "("..."+", "/", ":"..."@", "["..."`", "{"..."~": true
    default: false
    }
  }

  /// What sacreBLEU takes for Chinese: beside ideographs, full-width forms and the like, all from U+2001 to U+2A6D (its
  /// bounds of two planes beyond 16 bits are compared by their first digits), with quotation marks, dashes and symbols among
  /// them, while the ideographs beyond 16 bits are not.
  private static func isChinese(_ scalar: Unicode.Scalar) -> Bool {
    chineseRanges.contains { $0.contains(scalar.value) }
  }

  private static let chineseRanges: [ClosedRange<UInt32>] = [
    0x4E00...0x9FBB, 0x3400...0x4DB5, 0xFF00...0xFFEF, 0x2001...0x2A6D, 0x2E80...0x2FDF, 0x2FF0...0x303F,
    0x3100...0x312F, 0x31A0...0x31BF, 0x31C0...0x31EF, 0x3200...0x33FF, 0xF900...0xFA2D, 0xFA30...0xFA6A,
    0xFA70...0xFAD9, 0xFE10...0xFE1F, 0xFE30...0xFE4F,
  ]
}
