/// Lays a confusion matrix out and draws it.
struct ConfusionMatrixDrawing {
  private let chart: ConfusionMatrixChart
  private let names: [String]
  private let cell: Double
  private let left: Double
  private let top: Double
  private let width: Double
  private let height: Double
  /// Whether the names of the columns stand upright because a column is too narrow for them.
  private let hasUprightNames: Bool

  private static let margin = 28.0
  private static let gap = 10.0
  private static let longestName = 24
  /// The sides of the squares: as large as a page of some 600 pixels lets them be.
  private static let cellSizes = 12.0...76.0
  /// Below this side a square holds no number.
  private static let smallestNumberedCell = 20.0
  /// From this side on a square also holds its share of the row.
  private static let smallestShareCell = 52.0

  init(_ chart: ConfusionMatrixChart) {
    self.chart = chart
    names = chart.classes.map { name in
      let text = name.printable(limit: ConfusionMatrixDrawing.longestName)
      return text.isEmpty ? "\u{2014}" : text
    }
    let count = Double(max(1, chart.classes.count))
    let wanted = 600 / count
    cell = min(max(wanted.rounded(.down), Self.cellSizes.lowerBound), Self.cellSizes.upperBound)
    let size = min(ChartStyle.labelSize, cell * 0.95)
    let widest = names.map { TextMetrics.width($0, size: size) }.max() ?? 0
    hasUprightNames = widest > cell - 6
    let headings = ChartHeadings(title: chart.title, subtitle: chart.subtitle, margin: Self.margin)
    // The title of the rows, the names of the rows.
    left = Self.margin + ChartStyle.labelSize + Self.gap + widest + Self.gap
    top = headings.bottom + Self.gap * 4 + ChartStyle.labelSize + (hasUprightNames ? widest : size)
    width = max(left + cell * count, Self.margin + headings.width) + Self.margin
    height = top + cell * count + Self.margin
  }

  func svg() -> String {
    var canvas = SVGCanvas(width: width, height: height)
    canvas.rectangle(x: 0, y: 0, width: width, height: height, fill: ChartStyle.background)
    canvas.draw(ChartHeadings(title: chart.title, subtitle: chart.subtitle, margin: Self.margin))
    drawNames(on: &canvas)
    for row in chart.counts.indices { drawRow(row, on: &canvas) }
    return canvas.svg(title: chart.title, description: "Confusion matrix of \(names.joined(separator: ", "))")
  }

  private var labelSize: Double { min(ChartStyle.labelSize, cell * 0.95) }

  private func drawNames(on canvas: inout SVGCanvas) {
    let size = labelSize
    let side = cell * Double(names.count)
    let namesHeight = hasUprightNames ? names.map { TextMetrics.width($0, size: size) }.max() ?? 0 : size
    canvas.text(
      "predicted", x: left + side / 2, y: top - Self.gap * 2 - namesHeight, size: ChartStyle.labelSize, anchor: .middle)
    canvas.uprightText(
      "true", x: Self.margin + ChartStyle.labelSize, y: top + side / 2, size: ChartStyle.labelSize, anchor: .middle)
    for (index, name) in names.enumerated() {
      let middle = (Double(index) + 0.5) * cell
      canvas.text(
        name, x: left - Self.gap, y: top + middle + size * 0.35, size: size, anchor: .end, fill: ChartStyle.titleColor)
      if hasUprightNames {
        canvas.uprightText(
          name, x: left + middle + size * 0.35, y: top - Self.gap, size: size, fill: ChartStyle.titleColor)
      } else {
        canvas.text(
          name, x: left + middle, y: top - Self.gap, size: size, anchor: .middle, fill: ChartStyle.titleColor)
      }
    }
  }

  private func drawRow(_ row: Int, on canvas: inout SVGCanvas) {
    let counts = chart.counts[row]
    let total = counts.reduce(0, +)
    for (column, count) in counts.enumerated() {
      let share = total == 0 ? 0 : Double(count) / Double(total)
      let x = left + Double(column) * cell
      let y = top + Double(row) * cell
      // A hair of white between squares.
      canvas.rectangle(
        x: x + 0.5, y: y + 0.5, width: cell - 1, height: cell - 1,
        fill: Self.color(of: share, count: count, isRight: row == column))
      guard cell >= Self.smallestNumberedCell, count > 0 else { continue }
      let fill = share > 0.5 ? "#ffffff" : ChartStyle.titleColor
      let text = String(count)
      let hasShare = cell >= Self.smallestShareCell
      let fitting = (cell - 6) / max(1, TextMetrics.width(text, size: 1))
      let size = min(15, cell * 0.4, fitting)
      canvas.text(
        text, x: x + cell / 2, y: y + cell / 2 + (hasShare ? -1 : size * 0.35), size: size, anchor: .middle, fill: fill)
      if hasShare {
        canvas.text(
          Self.percent(share), x: x + cell / 2, y: y + cell / 2 + 15, size: 11, anchor: .middle, fill: fill)
      }
    }
  }

  /// A share as people read it; what is neither nothing nor all is not rounded to it.
  private static func percent(_ share: Double) -> String {
    if share > 0, share < 0.01 { return "<1 %" }
    if share < 1, share > 0.99 { return ">99 %" }
    return "\(Int((share * 100).rounded())) %"
  }

  /// From nearly white to the full colour; a square with anything in it can be told from an empty one.
  private static func color(of share: Double, count: Int, isRight: Bool) -> String {
    guard count > 0 else { return "#f4f5f7" }
    return ChartStyle.mixed(
      (255, 255, 255), isRight ? (0, 0x72, 0xb2) : (0xd5, 0x5e, 0), share: 0.12 + 0.88 * share)
  }
}
