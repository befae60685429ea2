import RecurrentLayers
import RecurrentTensor

/// The windows of the training parts of all series.
struct WindowExamples: Sendable {
  /// All of them.
  let set: WindowSet
  private let windowsPerSeries: Int?
  private let tellsSeriesApart: Bool
  private let needsUnits: Bool
  /// What the errors of each target of each series are divided by; empty where they stay as they are.
  private let errorUnits: [[Double]]

  init(
    _ data: ForecastData, _ configuration: ForecastConfiguration, normalization: WindowNormalization?
  ) throws(PreparationError) {
    let isShared = configuration.shareVariables
    let series = isShared ? data.prepared.flatMap(\.variables) : data.prepared
    let rows =
      isShared
      ? data.parts.flatMap { Array(repeating: $0.train, count: data.frame.schema.targets.count) }
      : data.parts.map(\.train)
    set = try WindowSet(
      series, rows: rows, shape: try configuration.windowShape(), looksBackBefore: false,
      features: configuration.features, normalization: normalization)
    windowsPerSeries = configuration.windowsPerSeries
    tellsSeriesApart = configuration.seriesEmbedding != nil
    needsUnits = configuration.outputDistribution == .negativeBinomial
    let period = data.frame.schema.seasonalPeriod
    switch configuration.lossUnit {
    case .scaled: errorUnits = []
    case .series: errorUnits = series.map { $0.targets.map { _ in 1 } }
    case .season:
      errorUnits = zip(series, rows).map { series, rows in
        series.targets.map { values in
          let known = values[max(rows.lowerBound, series.firstRow)..<rows.upperBound]
          let change = ForecastMetrics.maseScale(training: known, seasonalPeriod: period) ?? 0
          // As for the deviation of windows: no series without seasonal changes outweighs all others.
          return change + configuration.instanceOffset
        }
      }
    }
  }

  /// The windows of an epoch.
  var countInEpoch: Int { windowsPerSeries.map { $0 * set.series.count } ?? set.count }

  /// The windows with these numbers in an epoch: a pure function of numbers, epoch and key.
  func windows(numbered numbers: ArraySlice<Int>, inEpoch epoch: Int, key: RandomKey) -> [Window] {
    guard let windowsPerSeries else { return numbers.map { set[$0] } }
    let key = key.folding(.data).folding(epoch)
    return numbers.map { number in
      let places = set.positions(ofSeries: number / windowsPerSeries)
      return set[places.lowerBound + key.integer(at: number, below: places.count)]
    }
  }

  /// The number of the series of each window, where the network tells series apart.
  func seriesNumbers(_ windows: [Window]) -> [Int32]? {
    tellsSeriesApart ? windows.map { Int32($0.series) } : nil
  }

  /// What the errors of each value are multiplied by, `[1, N, H * K]`; nil where they stay as they are.
  func weights(_ batch: WindowBatch) -> Tensor? {
    if errorUnits.isEmpty { return nil }
    return perValue(batch.windows) { number, window, target in
      let scale = batch.scales.isEmpty ? 1 : batch.scales[number][target].scale
      return scale / errorUnits[window.series][target]
    }
  }

  /// The value of 1 in the data, `[1, N, H * K]`, where the distribution needs to know.
  func units(_ windows: [Window]) -> Tensor? {
    guard needsUnits else { return nil }
    return perValue(windows) { _, window, target in set.series[window.series].scales.targets[target].scale }
  }

  /// Numbers of each target of each window, the same at all steps ahead.
  private func perValue(_ windows: [Window], _ value: (Int, Window, Int) -> Double) -> Tensor {
    let (targets, horizon) = (set.series[0].targets.count, set.shape.horizon)
    let values = windows.enumerated().flatMap { number, window in
      let step = (0..<targets).map { Float(value(number, window, $0)) }
      return (0..<horizon).flatMap { _ in step }
    }
    return Tensor(values, shape: [1, windows.count, horizon * targets])
  }
}
