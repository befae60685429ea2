public import RecurrentDistribution
import RecurrentTensor

/// Forecasts of one part of some series beside what came, and beside forecasts that need no model.
public struct ForecastEvaluation: Sendable {
  /// The forecasts of each series.
  public let forecasts: [[SeriesForecast]]
  /// The errors of the forecaster.
  public let metrics: ForecastMetrics?
  /// The errors of the baselines that have rows enough before the first forecast.
  public let baselines: [(baseline: Baseline, metrics: ForecastMetrics)]
}

extension Forecaster {
  /// Forecasts from every row of a part whose horizon lies in it, each from the true values before it.
  ///
  /// - Parameters:
  ///   - data: The series, divided and prepared.
  ///   - part: The part to forecast.
  ///   - baselines: The simple forecasts to compare with.
  ///   - levels: The percentages that intervals are to hold; nil for those of the configuration, as far as there are any.
  ///   - withDistribution: Whether the fit of forecast distributions is measured.
  /// - Returns: nil where the part is empty in every series.
  public func evaluation(
    of data: ForecastData, part: Part, against baselines: [Baseline] = Baseline.allCases, levels: [Double]? = nil,
    withDistribution: Bool? = nil
  ) throws(ForecastError) -> ForecastEvaluation? {
    let hasDistribution = withDistribution ?? (configuration.outputDistribution != .point)
    guard let origins = origins(of: data, part: part, withDistribution: hasDistribution) else { return nil }
    return try evaluation(
      of: data, origins: origins, horizon: configuration.horizon, against: baselines,
      levels: levels ?? standardLevels(), withDistribution: hasDistribution)
  }

  /// The errors alone of forecasts from every row of a part, the forecasts divided among ranks.
  ///
  /// - Parameters:
  ///   - data: The series, divided and prepared.
  ///   - part: The part to forecast.
  ///   - withDistribution: Whether the fit of forecast distributions is measured.
  func metrics(
    of data: ForecastData, part: Part, withDistribution: Bool, over communicator: any Communicator
  ) throws -> ForecastMetrics? {
    let horizon = configuration.horizon
    guard let origins = origins(of: data, part: part, withDistribution: withDistribution) else { return nil }
    let made = try forecasts(
      of: data.prepared, from: origins, horizon: horizon, levels: [],
      probabilities: withDistribution ? DistributionErrors.probabilities : [], over: communicator)
    return try evaluation(
      of: data, origins: origins, horizon: horizon, against: [], withDistribution: withDistribution, made: made
    ).metrics
  }

  /// The first row of each forecast of each series; nil where there is none.
  private func origins(of data: ForecastData, part: Part, withDistribution: Bool) -> [[Int]]? {
    let horizon = configuration.horizon
    // Paths cost a hundred times a forecast: where they are needed, forecasts do not overlap.
    let needsPaths = withDistribution && !hasExactQuantiles(horizon: horizon)
    let origins = data.parts.map { parts -> [Int] in
      let rows = parts[part]
      let first = max(rows.lowerBound, requiredRows)
      let end = max(first, rows.upperBound - horizon + 1)
      return Array(stride(from: first, to: end, by: needsPaths ? horizon : 1))
    }
    return origins.allSatisfy(\.isEmpty) ? nil : origins
  }

  /// The levels of intervals that are made where none are asked for: those of training, where the forecaster can make
  /// intervals so many steps ahead.
  ///
  /// - Parameter horizon: The steps to forecast; nil as many as in training.
  public func standardLevels(horizon: Int? = nil) -> [Double] {
    let isDistribution = configuration.outputDistribution != .point && configuration.intervals != .conformal
    let known = isDistribution ? Int.max : calibration?.horizon ?? 0
    return (horizon ?? configuration.horizon) <= known ? configuration.levels : []
  }

  /// Forecasts from given rows of each series.
  ///
  /// - Parameters:
  ///   - data: The series; the training parts give the scale of the scaled error.
  ///   - origins: The first row of each forecast of each series, ascending.
  ///   - horizon: The steps to forecast.
  ///   - candidates: The simple forecasts to compare with.
  ///   - levels: The percentages that intervals are to hold.
  ///   - withDistribution: Whether the fit of forecast distributions is measured.
  ///   - made: The forecasts of each series, where they were made before.
  func evaluation(
    of data: ForecastData, origins: [[Int]], horizon: Int, against candidates: [Baseline], levels: [Double] = [],
    withDistribution: Bool = false, made: [[SeriesForecast]]? = nil
  ) throws(ForecastError) -> ForecastEvaluation {
    var forecasts: [[SeriesForecast]] = []
    var errors = ForecastErrors()
    var distributionErrors = DistributionErrors(levels: levels)
    var baselineErrors = candidates.map { _ in ForecastErrors() }
    var isPossible = candidates.map { _ in true }
    let period = schema.seasonalPeriod
    // The errors of a single target have a unit that says more.
    let isStandardized = data.prepared.count * schema.targets.count > 1
    for (index, series) in data.prepared.enumerated() {
      let found =
        if let made {
          made[index]
        } else {
          try self.forecasts(
            of: series, from: origins[index], horizon: horizon, levels: levels,
            probabilities: withDistribution ? DistributionErrors.probabilities : [], key: samplingKey.folding(index))
        }
      forecasts.append(found)
      for (target, values) in series.source.targets.enumerated() {
        let training = values[data.parts[index].train]
        let scale = ForecastMetrics.maseScale(training: training, seasonalPeriod: period)
        let deviation = isStandardized ? ForecastMetrics.deviation(of: training) : nil
        // Simple forecasts cannot go on from a missing value.
        let known = schema.missing == .mask ? MissingRule.previous.filled(values) : values
        for forecast in found {
          let actual = values[forecast.origin..<forecast.origin + horizon]
          errors.add(actual: actual, forecast: forecast.values[target], scale: scale, deviation: deviation)
          distributionErrors.add(
            actual: actual, forecast: forecast, target: target, hasDistribution: withDistribution)
          for (place, baseline) in candidates.enumerated() where isPossible[place] {
            let history = known[..<forecast.origin]
            if let simple = baseline.forecast(after: history, horizon: horizon, seasonalPeriod: period) {
              baselineErrors[place].add(actual: actual, forecast: simple, scale: scale, deviation: deviation)
            } else {
              isPossible[place] = false
            }
          }
        }
      }
    }
    let baselines = candidates.indices.compactMap { place -> (Baseline, ForecastMetrics)? in
      guard isPossible[place], let metrics = baselineErrors[place].metrics else { return nil }
      return (candidates[place], metrics)
    }
    var metrics = errors.metrics
    distributionErrors.complete(&metrics)
    return ForecastEvaluation(forecasts: forecasts, metrics: metrics, baselines: baselines)
  }

  /// A backtest: forecasts from several origins near the end of every series, as if nothing after them were known.
  ///
  /// - Parameters:
  ///   - frame: Series with the columns of the training table.
  ///   - windows: How many forecasts of each series.
  ///   - step: The rows from one origin to the next.
  ///   - horizon: The steps to forecast; nil as many as in training.
  ///   - levels: The percentages that intervals are to hold; nil for those of training, as far as there are any.
  public func backtest(
    _ frame: SeriesFrame, windows: Int, step: Int, horizon: Int? = nil, levels: [Double]? = nil
  ) throws(ForecastError) -> ForecastEvaluation {
    let backtest = try Backtest(self, frame, windows: windows, step: step, horizon: horizon, levels: levels)
    return try evaluation(
      of: backtest.data, origins: backtest.origins, horizon: backtest.horizon, against: Baseline.allCases,
      levels: backtest.levels, withDistribution: backtest.withDistribution)
  }

  /// The same, the forecasts divided among ranks: all ranks give the same series and get the figures of a single process.
  ///
  /// - Parameters:
  ///   - frame: Series with the columns of the training table.
  ///   - windows: How many forecasts of each series.
  ///   - step: The rows from one origin to the next.
  ///   - horizon: The steps to forecast; nil as many as in training.
  ///   - levels: The percentages that intervals are to hold; nil for those of training, as far as there are any.
  ///   - communicator: The ranks that forecast together.
  /// - Throws: `ForecastError` as for one process; `CommunicationError`, also where the ranks have other series.
  public func backtest(
    _ frame: SeriesFrame, windows: Int, step: Int, horizon: Int? = nil, levels: [Double]? = nil,
    over communicator: any Communicator
  ) throws -> ForecastEvaluation {
    let asked = "\(windows) \(step) \(horizon ?? 0) \(levels ?? [])"
    try communicator.requireSameWork(settings: asked) { frame.digest(into: &$0) }
    let backtest = try Backtest(self, frame, windows: windows, step: step, horizon: horizon, levels: levels)
    let made = try forecasts(
      of: backtest.data.prepared, from: backtest.origins, horizon: backtest.horizon, levels: backtest.levels,
      probabilities: backtest.withDistribution ? DistributionErrors.probabilities : [], over: communicator)
    return try evaluation(
      of: backtest.data, origins: backtest.origins, horizon: backtest.horizon, against: Baseline.allCases,
      levels: backtest.levels, withDistribution: backtest.withDistribution, made: made)
  }
}

/// What a backtest forecasts, and from where.
private struct Backtest {
  let data: ForecastData
  let origins: [[Int]]
  let horizon: Int
  let levels: [Double]
  let withDistribution: Bool

  init(
    _ forecaster: Forecaster, _ frame: SeriesFrame, windows: Int, step: Int, horizon asked: Int?, levels: [Double]?
  ) throws(ForecastError) {
    let horizon = asked ?? forecaster.configuration.horizon
    let origins = try frame.series.map { series throws(ForecastError) in
      try wrapping(ForecastError.backtest) { () throws(BacktestError) in
        try RollingOrigin.origins(
          count: series.count, windows: windows, step: step, horizon: horizon, history: forecaster.requiredRows,
          name: frame.name(of: series))
      }
    }
    let parts = origins.map { Parts(train: 0..<($0.first ?? 0), validation: 0..<0, test: 0..<0) }
    data = try ForecastData(frame, parts: parts, preparation: forecaster.preparation)
    self.levels = levels ?? forecaster.standardLevels(horizon: horizon)
    withDistribution = forecaster.configuration.outputDistribution != .point
    (self.origins, self.horizon) = (origins, horizon)
  }
}
