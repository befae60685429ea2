/// Where the parts of a line chart stand. Nothing covers the data: headings, legend and the labels of splits lie above the plot.
struct LineChartLayout {
  /// An entry of the legend.
  struct LegendItem {
    /// What it names.
    enum Entry {
      case series(Int)
      case band(Int)
    }

    let entry: Entry
    let x: Double
    let baseline: Double
  }

  /// The line of a split and its labels.
  struct SplitItem {
    let x: Double
    let labels: [(text: String, x: Double, anchor: SVGCanvas.Anchor)]
  }

  private(set) var plot: ChartFrame
  private(set) var xScale: Scale
  private(set) var yScale: Scale
  private(set) var xTicks: [Tick]
  private(set) var yTicks: [Tick]
  private(set) var legend: [LegendItem] = []
  private(set) var splits: [SplitItem] = []
  private(set) var titleY = 0.0
  private(set) var subtitleY = 0.0
  private(set) var yTitleBaseline = 0.0
  private(set) var splitLabelBaseline = 0.0
  private(set) var xTitleBaseline = 0.0
  /// Whether there is no value to draw.
  let isEmpty: Bool

  /// The room at the edges of the drawing.
  static let margin = 24.0
  static let swatchWidth = 30.0
  private static let rowHeight = 22.0

  init(_ chart: LineChart) {
    let xExtent = chart.xAxis.extent(of: chart.series.flatMap(\.x) + chart.bands.flatMap(\.x))
    let yExtent = chart.yAxis.extent(of: chart.series.flatMap(\.y) + chart.bands.flatMap { $0.lower + $0.upper })
    isEmpty = xExtent == nil || yExtent == nil

    // From the top: headings, legend, one row for the title of the y axis and the labels of the splits, plot.
    var y = Self.margin - 6
    if !chart.title.isEmpty {
      y += ChartStyle.titleSize
      titleY = y
    }
    if !chart.subtitle.isEmpty {
      y += ChartStyle.subtitleSize + 8
      subtitleY = y
    }
    y += 8
    legend = Self.legend(chart, from: y)
    if let last = legend.last { y = last.baseline }
    let hasSplitLabels = chart.splits.contains { !$0.before.isEmpty || !$0.after.isEmpty }
    yTitleBaseline = y + Self.rowHeight + 2
    splitLabelBaseline = yTitleBaseline
    if hasSplitLabels || !chart.yAxis.title.isEmpty { y = yTitleBaseline }
    y += 14

    // From the bottom: title of the x axis, labels. Whether labels have a second line is known from a first try of the marks.
    let xDomain = xExtent ?? 0...1
    let xKind = chart.xAxis.scaleKind
    let wide = Scale(xKind, domain: xDomain, from: Self.margin, to: chart.width - Self.margin)
    let areWhole = chart.series.allSatisfy { $0.x.allSatisfy { $0 == $0.rounded() } }
    let hasContext = Self.xTicks(chart, wide, areWhole: areWhole).contains { $0.context != nil }
    var below = ChartStyle.tickLabelOffset + (hasContext ? ChartStyle.contextOffset : 0)
    if !chart.xAxis.title.isEmpty { below += Self.rowHeight + 2 }
    let bottom = max(chart.height - 18 - below, y + 40)
    xTitleBaseline = bottom + below
    plot = ChartFrame(left: Self.margin, top: y, right: chart.width - Self.margin, bottom: bottom)

    let yCount = max(2, Int(plot.height / 45))
    let yKind = chart.yAxis.scaleKind
    let yDomain = TickGenerator.roundedDomain(yExtent ?? 0...1, kind: yKind, count: yCount)
    yScale = Scale(yKind, domain: yDomain, from: plot.bottom, to: plot.top)
    yTicks = isEmpty ? [] : chart.yAxis.ticks(for: yScale, count: yCount)
    let labelWidth = yTicks.map { TextMetrics.width($0.label, size: ChartStyle.labelSize) }.max() ?? 0
    plot.left += labelWidth + 9

    xScale = Scale(xKind, domain: xDomain, from: plot.left, to: plot.right)
    xTicks = isEmpty ? [] : Self.xTicks(chart, xScale, areWhole: areWhole)
    placeSplits(chart)
  }

  private static func xTicks(_ chart: LineChart, _ scale: Scale, areWhole: Bool) -> [Tick] {
    chart.xAxis.ticks(for: scale, count: max(2, Int((scale.end - scale.start) / 72)), areWhole: areWhole)
  }

  /// How far the lines of the splits rise above the plot, beside their labels.
  var splitTop: Double {
    splits.contains { !$0.labels.isEmpty } ? splitLabelBaseline - ChartStyle.labelSize : plot.top
  }

  /// The entries from left to right, in as many rows as they need.
  private static func legend(_ chart: LineChart, from top: Double) -> [LegendItem] {
    var items: [LegendItem] = []
    var (x, baseline) = (margin, top + rowHeight * 0.75)
    let entries =
      chart.series.enumerated().map { (LegendItem.Entry.series($0), $1.name) }
      + chart.bands.enumerated().map { (LegendItem.Entry.band($0), $1.name) }
    for (entry, name) in entries where !name.isEmpty {
      let width = swatchWidth + 7 + TextMetrics.width(name, size: ChartStyle.labelSize)
      if x > margin, x + width > chart.width - margin {
        x = margin
        baseline += rowHeight
      }
      items.append(LegendItem(entry: entry, x: x, baseline: baseline))
      x += width + 22
    }
    return items
  }

  private mutating func placeSplits(_ chart: LineChart) {
    let gap = 8.0
    var leftEdge = Self.margin
    if !chart.yAxis.title.isEmpty {
      leftEdge += TextMetrics.width(chart.yAxis.title, size: ChartStyle.labelSize) + 2 * gap
    }
    var section = ""
    for split in chart.splits.sorted(by: { $0.position < $1.position }) {
      guard let x = xScale.place(of: split.position), x >= plot.left, x <= plot.right else { continue }
      var labels: [(text: String, x: Double, anchor: SVGCanvas.Anchor)] = []
      // A label without room is left out: the line alone is better than letters over letters.
      // A section between two splits is named once.
      let isNamed = !section.isEmpty && section == split.before
      if !split.before.isEmpty, !isNamed,
        x - gap - TextMetrics.width(split.before, size: ChartStyle.labelSize) >= leftEdge
      {
        labels.append((split.before, x - gap, .end))
        leftEdge = x
      }
      let afterWidth = TextMetrics.width(split.after, size: ChartStyle.labelSize)
      if !split.after.isEmpty, x + gap + afterWidth <= plot.right + Self.margin, x >= leftEdge {
        labels.append((split.after, x + gap, .start))
        leftEdge = x + afterWidth + 2 * gap
        section = split.after
      }
      splits.append(SplitItem(x: x, labels: labels))
    }
  }
}
