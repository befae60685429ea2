extension LineChart {
  /// The area between two lines, such as an interval that values are expected in. Bands lie under all lines.
  public struct Band: Sendable {
    /// The name in the legend; empty for none.
    public var name: String
    /// The places on the x axis, rising.
    public var x: [Double]
    /// The lower edge, as many values as places; a value that is not finite breaks the band.
    public var lower: [Double]
    /// The upper edge.
    public var upper: [Double]
    /// The colour, as SVG writes colours.
    public var color: String
    /// How much of what lies below is hidden, 0 to 1.
    public var opacity: Double

    /// Makes a band. `x`, `lower` and `upper` must be of one length.
    public init(_ name: String, x: [Double], lower: [Double], upper: [Double], color: String, opacity: Double = 0.2) {
      precondition(x.count == lower.count && x.count == upper.count, "as many edges as places")
      self.name = name
      self.x = x
      self.lower = lower
      self.upper = upper
      self.color = color
      self.opacity = opacity
    }
  }
}

/// Cuts a band into unbroken areas.
enum BandOutline {
  /// The closed outlines of a band in places on the drawing: along the upper edge, and back along the lower one.
  static func outlines(of band: LineChart.Band, xScale: Scale, yScale: Scale) -> [[ChartPoint]] {
    var outlines: [[ChartPoint]] = []
    var (upper, lower) = ([ChartPoint](), [ChartPoint]())
    func close() {
      // An area has two places at least; a single one is shown as a stroke a pixel wide.
      if upper.count == 1 { upper.append(ChartPoint(x: upper[0].x + 1, y: upper[0].y)) }
      if lower.count == 1 { lower.append(ChartPoint(x: lower[0].x + 1, y: lower[0].y)) }
      if !upper.isEmpty { outlines.append(LineThinning.thinned(upper) + LineThinning.thinned(lower).reversed()) }
      (upper, lower) = ([], [])
    }
    for index in band.x.indices {
      guard let x = xScale.place(of: band.x[index]), let low = yScale.place(of: band.lower[index]),
        let high = yScale.place(of: band.upper[index])
      else {
        close()
        continue
      }
      upper.append(ChartPoint(x: x, y: high))
      lower.append(ChartPoint(x: x, y: low))
    }
    close()
    return outlines
  }
}
