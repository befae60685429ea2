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
  /// - Returns: nil where the part is empty in every series.
  public func evaluation(
    of data: ForecastData, part: Part, against baselines: [Baseline] = Baseline.allCases
  ) throws(ForecastError) -> ForecastEvaluation? {
    let origins = data.parts.map { parts -> [Int] in
      let rows = parts[part]
      let first = max(rows.lowerBound, requiredRows)
      return Array(first..<max(first, rows.upperBound - configuration.horizon + 1))
    }
    if origins.allSatisfy(\.isEmpty) { return nil }
    return try evaluation(of: data, origins: origins, horizon: configuration.horizon, against: baselines)
  }

  /// Forecasts from given rows of each series.
  ///
  /// - Parameters:
  ///   - data: The series; the training parts give the scale of the scaled error.
  ///   - origins: The first row of each forecast of each series, ascending.
  ///   - horizon: The steps to forecast.
  ///   - candidates: The simple forecasts to compare with.
  func evaluation(
    of data: ForecastData, origins: [[Int]], horizon: Int, against candidates: [Baseline]
  ) throws(ForecastError) -> ForecastEvaluation {
    var forecasts: [[SeriesForecast]] = []
    var errors = ForecastErrors()
    var baselineErrors = candidates.map { _ in ForecastErrors() }
    var isPossible = candidates.map { _ in true }
    let period = schema.seasonalPeriod
    for (index, series) in data.prepared.enumerated() {
      let found = try self.forecasts(of: series, from: origins[index], horizon: horizon)
      forecasts.append(found)
      for (target, values) in series.source.targets.enumerated() {
        let scale = ForecastMetrics.maseScale(training: values[data.parts[index].train], seasonalPeriod: period)
        for forecast in found {
          let actual = values[forecast.origin..<forecast.origin + horizon]
          errors.add(actual: actual, forecast: forecast.values[target], scale: scale)
          for (place, baseline) in candidates.enumerated() where isPossible[place] {
            let history = values[..<forecast.origin]
            if let simple = baseline.forecast(after: history, horizon: horizon, seasonalPeriod: period) {
              baselineErrors[place].add(actual: actual, forecast: simple, scale: scale)
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
    return ForecastEvaluation(forecasts: forecasts, metrics: errors.metrics, baselines: baselines)
  }

  /// A backtest: forecasts from several origins near the end of every series, as if nothing after them were known.
  ///
  /// - Parameters:
  ///   - frame: Series with the columns of the training table.
  ///   - windows: How many forecasts of each series.
  ///   - step: The rows from one origin to the next.
  ///   - horizon: The steps to forecast; nil as many as in training.
  public func backtest(
    _ frame: SeriesFrame, windows: Int, step: Int, horizon: Int? = nil
  ) throws(ForecastError) -> ForecastEvaluation {
    let horizon = horizon ?? configuration.horizon
    var origins: [[Int]] = []
    for series in frame.series {
      origins.append(
        try wrapping(ForecastError.backtest) { () throws(BacktestError) in
          try RollingOrigin.origins(
            count: series.count, windows: windows, step: step, horizon: horizon, history: requiredRows,
            name: frame.name(of: series))
        })
    }
    let parts = origins.map { Parts(train: 0..<($0.first ?? 0), validation: 0..<0, test: 0..<0) }
    let data = try ForecastData(frame, parts: parts, preparation: preparation)
    return try evaluation(of: data, origins: origins, horizon: horizon, against: Baseline.allCases)
  }
}
