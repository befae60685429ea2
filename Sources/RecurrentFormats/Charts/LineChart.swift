/// A chart of one or several series as lines, drawn as SVG: time series with their forecasts, or losses over epochs.
public struct LineChart: Sendable {
  /// The values of one line.
  public struct Series: Sendable {
    /// The name in the legend.
    public var name: String
    /// The places on the x axis, rising.
    public var x: [Double]
    /// The values, as many as places; a value that is not finite breaks the line.
    public var y: [Double]
    /// How the line is drawn.
    public var style: LineStyle

    /// Makes a series. `x` and `y` must be of one length.
    public init(_ name: String, x: [Double], y: [Double], style: LineStyle) {
      precondition(x.count == y.count, "\(x.count) places but \(y.count) values")
      self.name = name
      self.x = x
      self.y = y
      self.style = style
    }
  }

  /// A place on the x axis where one part of the data ends and another begins.
  public struct Split: Hashable, Sendable {
    /// The place.
    public var position: Double
    /// What lies to its left, such as "training"; empty for nothing.
    public var before: String
    /// What lies to its right, such as "test"; empty for nothing.
    public var after: String

    /// Makes a split.
    public init(at position: Double, before: String = "", after: String = "") {
      self.position = position
      self.before = before
      self.after = after
    }
  }

  /// What stands above the chart.
  public var title: String
  /// A smaller line below the title; empty for none.
  public var subtitle: String
  /// The axis from left to right.
  public var xAxis: Axis
  /// The axis from bottom to top.
  public var yAxis: Axis
  /// The lines, drawn in this order, the last on top.
  public var series: [Series]
  /// The areas under the lines, drawn in this order.
  public var bands: [Band]
  /// The places where one part of the data ends and another begins.
  public var splits: [Split]
  /// The width of the drawing in pixels.
  public var width: Double
  /// The height of the drawing in pixels.
  public var height: Double

  /// Makes a chart.
  public init(
    title: String, subtitle: String = "", xAxis: Axis = Axis(), yAxis: Axis = Axis(), series: [Series],
    bands: [Band] = [], splits: [Split] = [], width: Double = 960, height: Double = 540
  ) {
    self.title = title
    self.subtitle = subtitle
    self.xAxis = xAxis
    self.yAxis = yAxis
    self.series = series
    self.bands = bands
    self.splits = splits
    self.width = width
    self.height = height
  }

  /// The chart as the text of an SVG file. The same chart gives the same text.
  public func svg() -> String {
    LineChartDrawing(self).svg()
  }

  /// Writes the chart as the SVG file at `path`, complete or not at all.
  public func write(to path: String) throws(FileError) {
    try AtomicFile.write(svg(), to: path)
  }
}
