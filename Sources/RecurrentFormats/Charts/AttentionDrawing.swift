/// Lays a picture of attention out and draws it.
struct AttentionDrawing {
  private let chart: AttentionChart
  private let source: [String]
  private let target: [String]
  private let columnWidth: Double
  private let rowHeight: Double
  private let left: Double
  private let top: Double
  private let width: Double
  private let height: Double
  /// The room for the words of the source.
  private let sourceHeight: Double
  /// Whether the words of the source stand upright because a column is too narrow for them.
  private let isUpright: Bool

  private static let margin = 28.0
  private static let gap = 10.0
  /// As wide and as high as a page lets the squares together be.
  private static let page = (width: 720.0, height: 640.0)
  private static let columnWidths = 17.0...40.0
  private static let widestColumn = 96.0
  private static let rowHeights = 17.0...30.0
  /// From this size on a square holds its weight as a number.
  private static let numberedCell = (width: 34.0, height: 22.0)
  private static let legend = (width: 180.0, height: 10.0, steps: 36)

  init(_ chart: AttentionChart) {
    self.chart = chart
    source = chart.source.map(ChartWord.shown)
    target = chart.target.map(ChartWord.shown)
    let columns = Double(max(1, source.count))
    let size = ChartStyle.labelSize
    let widestSource = source.map { TextMetrics.width($0, size: size) }.max() ?? 0
    let widestTarget = target.map { TextMetrics.width($0, size: size) }.max() ?? 0
    // Words side by side need room between them; single characters need hardly any.
    let level = widestSource + (widestSource > 1.2 * size ? 12 : 3)
    isUpright = level > Self.widestColumn || level * columns > Self.page.width
    let even = (Self.page.width / columns).rounded(.down)
    let fitting = min(max(even, Self.columnWidths.lowerBound), Self.columnWidths.upperBound)
    columnWidth = isUpright ? fitting : max(fitting, level.rounded(.up))
    let rows = Double(max(1, target.count))
    let evenRow = (Self.page.height / rows).rounded(.down)
    rowHeight = min(max(evenRow, Self.rowHeights.lowerBound), Self.rowHeights.upperBound)
    sourceHeight = isUpright ? widestSource : size
    // Squares begin on whole pixels, and their edges are sharp.
    left = (Self.margin + size + Self.gap + widestTarget + Self.gap).rounded(.up)
    let headings = ChartHeadings(title: chart.title, subtitle: chart.subtitle, margin: Self.margin)
    top = (headings.bottom + Self.gap + size + Self.gap + sourceHeight + Self.gap).rounded(.up)
    width = max(left + columnWidth * columns, left + Self.legend.width, Self.margin + headings.width) + Self.margin
    height = top + rowHeight * rows + Self.gap * 2 + Self.legend.height + Self.gap + size + Self.margin
  }

  func svg() -> String {
    var canvas = SVGCanvas(width: width, height: height)
    canvas.rectangle(x: 0, y: 0, width: width, height: height, fill: ChartStyle.background)
    canvas.draw(ChartHeadings(title: chart.title, subtitle: chart.subtitle, margin: Self.margin))
    drawWords(on: &canvas)
    drawWeights(on: &canvas)
    drawLegend(on: &canvas)
    let title = chart.title.isEmpty ? "Attention" : chart.title
    let texts = "\(target.joined(separator: " ")), written for: \(source.joined(separator: " "))"
    return canvas.svg(title: title, description: "Weights of attention of \(texts)")
  }

  private func drawWords(on canvas: inout SVGCanvas) {
    let size = ChartStyle.labelSize
    canvas.text(
      chart.sourceName, x: left + columnWidth * Double(source.count) / 2, y: top - Self.gap * 2 - sourceHeight,
      size: size, anchor: .middle)
    canvas.uprightText(
      chart.targetName, x: Self.margin + size, y: top + rowHeight * Double(target.count) / 2, size: size,
      anchor: .middle)
    for (column, word) in source.enumerated() {
      let x = left + (Double(column) + 0.5) * columnWidth
      if isUpright {
        canvas.uprightText(word, x: x + size * 0.35, y: top - Self.gap, size: size, fill: ChartStyle.titleColor)
      } else {
        canvas.text(word, x: x, y: top - Self.gap, size: size, anchor: .middle, fill: ChartStyle.titleColor)
      }
    }
    for (row, word) in target.enumerated() {
      canvas.text(
        word, x: left - Self.gap, y: top + (Double(row) + 0.5) * rowHeight + size * 0.35, size: size, anchor: .end,
        fill: ChartStyle.titleColor)
    }
  }

  /// The squares, then hairs of white between them. What has no weight to be seen has the colour of the ground.
  private func drawWeights(on canvas: inout SVGCanvas) {
    let (right, bottom) = (left + columnWidth * Double(source.count), top + rowHeight * Double(target.count))
    canvas.rectangle(x: left, y: top, width: right - left, height: bottom - top, fill: Self.color(of: 0))
    for (row, weights) in chart.weights.enumerated() {
      for (column, weight) in weights.enumerated() where Self.color(of: weight) != Self.color(of: 0) {
        canvas.rectangle(
          x: left + Double(column) * columnWidth, y: top + Double(row) * rowHeight, width: columnWidth,
          height: rowHeight, fill: Self.color(of: weight))
        drawNumber(weight, row: row, column: column, on: &canvas)
      }
    }
    for column in source.indices.dropFirst() {
      let x = left + Double(column) * columnWidth
      canvas.line(from: (x, top), to: (x, bottom), stroke: ChartStyle.background)
    }
    for row in target.indices.dropFirst() {
      let y = top + Double(row) * rowHeight
      canvas.line(from: (left, y), to: (right, y), stroke: ChartStyle.background)
    }
  }

  private func drawNumber(_ weight: Float, row: Int, column: Int, on canvas: inout SVGCanvas) {
    guard columnWidth >= Self.numberedCell.width, rowHeight >= Self.numberedCell.height else { return }
    let hundredths = Int((min(weight, 1) * 100).rounded())
    guard hundredths > 0 else { return }
    canvas.text(
      ChartNumber.grouped(Double(hundredths) / 100, decimals: 2), x: left + (Double(column) + 0.5) * columnWidth,
      y: top + (Double(row) + 0.5) * rowHeight + 4, size: 11, anchor: .middle,
      fill: weight > 0.8 ? ChartStyle.background : ChartStyle.titleColor)
  }

  private func drawLegend(on canvas: inout SVGCanvas) {
    let y = top + rowHeight * Double(max(1, target.count)) + Self.gap * 2
    let step = Self.legend.width / Double(Self.legend.steps)
    for index in 0..<Self.legend.steps {
      canvas.rectangle(
        x: left + Double(index) * step, y: y, width: step, height: Self.legend.height,
        fill: Self.color(of: (Float(index) + 0.5) / Float(Self.legend.steps)))
    }
    let baseline = y + Self.legend.height + Self.gap / 2 + ChartStyle.labelSize * 0.8
    for (label, share) in [("0", 0.0), ("weight", 0.5), ("1", 1)] {
      canvas.text(
        label, x: left + share * Self.legend.width, y: baseline, size: ChartStyle.labelSize,
        anchor: share == 0 ? .start : share == 1 ? .end : .middle)
    }
  }

  /// From a ground that is nearly white to the full colour; what is no number counts as 0.
  private static func color(of weight: Float) -> String {
    let share = weight.isFinite ? Double(min(max(weight, 0), 1)) : 0
    return ChartStyle.mixed((0xf3, 0xf5, 0xf7), (0, 0x72, 0xb2), share: share)
  }
}

/// Words as a picture shows them.
enum ChartWord {
  private static let longest = 24

  /// A word in one line, cut where it is long: a blank is a mark of its own, and what neither has a shape nor joins or parts
  /// letters that have is left out.
  static func shown(_ word: String) -> String {
    if word.isEmpty { return "\u{2014}" }
    if word.unicodeScalars.allSatisfy({ $0.properties.isWhitespace }) { return "\u{2423}" }
    var text = ""
    for scalar in word.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .surrogate, .unassigned, .lineSeparator, .paragraphSeparator: text += " "
      case .format where scalar != "\u{200c}" && scalar != "\u{200d}": continue
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text.count > longest ? text.prefix(longest - 1) + "…" : text
  }
}
