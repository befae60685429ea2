/// Title and subtitle above a picture, from its upper left corner.
struct ChartHeadings {
  let title: String
  let subtitle: String
  let margin: Double

  /// From the baseline of the title to that of the subtitle.
  private static let lead = ChartStyle.subtitleSize + 10

  fileprivate var titleY: Double { margin + ChartStyle.titleSize * 0.8 }
  fileprivate var subtitleY: Double { (title.isEmpty ? margin - 10 : titleY) + Self.lead }

  /// Where they end.
  var bottom: Double { margin + (title.isEmpty ? 0 : ChartStyle.titleSize) + (subtitle.isEmpty ? 0 : Self.lead) }

  /// The width of the longer one.
  var width: Double {
    max(
      TextMetrics.width(title, size: ChartStyle.titleSize), TextMetrics.width(subtitle, size: ChartStyle.subtitleSize))
  }
}

extension SVGCanvas {
  /// Writes title and subtitle, if there are any.
  mutating func draw(_ headings: ChartHeadings) {
    if !headings.title.isEmpty {
      text(
        headings.title, x: headings.margin, y: headings.titleY, size: ChartStyle.titleSize,
        fill: ChartStyle.titleColor, isBold: true)
    }
    if !headings.subtitle.isEmpty {
      text(headings.subtitle, x: headings.margin, y: headings.subtitleY, size: ChartStyle.subtitleSize)
    }
  }

  /// Adds a line of text that runs upwards.
  mutating func uprightText(
    _ text: String, x: Double, y: Double, size: Double, anchor: Anchor = .start, fill: String = ChartStyle.textColor
  ) {
    let place = (Self.number(x), Self.number(y))
    add(
      "text",
      [
        ("x", place.0), ("y", place.1), ("font-size", Self.number(size)), ("fill", fill),
        ("text-anchor", anchor.rawValue), ("transform", "rotate(-90 \(place.0) \(place.1))"),
      ], content: text)
  }
}

extension ChartStyle {
  /// A colour so far, 0 to 1, on the way from one to another; the parts are red, green and blue, 0 to 255.
  static func mixed(
    _ start: (Double, Double, Double), _ end: (Double, Double, Double), share: Double
  ) -> String {
    let parts = [(start.0, end.0), (start.1, end.1), (start.2, end.2)].map { start, end in
      Int((start + (end - start) * share).rounded())
    }
    return "#" + parts.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
