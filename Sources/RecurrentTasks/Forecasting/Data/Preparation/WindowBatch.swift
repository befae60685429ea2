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
}

extension WindowSet {
  /// The number of channels a model reads at a step.
  public var channelCount: Int { series.first.map { $0.channelCount(horizon: shape.horizon) } ?? 0 }

  /// The number of values a model foretells at a step: the targets of every row of the horizon.
  public var labelWidth: Int { (series.first?.targets.count ?? 0) * shape.horizon }

  /// The windows at these places, as arrays.
  public func batch(_ positions: some Sequence<Int>) -> WindowBatch {
    WindowBatch(positions.map { self[$0] }, of: series, shape: shape, normalization: normalization)
  }
}

extension WindowBatch {
  /// The windows whose forecasts begin right after the last row of each series: what a forecast past the end of the data reads.
  ///
  /// - Precondition: every series has `shape.lookBack` rows that the transform leaves, and its future covariates reach
  ///   `shape.horizon` rows past the end.
  public init(
    endOf series: [PreparedSeries], shape: WindowShape, normalization: WindowNormalization? = nil
  ) {
    let windows = series.indices.map { Window(series: $0, origin: series[$0].count) }
    self.init(windows, of: series, shape: shape, normalization: normalization)
  }

  /// These windows of these series; there are labels when all windows have them.
  ///
  /// - Precondition: every window's look-back begins at or after its series' first row.
  public init(
    _ windows: [Window], of series: [PreparedSeries], shape: WindowShape, normalization: WindowNormalization? = nil
  ) {
    self.windows = windows
    let hasLabels = windows.allSatisfy { $0.origin + shape.horizon <= series[$0.series].count }
    let width = series.first?.channelCount(horizon: shape.horizon) ?? 0
    let labelWidth = (series.first?.targets.count ?? 0) * shape.horizon
    var inputs = [Float](repeating: 0, count: shape.lookBack * windows.count * width)
    var labels = [Float](repeating: 0, count: hasLabels ? shape.labelCount * windows.count * labelWidth : 0)
    var scales: [[AffineScale]] = []
    for (n, window) in windows.enumerated() {
      let source = series[window.series]
      let lookBack = window.origin - shape.lookBack..<window.origin
      precondition(lookBack.lowerBound >= source.firstRow, "the look-back begins before the first row")
      let windowScales = source.targets.map { values in
        normalization?.scale(of: values[lookBack]) ?? .identity
      }
      if normalization != nil { scales.append(windowScales) }
      source.writeChannels(
        lookBack, horizon: shape.horizon, scales: windowScales,
        to: &inputs, from: n * width, stride: windows.count * width)
      if hasLabels {
        source.writeTargets(
          after: lookBack.suffix(shape.labelCount), horizon: shape.horizon, scales: windowScales,
          to: &labels, from: n * labelWidth, stride: windows.count * labelWidth)
      }
    }
    channelCount = width
    self.inputs = inputs
    self.labels = labels
    self.scales = scales
  }
}

extension PreparedSeries {
  /// The number of channels of a step that foretells `horizon` rows.
  func channelCount(horizon: Int) -> Int {
    targets.count + pastCovariates.count + futureCovariates.count * horizon
  }

  /// Writes what steps at `rows` read: row by row `stride` apart, the channels one after another.
  func writeChannels(
    _ rows: Range<Int>, horizon: Int, scales: [AffineScale], to inputs: inout [Float], from start: Int, stride: Int
  ) {
    guard !rows.isEmpty else { return }
    var start = start
    for (values, scale) in zip(targets, scales) {
      scatter(values[rows], scale: scale, to: &inputs, from: start, stride: stride)
      start += 1
    }
    for values in pastCovariates {
      scatter(values[rows], to: &inputs, from: start, stride: stride)
      start += 1
    }
    for ahead in 1..<horizon + 1 {
      for values in futureCovariates {
        scatter(values[rows.shifted(by: ahead)], to: &inputs, from: start, stride: stride)
        start += 1
      }
    }
  }

  /// Writes the targets of the `horizon` rows after each of `rows`: row by row `stride` apart.
  func writeTargets(
    after rows: Range<Int>, horizon: Int, scales: [AffineScale], to labels: inout [Float], from start: Int, stride: Int
  ) {
    guard !rows.isEmpty else { return }
    var start = start
    for ahead in 1..<horizon + 1 {
      for (values, scale) in zip(targets, scales) {
        scatter(values[rows.shifted(by: ahead)], scale: scale, to: &labels, from: start, stride: stride)
        start += 1
      }
    }
  }
}

/// Writes values `stride` apart.
func scatter(
  _ values: ArraySlice<Double>, scale: AffineScale = .identity, to result: inout [Float], from start: Int, stride: Int
) {
  guard !values.isEmpty else { return }
  precondition(start >= 0 && start + (values.count - 1) * stride < result.count)
  result.withUnsafeMutableBufferPointer { result in
    var place = start
    for value in values {
      result[place] = Float(scale.scaled(value))
      place += stride
    }
  }
}

extension Range<Int> {
  /// The range `distance` further on.
  func shifted(by distance: Int) -> Range<Int> { lowerBound + distance..<upperBound + distance }
}
