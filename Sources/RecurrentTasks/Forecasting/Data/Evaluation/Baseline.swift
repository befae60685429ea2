/// Forecasts that need no model. One worth having must beat them.
public enum Baseline: String, Sendable, Codable, CaseIterable {
  /// The last value.
  case naive
  /// The value one season before.
  case seasonalNaive = "seasonal_naive"
  /// The value one season before, changed as much as the last value is against that of one season before it:
  /// y[t-m] · y[t-1] / y[t-1-m]. Where one of the three is not positive the change is a difference and not a ratio:
  /// y[t-m] + y[t-1] - y[t-1-m].
  case seasonalDrift = "seasonal_drift"

  /// The rows that must be known before a forecast.
  public func requiredRows(seasonalPeriod: Int) -> Int {
    switch self {
    case .naive: 1
    case .seasonalNaive: seasonalPeriod
    case .seasonalDrift: seasonalPeriod + 1
    }
  }

  /// The forecast of the rows after `history`; `nil` when that has too few rows.
  ///
  /// Past the first season, forecasts take the place of the values that are not known yet.
  ///
  /// - Parameters:
  ///   - history: the values up to the origin.
  ///   - horizon: the number of rows.
  ///   - seasonalPeriod: the rows of a season, m; 1 for no season.
  public func forecast(after history: ArraySlice<Double>, horizon: Int, seasonalPeriod: Int) -> [Double]? {
    precondition(seasonalPeriod >= 1 && horizon >= 1)
    let needed = requiredRows(seasonalPeriod: seasonalPeriod)
    guard history.count >= needed else { return nil }
    var values = Array(history.suffix(needed))
    for _ in 0..<horizon {
      let t = values.count
      switch self {
      case .naive:
        values.append(values[t - 1])
      case .seasonalNaive:
        values.append(values[t - seasonalPeriod])
      case .seasonalDrift:
        let (season, last, before) = (values[t - seasonalPeriod], values[t - 1], values[t - 1 - seasonalPeriod])
        let isRatio = season > 0 && last > 0 && before > 0
        values.append(isRatio ? season * last / before : season + last - before)
      }
    }
    return Array(values[needed...])
  }

  /// The forecasts one step ahead of the rows `rows`, each from the true values before it; `nil` when the first has too few.
  public func oneStepAhead(_ values: [Double], rows: Range<Int>, seasonalPeriod: Int) -> [Double]? {
    var forecasts: [Double] = []
    for row in rows {
      guard let next = forecast(after: values[..<row], horizon: 1, seasonalPeriod: seasonalPeriod) else { return nil }
      forecasts += next
    }
    return forecasts
  }
}
