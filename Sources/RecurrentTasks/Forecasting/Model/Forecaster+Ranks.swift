public import RecurrentDistribution
import RecurrentFormats
import RecurrentTensor

extension Forecaster {
  /// Forecasts past the end of every series, the series divided among ranks: all ranks give the same series and get all
  /// forecasts, which do not depend on the number of ranks.
  ///
  /// - Parameters:
  ///   - frame: Series with the columns of the training table, from `readSeries`.
  ///   - horizon: The steps to forecast; nil as many as in training.
  ///   - levels: The percentages of what is to come that intervals are to hold.
  ///   - communicator: The ranks that forecast together.
  /// - Throws: `ForecastError` as for one process; `CommunicationError`, also where the ranks have other series.
  public func forecast(
    _ frame: SeriesFrame, horizon: Int? = nil, levels: [Double] = [], over communicator: any Communicator
  ) throws -> [SeriesForecast] {
    let horizon = horizon ?? configuration.horizon
    try communicator.requireSameWork(settings: "\(horizon) \(levels)") { frame.digest(into: &$0) }
    try check(frame, horizon: horizon)
    return try communicator.sharing(frame.series.count) { number in
      try forecast(frame, number, horizon: horizon, levels: levels)
    }
  }

  /// Paths that the values past the end of every series may take, drawn at random, the paths divided among ranks: all ranks
  /// give the same series and get all paths, which do not depend on the number of ranks.
  ///
  /// - Parameters:
  ///   - frame: Series with the columns of the training table.
  ///   - count: The number of paths of each series.
  ///   - horizon: The steps to forecast; nil as many as in training.
  ///   - seed: Of the random numbers; nil for that of training.
  ///   - communicator: The ranks that draw together.
  /// - Returns: For each series its paths, `[series][path][target][step]`.
  /// - Throws: `ForecastError` as for one process; `CommunicationError`, also where the ranks have other series.
  public func samplePaths(
    _ frame: SeriesFrame, count: Int, horizon: Int? = nil, seed: Int? = nil, over communicator: any Communicator
  ) throws -> [[[[Double]]]] {
    let horizon = horizon ?? configuration.horizon
    let asked = "\(count) \(horizon) \(seed.map { "\($0)" } ?? "")"
    try communicator.requireSameWork(settings: asked) { frame.digest(into: &$0) }
    try checkSamples(frame, horizon: horizon)
    let pieces = Self.pieces(of: [Int](repeating: count, count: frame.series.count), among: communicator.size)
    let found = try communicator.sharing(pieces.count) { number in
      try samplePaths(frame, pieces[number].series, paths: pieces[number].part, horizon: horizon, seed: seed)
    }
    var all = frame.series.map { _ in [[[Double]]]() }
    for (piece, paths) in zip(pieces, found) { all[piece.series] += paths }
    return all
  }

  /// Whether one pass over a series gives its forecasts from all origins, so that ranks can only divide whole series.
  ///
  /// - Parameter horizon: The steps to forecast.
  public func readsSeriesOnce(horizon: Int) -> Bool {
    configuration.arrangement == .sequence && hasExactQuantiles(horizon: horizon)
  }

  /// Forecasts from given rows of each series, divided among ranks.
  ///
  /// - Parameters:
  ///   - series: The series.
  ///   - origins: The first row of each forecast of each series, ascending.
  ///   - horizon: The steps to forecast.
  ///   - levels: The percentages that intervals are to hold.
  ///   - probabilities: Further quantiles of the output distribution.
  func forecasts(
    of series: [PreparedSeries], from origins: [[Int]], horizon: Int, levels: [Double], probabilities: [Double],
    over communicator: any Communicator
  ) throws -> [[SeriesForecast]] {
    let pieces =
      readsSeriesOnce(horizon: horizon)
      ? origins.enumerated().map { (series: $0, part: $1.indices) }.filter { !$0.part.isEmpty }
      : Self.pieces(of: origins.map(\.count), among: communicator.size)
    let found = try communicator.sharing(pieces.count) { number in
      let (place, part) = pieces[number]
      return try forecasts(
        of: series[place], from: Array(origins[place][part]), horizon: horizon, levels: levels,
        probabilities: probabilities, key: samplingKey.folding(place))
    }
    var all = origins.map { _ in [SeriesForecast]() }
    for (piece, forecasts) in zip(pieces, found) { all[piece.series] += forecasts }
    return all
  }

  /// Things that several series have so many of, cut into pieces of one series each: at most so many as are made together
  /// anyway, and few enough that no rank goes without.
  private static func pieces(of counts: [Int], among size: Int) -> [(series: Int, part: Range<Int>)] {
    let total = counts.reduce(0, +)
    let length = max(1, min(groupSize, (total + size - 1) / size))
    return counts.enumerated().flatMap { series, count in
      stride(from: 0, to: count, by: length).map { (series: series, part: $0..<min($0 + length, count)) }
    }
  }
}

extension SeriesFrame {
  /// Adds the names, times and values of all series.
  func digest(into hash: inout SHA256) {
    for series in series {
      hash.update(text: series.id ?? "")
      hash.update(text: "\(series.time.start.value) \(series.time.frequency)")
      for channel in series.targets + series.pastCovariates + series.futureCovariates {
        hash.update(numbers: [channel.count])
        hash.update(numbers: channel)
      }
    }
  }
}
