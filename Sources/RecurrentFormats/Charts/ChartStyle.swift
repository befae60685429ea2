/// Colours, sizes and fonts that all charts share.
public enum ChartStyle {
  /// The fonts, by what systems have.
  public static let fontFamily = "system-ui, 'Segoe UI', 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"
  /// The colour of the page.
  public static let background = "#ffffff"
  /// The colour of titles.
  public static let titleColor = "#1a1a1a"
  /// The colour of labels.
  public static let textColor = "#4a4a4a"
  /// The colour of axes.
  public static let axisColor = "#6b6b6b"
  /// The colour of grid lines.
  public static let gridColor = "#e7e7e7"
  /// The colour of the grid line of zero.
  public static let baseColor = "#b0b0b0"
  /// The colour behind the part of the data that the model has not been trained on.
  public static let sectionColor = "#f6f7f9"

  static let titleSize = 19.0
  static let subtitleSize = 13.5
  static let labelSize = 13.0
  /// From the lower edge of the plot to the baseline of the labels below it.
  static let tickLabelOffset = 22.0
  /// From the baseline of a label to that of its second line.
  static let contextOffset = 17.0

  /// Colours that people with any kind of colour blindness can tell apart, also in print (Okabe and Ito, 2008), without black and
  /// without yellow, which is too light for lines.
  public static let colors = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"]
}

/// How a line is drawn.
public struct LineStyle: Hashable, Sendable {
  /// The colour, as SVG writes colours.
  public let color: String
  /// The width in pixels.
  public let width: Double
  /// The lengths of dashes and gaps, as SVG writes them; nil for an unbroken line.
  public let dash: String?

  /// Makes a style.
  public init(color: String, width: Double = 1.8, dash: String? = nil) {
    self.color = color
    self.width = width
    self.dash = dash
  }

  /// The style for a line with more than one value to a pixel: thin, and without dashes, which such a line would hide.
  var dense: LineStyle { LineStyle(color: color, width: min(width, 1)) }

  /// What was observed: a dark grey line.
  public static let actual = LineStyle(color: "#2f3337", width: 1.5)
  /// What a model gives on the data it was trained on: a dashed blue line.
  public static let fitted = LineStyle(color: ChartStyle.colors[0], width: 1.8, dash: "6 3")
  /// What a model predicts of data that it has not seen: a strong vermilion line.
  public static let predicted = LineStyle(color: ChartStyle.colors[1], width: 2.4)

  /// The style of a series where nothing else is known of it: colours in turn, then the same colours dashed, then dotted.
  public static func standard(_ index: Int) -> LineStyle {
    let dashes: [String?] = [nil, "7 3", "2 3"]
    let count = ChartStyle.colors.count
    return LineStyle(color: ChartStyle.colors[index % count], dash: dashes[index / count % dashes.count])
  }
}
