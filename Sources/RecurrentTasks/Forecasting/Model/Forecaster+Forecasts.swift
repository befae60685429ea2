import RecurrentLayers
import RecurrentTensor
import RecurrentTraining

/// Forecasts of one series from one row on, in the unit of the data.
public struct SeriesForecast: Sendable, Hashable {
  /// The first row that is forecast.
  public let origin: Int
  /// The forecasts, `values[target][step]`.
  public let values: [[Double]]
  /// Quantiles of what is to come, where they were asked for, at rising probabilities.
  public var quantiles: [ForecastQuantile] = []

  /// The quantile of a probability that was asked for.
  public func quantile(_ probability: Double) -> ForecastQuantile? {
    quantiles.first { abs($0.probability - probability) < 1e-9 }
  }
}

/// The values below which a share of what comes is to lie.
public struct ForecastQuantile: Sendable, Hashable {
  /// The share, above 0 and below 1.
  public let probability: Double
  /// In the unit of the data, `values[target][step]`.
  public let values: [[Double]]
}

/// How one number is taken from a distribution: its centre, or one drawn at random.
struct ForecastDraw {
  /// Where random numbers come from; nil for centres.
  var key: RandomKey?

  static let center = ForecastDraw()

  /// - Parameters:
  ///   - path: The number of the path that is drawn.
  ///   - place: The number of target and step.
  func value(_ distribution: StepDistribution, path: Int, place: Int) -> Double {
    guard let key else { return distribution.center }
    return distribution.quantile(max(key.folding(path).unit(at: place), 0x1p-54))
  }
}

extension Forecaster {
  /// Forecasts past the end of every series.
  ///
  /// A network that forecasts fewer steps at once than asked for is fed its own forecasts.
  ///
  /// - Parameters:
  ///   - frame: Series with the columns of the training table, from `readSeries`.
  ///   - horizon: The steps to forecast; nil as many as in training.
  ///   - levels: The percentages of what is to come that intervals are to hold.
  public func forecast(
    _ frame: SeriesFrame, horizon: Int? = nil, levels: [Double] = []
  ) throws(ForecastError) -> [SeriesForecast] {
    let horizon = horizon ?? configuration.horizon
    try check(frame, horizon: horizon)
    return try frame.series.indices.map { number throws(ForecastError) in
      try forecast(frame, number, horizon: horizon, levels: levels)
    }
  }

  /// The forecast past the end of one series.
  func forecast(
    _ frame: SeriesFrame, _ number: Int, horizon: Int, levels: [Double]
  ) throws(ForecastError) -> SeriesForecast {
    let prepared = try preparedToForecast(frame.series[number], of: frame, horizon: horizon)
    return try forecasts(
      of: prepared, from: [prepared.count], horizon: horizon, levels: levels, key: samplingKey.folding(number))[0]
  }

  /// Paths that the values past the end of every series may take, drawn at random.
  ///
  /// - Parameters:
  ///   - frame: Series with the columns of the training table.
  ///   - count: The number of paths of each series.
  ///   - horizon: The steps to forecast; nil as many as in training.
  ///   - seed: Of the random numbers; nil for that of training.
  /// - Returns: For each series its paths, `[series][path][target][step]`.
  public func samplePaths(
    _ frame: SeriesFrame, count: Int, horizon: Int? = nil, seed: Int? = nil
  ) throws(ForecastError) -> [[[[Double]]]] {
    let horizon = horizon ?? configuration.horizon
    try checkSamples(frame, horizon: horizon)
    return try frame.series.indices.map { number throws(ForecastError) in
      try samplePaths(frame, number, paths: 0..<count, horizon: horizon, seed: seed)
    }
  }

  /// Some of the paths past the end of one series, `[path][target][step]`.
  func samplePaths(
    _ frame: SeriesFrame, _ number: Int, paths: Range<Int>, horizon: Int, seed: Int?
  ) throws(ForecastError) -> [[[Double]]] {
    let key = seed.map { RandomKey(seed: UInt64($0)).folding(.sampling) } ?? samplingKey
    let prepared = try preparedToForecast(frame.series[number], of: frame, horizon: horizon)
    return try self.paths(
      of: prepared, from: [prepared.count], horizon: horizon, numbers: paths, key: key.folding(number))[0]
  }

  var samplingKey: RandomKey { RandomKey(seed: UInt64(configuration.training.seed)).folding(.sampling) }

  /// Checks that so many steps past the end of all series can be forecast.
  func check(_ frame: SeriesFrame, horizon: Int) throws(ForecastError) {
    guard (1...WindowShape.limit).contains(horizon) else {
      throw .settings(.init(problem: "horizon \(horizon) is not possible", mend: "ask for 1 step or more"))
    }
    try wrapping(ForecastError.series) { () throws(SeriesError) in try frame.requireFuture(horizon: horizon) }
  }

  /// Checks that there are paths to draw.
  func checkSamples(_ frame: SeriesFrame, horizon: Int) throws(ForecastError) {
    guard configuration.outputDistribution != .point else {
      throw .settings(
        .init(problem: "a point forecast has no paths to draw", mend: "train with an --output-distribution"))
    }
    try check(frame, horizon: horizon)
  }

  private func preparedToForecast(
    _ series: Series, of frame: SeriesFrame, horizon: Int
  ) throws(ForecastError) -> PreparedSeries {
    let prepared = try wrapping(ForecastError.preparation) { () throws(PreparationError) in
      try preparation.prepared(series, of: frame, ahead: horizon)
    }
    try requireHistory(of: prepared, before: prepared.count, name: frame.name(of: series))
    return prepared
  }

  /// The rows that must stand before the first forecast of a series.
  public var requiredRows: Int { preparation.settings.transform.lostRows + configuration.rowsBefore }

  func requireHistory(of series: PreparedSeries, before origin: Int, name: String) throws(ForecastError) {
    if origin < requiredRows { throw .tooFewRows(series: name, rows: origin, needed: requiredRows) }
  }

  /// Whether quantiles of forecasts can be computed, and need not be estimated from paths.
  func hasExactQuantiles(horizon: Int) -> Bool {
    horizon <= configuration.modelHorizon && preparation.settings.transform.lostRows == 0
  }

  /// Forecasts of one series, each as if nothing from its origin on were known.
  ///
  /// - Parameters:
  ///   - series: A prepared series.
  ///   - origins: The first row of each forecast, ascending; each has `requiredRows` rows before it.
  ///   - horizon: The steps to forecast.
  ///   - levels: The percentages of what is to come that intervals are to hold.
  ///   - probabilities: Further quantiles of the output distribution.
  ///   - key: Where random numbers come from.
  func forecasts(
    of series: PreparedSeries, from origins: [Int], horizon: Int, levels: [Double] = [],
    probabilities: [Double] = [], key: RandomKey? = nil
  ) throws(ForecastError) -> [SeriesForecast] {
    let bounds = levels.flatMap { [(100 - $0) / 200, (100 + $0) / 200] }
    let isConformal = levels.isEmpty ? false : try intervalsAreConformal()
    let wanted = (isConformal ? probabilities : probabilities + bounds).sorted()
    let found = try distributions(of: series, from: origins, horizon: horizon, draw: .center)
    let isExact = hasExactQuantiles(horizon: horizon)
    var forecasts = zip(origins, found).map { origin, distributions in
      var forecast = SeriesForecast(
        origin: origin, values: series.restored(distributions.map { $0.map(\.center) }, from: origin))
      guard isExact else { return forecast }
      forecast.quantiles = wanted.map { probability in
        let values = series.restored(distributions.map { $0.map { $0.quantile(probability) } }, from: origin)
        return ForecastQuantile(probability: probability, values: values)
      }
      return forecast
    }
    if !isExact, !wanted.isEmpty {
      let paths = try paths(
        of: series, from: origins, horizon: horizon, numbers: 0..<configuration.samples, key: key ?? samplingKey)
      for index in forecasts.indices { forecasts[index].quantiles = Self.quantiles(wanted, of: paths[index]) }
    }
    guard isConformal, let calibration else { return forecasts }
    for index in forecasts.indices {
      for level in levels {
        forecasts[index].quantiles += try calibration.bounds(
          of: forecasts[index].values, level: level, series: series,
          isLogarithmic: preparation.settings.transform.requiresPositive)
      }
      forecasts[index].quantiles.sort { $0.probability < $1.probability }
    }
    return forecasts
  }

  /// Whether intervals come from errors on the validation part rather than from the output distribution.
  func intervalsAreConformal() throws(ForecastError) -> Bool {
    let isConformal =
      configuration.intervals == .conformal
      || (configuration.intervals == .automatic && configuration.outputDistribution == .point)
    if isConformal, calibration == nil { throw .noCalibration(level: nil, values: 0) }
    return isConformal
  }

  /// Paths from each origin, `[origin][path][target][step]` in the unit of the data.
  ///
  /// - Parameter numbers: Which paths: each is a function of the key and its own number.
  func paths(
    of series: PreparedSeries, from origins: [Int], horizon: Int, numbers: Range<Int>, key: RandomKey
  ) throws(ForecastError) -> [[[[Double]]]] {
    var result: [[[[Double]]]] = []
    for origin in origins {
      let draw = ForecastDraw(key: key.folding(origin))
      let found = try distributions(
        of: series, from: Array(repeating: origin, count: numbers.count), horizon: horizon, draw: draw,
        firstPath: numbers.lowerBound)
      result.append(
        zip(numbers, found).map { path, distributions in
          series.restored(Self.values(of: distributions, draw: draw, path: path), from: origin)
        })
    }
    return result
  }

  /// The numbers that a draw takes from the distributions of a path, `[target][step]`.
  static func values(of distributions: [[StepDistribution]], draw: ForecastDraw, path: Int) -> [[Double]] {
    distributions.enumerated().map { target, steps in
      steps.enumerated().map { draw.value($1, path: path, place: $0 * distributions.count + target) }
    }
  }

  /// Quantiles over paths, target by target and step by step.
  private static func quantiles(_ probabilities: [Double], of paths: [[[Double]]]) -> [ForecastQuantile] {
    let (targets, steps) = (paths[0].indices, paths[0][0].indices)
    let sorted = targets.map { target in steps.map { step in paths.map { $0[target][step] }.sorted() } }
    return probabilities.map { probability in
      ForecastQuantile(
        probability: probability,
        values: sorted.map { $0.map { Quantiles.empirical(probability, ofSorted: $0) } })
    }
  }
}
