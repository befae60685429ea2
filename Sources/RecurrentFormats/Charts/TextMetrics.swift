/// Estimates of how wide text is, for leaving room; the fonts are the viewer's, so the estimate is that of a wide one.
enum TextMetrics {
  /// The width of a line of text in pixels.
  static func width(_ text: String, size: Double) -> Double {
    text.unicodeScalars.reduce(0) { $0 + width(of: $1) } * size
  }

  /// The width of a character in units of the font size.
  private static func width(of scalar: Unicode.Scalar) -> Double {
    switch scalar {
    case "i", "j", "l", "I", "'", "|", ".", ",", ":", ";", "!", " ": 0.32
    case "f", "r", "t", "(", ")", "[", "]", "/", "-", "\"": 0.41
    case "m", "w", "M", "W", "%", "@", "…": 0.98
    case "−": 0.84
    case "A"..."Z": 0.70
    case "\u{0}"..."\u{7f}": 0.63
    // Scripts whose characters fill a square.
    case "\u{1100}"..."\u{115f}", "\u{2e80}"..."\u{a4cf}", "\u{ac00}"..."\u{d7a3}", "\u{f900}"..."\u{faff}",
      "\u{fe30}"..."\u{fe6f}", "\u{ff00}"..."\u{ff60}", "\u{1f300}"..."\u{1faff}", "\u{20000}"..."\u{3fffd}":
      1.0
    default: 0.66
    }
  }
}
