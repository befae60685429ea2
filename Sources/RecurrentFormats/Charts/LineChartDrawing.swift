/// Lays a line chart out and draws it, from the top to the bottom.
struct LineChartDrawing {
  private let chart: LineChart
  private let layout: LineChartLayout
  /// The unbroken lines of each series.
  private let lines: [[[ChartPoint]]]
  /// How each series is drawn.
  private let styles: [LineStyle]
  private var canvas: SVGCanvas

  init(_ chart: LineChart) {
    self.chart = chart
    let layout = LineChartLayout(chart)
    self.layout = layout
    lines = chart.series.map {
      LineThinning.lines(x: $0.x, y: $0.y, xScale: layout.xScale, yScale: layout.yScale)
    }
    styles = zip(chart.series, lines).map { series, lines in
      LineThinning.isDense(lines) ? series.style.dense : series.style
    }
    canvas = SVGCanvas(width: chart.width, height: chart.height)
  }

  func svg() -> String {
    var drawing = self
    drawing.drawHeadings()
    drawing.drawLegend()
    drawing.drawSections()
    drawing.drawAxes()
    drawing.drawLines()
    drawing.drawSplits()
    let names = (chart.series.map(\.name) + chart.bands.map(\.name)).filter { !$0.isEmpty }.joined(separator: ", ")
    return drawing.canvas.svg(title: chart.title, description: "Line chart of \(names)")
  }

  private mutating func drawHeadings() {
    canvas.rectangle(x: 0, y: 0, width: chart.width, height: chart.height, fill: ChartStyle.background)
    if !chart.title.isEmpty {
      canvas.text(
        chart.title, x: LineChartLayout.margin, y: layout.titleY, size: ChartStyle.titleSize,
        fill: ChartStyle.titleColor, isBold: true)
    }
    if !chart.subtitle.isEmpty {
      canvas.text(chart.subtitle, x: LineChartLayout.margin, y: layout.subtitleY, size: ChartStyle.subtitleSize)
    }
  }

  private mutating func drawLegend() {
    for item in layout.legend {
      let y = item.baseline - ChartStyle.labelSize * 0.33
      let name: String
      switch item.entry {
      case .series(let index):
        let style = styles[index]
        name = chart.series[index].name
        canvas.line(
          from: (item.x, y), to: (item.x + LineChartLayout.swatchWidth, y), stroke: style.color,
          width: max(style.width, 2), dash: style.dash)
      case .band(let index):
        let band = chart.bands[index]
        name = band.name
        canvas.add(
          "rect",
          [
            ("x", SVGCanvas.number(item.x)), ("y", SVGCanvas.number(y - 6)),
            ("width", SVGCanvas.number(LineChartLayout.swatchWidth)), ("height", "12"), ("fill", band.color),
            ("fill-opacity", SVGCanvas.number(stackedOpacity(of: index))),
          ])
      }
      canvas.text(
        name, x: item.x + LineChartLayout.swatchWidth + 7, y: item.baseline, size: ChartStyle.labelSize,
        fill: ChartStyle.titleColor)
    }
  }

  /// How a band looks where those of its colour that are drawn before it lie under it, as intervals do.
  private func stackedOpacity(of index: Int) -> Double {
    let color = chart.bands[index].color
    return 1 - chart.bands[...index].reduce(1) { $1.color == color ? $0 * (1 - $1.opacity) : $0 }
  }

  /// Shades what lies to the right of the first split.
  private mutating func drawSections() {
    guard let first = layout.splits.map(\.x).min() else { return }
    let plot = layout.plot
    canvas.rectangle(
      x: first, y: plot.top, width: plot.right - first, height: plot.height, fill: ChartStyle.sectionColor)
  }

  private mutating func drawAxes() {
    let plot = layout.plot
    canvas.drawBottomAxis(layout.xTicks, scale: layout.xScale, plot: plot)
    canvas.drawLeftAxis(layout.yTicks, scale: layout.yScale, plot: plot)
    if !chart.yAxis.title.isEmpty {
      canvas.text(
        chart.yAxis.title, x: LineChartLayout.margin, y: layout.yTitleBaseline, size: ChartStyle.labelSize)
    }
    if !chart.xAxis.title.isEmpty {
      canvas.text(
        chart.xAxis.title, x: (plot.left + plot.right) / 2, y: layout.xTitleBaseline,
        size: ChartStyle.labelSize, anchor: .middle)
    }
    if layout.isEmpty {
      canvas.text(
        "no values", x: (plot.left + plot.right) / 2, y: (plot.top + plot.bottom) / 2, size: ChartStyle.titleSize,
        anchor: .middle)
    }
  }

  private mutating func drawLines() {
    let plot = layout.plot
    canvas.open("clipPath", [("id", "plot")])
    // A line on the edge of the plot is drawn in its whole width.
    canvas.rectangle(
      x: plot.left - 2, y: plot.top - 2, width: plot.width + 4, height: plot.height + 4, fill: "#000000")
    canvas.close()
    canvas.open(
      "g",
      [("clip-path", "url(#plot)"), ("fill", "none"), ("stroke-linejoin", "round"), ("stroke-linecap", "round")])
    for band in chart.bands { draw(band) }
    for (lines, style) in zip(lines, styles) { draw(lines.map { LineThinning.thinned($0) }, style: style) }
    canvas.close()
  }

  private mutating func draw(_ band: LineChart.Band) {
    let outlines = BandOutline.outlines(of: band, xScale: layout.xScale, yScale: layout.yScale)
    guard !outlines.isEmpty else { return }
    let path = outlines.map { outline in
      "M" + outline.map { "\(SVGCanvas.number($0.x)) \(SVGCanvas.number($0.y))" }.joined(separator: "L") + "Z"
    }
    canvas.add(
      "path",
      [("fill", band.color), ("fill-opacity", SVGCanvas.number(band.opacity)), ("d", path.joined())])
  }

  private mutating func draw(_ lines: [[ChartPoint]], style: LineStyle) {
    let path = lines.filter { $0.count > 1 }.map { line in
      "M" + line.map { "\(SVGCanvas.number($0.x)) \(SVGCanvas.number($0.y))" }.joined(separator: "L")
    }
    if !path.isEmpty {
      var attributes: [SVGCanvas.Attribute] = [
        ("stroke", style.color), ("stroke-width", SVGCanvas.number(style.width)),
      ]
      if let dash = style.dash {
        // Round ends would fill the gaps.
        attributes += [("stroke-dasharray", dash), ("stroke-linecap", "butt")]
      }
      canvas.add("path", attributes + [("d", path.joined())])
    }
    // A value between two gaps has no line; it is shown as a dot.
    for point in lines.lazy.filter({ $0.count == 1 }).joined() {
      canvas.add(
        "circle",
        [
          ("cx", SVGCanvas.number(point.x)), ("cy", SVGCanvas.number(point.y)),
          ("r", SVGCanvas.number(max(1.5 * style.width, 2.5))), ("fill", style.color),
        ])
    }
  }

  private mutating func drawSplits() {
    for split in layout.splits {
      let x = split.x.rounded() + 0.5
      canvas.line(
        from: (x, layout.splitTop), to: (x, layout.plot.bottom), stroke: ChartStyle.axisColor, dash: "4 3")
      for label in split.labels {
        canvas.text(
          label.text, x: label.x, y: layout.splitLabelBaseline, size: ChartStyle.labelSize, anchor: label.anchor)
      }
    }
  }
}
