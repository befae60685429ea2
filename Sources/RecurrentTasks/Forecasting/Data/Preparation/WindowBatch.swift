/// Several windows as arrays for a model, time first.
public struct WindowBatch: Sendable {
  /// The windows, in the order of the axis `N`.
  public let windows: [Window]
  /// What the model reads, `[T, N, C]`: steps of the look-back, windows, and as channels the targets, the past covariates, and
  /// the future covariates of the next row, of the row after that, and so on up to the horizon.
  public let inputs: [Float]
  /// The number of channels `C`.
  public let channelCount: Int
  /// What the model is to foretell, `[S, N, H * K]`: every step or the last one, windows, and for each row of the horizon the
  /// `K` targets. Empty for windows at the end of the data.
  public let labels: [Float]
  /// Where windows are normalised, the scale of each target of each window, `[N][K]`; inputs and labels are scaled by it.
  public let scales: [[AffineScale]]
  /// All targets of each look-back on end, `[N, lookBack * K]`.
  public let values: [Float]
  /// What the features say is to be added to forecasts: the last values of each season, `[L, N, H * K]`.
  public let bases: [Float]
  /// Zeros where a label is missing, and ones, in the shape of the labels; empty where none is.
  public let labelMask: [Float]
}

extension WindowSet {
  /// The number of channels a model reads at a step.
  public var channelCount: Int { series.first.map { features.channelCount($0, horizon: shape.horizon) } ?? 0 }

  /// The number of values a model foretells at a step: the targets of every row of the horizon.
  public var labelWidth: Int { (series.first?.targets.count ?? 0) * shape.horizon }

  /// The windows at these places, as arrays.
  public func batch(_ positions: some Sequence<Int>) -> WindowBatch { batch(of: positions.map { self[$0] }) }

  /// These windows, as arrays.
  public func batch(of windows: [Window]) -> WindowBatch {
    WindowBatch(windows, of: series, shape: shape, features: features, normalization: normalization)
  }
}

extension WindowBatch {
  /// The windows whose forecasts begin right after the last row of each series: what a forecast past the end of the data reads.
  ///
  /// - Precondition: every series has `shape.lookBack` rows that the transform leaves, and its future covariates reach
  ///   `shape.horizon` rows past the end.
  public init(
    endOf series: [PreparedSeries], shape: WindowShape, features: WindowFeatures = WindowFeatures(),
    normalization: WindowNormalization? = nil
  ) {
    let windows = series.indices.map { Window(series: $0, origin: series[$0].count) }
    self.init(windows, of: series, shape: shape, features: features, normalization: normalization)
  }

  /// These windows of these series; there are labels when all windows have them.
  ///
  /// - Precondition: every window has the rows before it that look-back and features need.
  public init(
    _ windows: [Window], of series: [PreparedSeries], shape: WindowShape, features: WindowFeatures = WindowFeatures(),
    normalization: WindowNormalization? = nil
  ) {
    self.windows = windows
    let hasLabels = windows.allSatisfy { $0.origin + shape.horizon <= series[$0.series].count }
    let width = series.first.map { features.channelCount($0, horizon: shape.horizon) } ?? 0
    let targetCount = series.first?.targets.count ?? 0
    let labelWidth = targetCount * shape.horizon
    let stepCount = shape.lookBack / features.valuesPerStep
    let labelCount = hasLabels ? shape.labelCount * windows.count * labelWidth : 0
    var inputs = [Float](repeating: 0, count: stepCount * windows.count * width)
    var labels = [Float](repeating: 0, count: labelCount)
    var mask = [Float](repeating: 1, count: features.marksMissing ? labelCount : 0)
    var values = [Float](repeating: 0, count: windows.count * shape.lookBack * targetCount)
    var bases = [Float](repeating: 0, count: features.baseLags.count * windows.count * labelWidth)
    var scales: [[AffineScale]] = []
    for (n, window) in windows.enumerated() {
      let source = series[window.series]
      let lookBack = window.origin - shape.lookBack..<window.origin
      let first = window.origin - features.rowsBefore(lookBack: shape.lookBack)
      precondition(first >= source.firstRow, "what a window needs begins before the first row")
      let windowScales = source.targets.map { values in
        normalization?.scale(of: values[lookBack]) ?? .identity
      }
      if normalization != nil { scales.append(windowScales) }
      source.writeChannels(
        lookBack, horizon: shape.horizon, features: features, scales: windowScales,
        to: &inputs, from: n * width, stride: windows.count * width)
      for (channel, scale) in windowScales.enumerated() {
        scatter(
          source.targets[channel], lookBack, scale: scale, to: &values,
          from: n * shape.lookBack * targetCount + channel, stride: targetCount)
      }
      source.writeBases(
        at: window.origin, horizon: shape.horizon, lags: features.baseLags, scales: windowScales, to: &bases,
        from: n * labelWidth, stride: windows.count * labelWidth)
      guard hasLabels else { continue }
      let rows = lookBack.suffix(shape.labelCount)
      source.writeTargets(
        after: rows, horizon: shape.horizon, scales: windowScales,
        to: &labels, from: n * labelWidth, stride: windows.count * labelWidth)
      if features.marksMissing {
        source.writeObserved(
          after: rows, horizon: shape.horizon, to: &mask, from: n * labelWidth, stride: windows.count * labelWidth)
      }
    }
    channelCount = width
    self.inputs = inputs
    self.labels = labels
    self.scales = scales
    self.values = values
    self.bases = bases
    labelMask = mask
  }
}

extension PreparedSeries {
  /// Writes the targets of the `horizon` rows after each of `rows`: row by row `stride` apart, 0 for missing ones.
  func writeTargets(
    after rows: Range<Int>, horizon: Int, scales: [AffineScale], to labels: inout [Float], from start: Int, stride: Int
  ) {
    var start = start
    for ahead in 1..<horizon + 1 {
      for (values, scale) in zip(targets, scales) {
        scatter(values, rows.shifted(by: ahead), scale: scale, to: &labels, from: start, stride: stride)
        start += 1
      }
    }
  }

  /// Writes, in the places of the targets, 1 where there is one and 0 where it is missing.
  func writeObserved(
    after rows: Range<Int>, horizon: Int, to mask: inout [Float], from start: Int, stride: Int
  ) {
    var start = start
    for ahead in 1..<horizon + 1 {
      for values in targets {
        var place = start
        for row in rows.shifted(by: ahead) {
          mask[place] = values[row].isNaN ? 0 : 1
          place += stride
        }
        start += 1
      }
    }
  }
}

extension Range<Int> {
  /// The range `distance` further on.
  func shifted(by distance: Int) -> Range<Int> { lowerBound + distance..<upperBound + distance }
}
