/// An axis of a chart: what its values mean, how they are spread and what is written beside it.
public struct Axis: Hashable, Sendable {
  /// What the values of an axis are.
  public enum Values: Hashable, Sendable {
    /// Numbers.
    case numbers
    /// Numbers above zero, on a logarithmic scale.
    case logarithmicNumbers
    /// Seconds since 1970-01-01T00:00:00, shown as dates and times.
    case times
  }

  /// What the values are.
  public var values: Values
  /// What is written beside the axis, with the unit; empty for nothing.
  public var title: String

  /// Makes an axis.
  public init(_ values: Values = .numbers, title: String = "") {
    self.values = values
    self.title = title
  }

  var scaleKind: Scale.Kind { values == .logarithmicNumbers ? .logarithmic : .linear }

  /// The marks on a scale, at most about `count`; none between whole numbers where there are no other values (epochs, steps).
  func ticks(for scale: Scale, count: Int, areWhole: Bool = false) -> [Tick] {
    values == .times
      ? CalendarTicks.ticks(for: scale.domain, count: count)
      : TickGenerator.ticks(for: scale, count: count, minimumStep: areWhole ? 1 : 0)
  }

  /// The least and the greatest value that has a place on this axis, or nil where there is none.
  func extent(of values: some Sequence<Double>) -> ClosedRange<Double>? {
    var (low, high) = (Double.infinity, -Double.infinity)
    for value in values where value.isFinite && (self.values != .logarithmicNumbers || value > 0) {
      low = min(low, value)
      high = max(high, value)
    }
    return low <= high ? low...high : nil
  }
}

// MARK: - Drawing

extension SVGCanvas {
  /// Draws grid lines and labels of an axis of rising values at the left edge of `plot`.
  mutating func drawLeftAxis(_ ticks: [Tick], scale: Scale, plot: ChartFrame) {
    for tick in ticks {
      guard let y = scale.place(of: tick.value) else { continue }
      let gridY = y.rounded() + 0.5
      text(
        tick.label, x: plot.left - 9, y: y + ChartStyle.labelSize * 0.36, size: ChartStyle.labelSize, anchor: .end)
      // The axis of the other values lies there.
      if abs(y - plot.bottom) < 1 { continue }
      // The line of zero stands out where values lie on both sides of it.
      let isBase = tick.value == 0 && scale.domain.lowerBound < 0
      line(
        from: (plot.left, gridY), to: (plot.right, gridY),
        stroke: isBase ? ChartStyle.baseColor : ChartStyle.gridColor)
    }
  }

  /// Draws the base line, marks and labels of an axis at the lower edge of `plot`, and light grid lines above it.
  mutating func drawBottomAxis(_ ticks: [Tick], scale: Scale, plot: ChartFrame) {
    let baseY = plot.bottom.rounded() + 0.5
    for tick in ticks {
      guard let x = scale.place(of: tick.value) else { continue }
      let gridX = x.rounded() + 0.5
      line(from: (gridX, plot.top), to: (gridX, plot.bottom), stroke: ChartStyle.gridColor)
      line(from: (gridX, baseY), to: (gridX, baseY + 5), stroke: ChartStyle.axisColor)
    }
    line(from: (plot.left, baseY), to: (plot.right, baseY), stroke: ChartStyle.axisColor)
    let shows = contextsWithRoom(ticks, scale: scale)
    for (tick, showsContext) in zip(ticks, shows) {
      guard let x = scale.place(of: tick.value) else { continue }
      drawLabel(tick.label, x: x, y: plot.bottom + ChartStyle.tickLabelOffset)
      if showsContext, let context = tick.context {
        drawLabel(
          context, x: x, y: plot.bottom + ChartStyle.tickLabelOffset + ChartStyle.contextOffset, isBold: true)
      }
    }
  }

  /// Writes a label below its mark, moved inwards where it would leave the drawing.
  private mutating func drawLabel(_ label: String, x: Double, y: Double, isBold: Bool = false) {
    let halfWidth = TextMetrics.width(label, size: ChartStyle.labelSize) / 2 + 6
    text(
      label, x: max(halfWidth, min(x, width - halfWidth)), y: y, size: ChartStyle.labelSize, anchor: .middle,
      fill: isBold ? ChartStyle.titleColor : ChartStyle.textColor, isBold: isBold)
  }

  /// Which second lines are written: one that would run into the next is left out.
  private func contextsWithRoom(_ ticks: [Tick], scale: Scale) -> [Bool] {
    var shows = [Bool](repeating: false, count: ticks.count)
    var nextLeft = Double.infinity
    for index in ticks.indices.reversed() {
      guard let context = ticks[index].context, let x = scale.place(of: ticks[index].value) else { continue }
      let halfWidth = TextMetrics.width(context, size: ChartStyle.labelSize) / 2
      shows[index] = x + halfWidth + 8 < nextLeft
      if shows[index] { nextLeft = x - halfWidth }
    }
    return shows
  }
}

/// The rectangle on the drawing in which the data are drawn.
struct ChartFrame: Hashable {
  var left: Double
  var top: Double
  var right: Double
  var bottom: Double

  var width: Double { right - left }
  var height: Double { bottom - top }
}
