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
    let targetCount = series.first?.targets.count ?? 0
    let width = series.first?.channelCount(horizon: shape.horizon) ?? 0
    channelCount = width
    var inputs = [Float](repeating: 0, count: shape.lookBack * windows.count * width)
    let hasLabels = windows.allSatisfy { $0.origin + shape.horizon <= series[$0.series].count }
    let labelWidth = targetCount * shape.horizon
    var labels = [Float](repeating: 0, count: hasLabels ? shape.labelCount * windows.count * labelWidth : 0)
    var scales: [[AffineScale]] = []
    for (n, window) in windows.enumerated() {
      let source = series[window.series]
      let start = window.origin - shape.lookBack
      precondition(start >= source.firstRow, "the look-back begins before the first row")
      let windowScales = source.targets.map { values in
        normalization?.scale(of: Array(values[start..<window.origin])) ?? .identity
      }
      if normalization != nil { scales.append(windowScales) }
      for step in 0..<shape.lookBack {
        source.copyChannels(
          at: start + step, horizon: shape.horizon, scales: windowScales,
          into: &inputs, at: (step * windows.count + n) * width)
      }
      guard hasLabels else { continue }
      for label in 0..<shape.labelCount {
        source.copyTargets(
          of: (window.origin - shape.labelCount + 1 + label)..., count: shape.horizon, scales: windowScales,
          into: &labels, at: (label * windows.count + n) * labelWidth)
      }
    }
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

  /// What a step at `row` reads.
  func copyChannels(
    at row: Int, horizon: Int, scales: [AffineScale], into inputs: inout [Float], at offset: Int
  ) {
    var offset = offset
    for (values, scale) in zip(targets, scales) {
      inputs[offset] = Float(scale.scaled(values[row]))
      offset += 1
    }
    for values in pastCovariates {
      inputs[offset] = Float(values[row])
      offset += 1
    }
    for ahead in 1...horizon {
      for values in futureCovariates {
        inputs[offset] = Float(values[row + ahead])
        offset += 1
      }
    }
  }

  /// The targets of `count` rows, row by row.
  func copyTargets(
    of rows: PartialRangeFrom<Int>, count: Int, scales: [AffineScale], into labels: inout [Float], at offset: Int
  ) {
    var offset = offset
    for row in rows.lowerBound..<rows.lowerBound + count {
      for (values, scale) in zip(targets, scales) {
        labels[offset] = Float(scale.scaled(values[row]))
        offset += 1
      }
    }
  }
}
