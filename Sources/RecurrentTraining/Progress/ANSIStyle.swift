/// How text looks on a terminal, by the escape sequences of ECMA-48.
public enum ANSIStyle: String, Sendable {
  /// Heavier.
  case bold = "1"
  /// Fainter.
  case dim = "2"
  /// For what went wrong.
  case red = "31"
  /// For what went well.
  case green = "32"
  /// For what needs attention.
  case yellow = "33"
  /// For what moves.
  case cyan = "36"

  /// The text in this style.
  public func callAsFunction(_ text: String) -> String { "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" }
}
