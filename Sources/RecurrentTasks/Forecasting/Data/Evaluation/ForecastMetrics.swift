/// The usual measures of how far forecasts are from what came; those that are not defined for the data are absent.
public struct ForecastMetrics: Sendable, Hashable, Codable {
  /// The number of values compared.
  public var count: Int
  /// The root of the mean squared error, in the unit of the data.
  public var rmse: Double
  /// The mean absolute error, in the unit of the data.
  public var mae: Double
  /// The mean of |error| / |actual| in percent; absent when an actual value is 0.
  public var mape: Double?
  /// The mean of 2 |error| / (|actual| + |forecast|) in percent, as in the M4 competition (0 to 200); a pair of zeros counts 0.
  public var smape: Double
  /// The mean absolute error in units of that of the seasonal naive forecast one step ahead on the training part (Hyndman and
  /// Koehler 2006); absent when the latter is 0 or the training part is not longer than a season.
  public var mase: Double?

  /// The measures that are there, by their names in files: `rmse`, `mae`, `mape`, `smape`, `mase`.
  public var values: [(name: String, value: Double)] {
    [("rmse", rmse), ("mae", mae), ("mape", mape), ("smape", smape), ("mase", mase)]
      .compactMap { name, value in value.map { (name, $0) } }
  }

  /// The measures of some forecasts of one series and target.
  ///
  /// - Parameter scale: the unit of the mean absolute scaled error, see `maseScale`.
  /// - Returns: `nil` when there is nothing to compare or a forecast is not finite.
  public init?(actual: some Sequence<Double>, forecast: some Sequence<Double>, scale: Double? = nil) {
    var errors = ForecastErrors()
    errors.add(actual: actual, forecast: forecast, scale: scale)
    guard let metrics = errors.metrics else { return nil }
    self = metrics
  }

  fileprivate init(count: Int, rmse: Double, mae: Double, mape: Double?, smape: Double, mase: Double?) {
    self.count = count
    self.rmse = rmse
    self.mae = mae
    self.mape = mape
    self.smape = smape
    self.mase = mase
  }

  /// The mean absolute error of the seasonal naive forecast one step ahead within `training`, the unit of the mean absolute
  /// scaled error; `nil` when it is 0 or there are not more rows than a season has.
  public static func maseScale(training: some RandomAccessCollection<Double>, seasonalPeriod: Int) -> Double? {
    let count = training.count - seasonalPeriod
    guard count > 0 else { return nil }
    let sum = zip(training.dropFirst(seasonalPeriod), training).reduce(0) { $0 + abs($1.0 - $1.1) }
    return sum > 0 ? sum / Double(count) : nil
  }
}

/// Gathers errors of forecasts over windows, targets and series, each value weighing the same.
public struct ForecastErrors: Sendable {
  private var count = 0
  private var squared = 0.0
  private var absolute = 0.0
  private var relative = 0.0
  private var hasZero = false
  private var symmetric = 0.0
  private var scaled = 0.0
  private var scaledCount = 0

  /// No errors yet.
  public init() {}

  /// Adds the errors of some forecasts of one series and target; the shorter sequence sets how many.
  ///
  /// - Parameter scale: the unit of the scaled error; values without one are left out of its mean.
  public mutating func add(actual: some Sequence<Double>, forecast: some Sequence<Double>, scale: Double? = nil) {
    for (value, forecast) in zip(actual, forecast) {
      let error = abs(forecast - value)
      count += 1
      squared += error * error
      absolute += error
      if value == 0 { hasZero = true } else { relative += error / abs(value) }
      let size = abs(value) + abs(forecast)
      if size > 0 { symmetric += 2 * error / size }
      if let scale {
        scaled += error / scale
        scaledCount += 1
      }
    }
  }

  /// The measures over all that was added; `nil` when nothing was, or a forecast was not finite.
  public var metrics: ForecastMetrics? {
    guard count > 0, squared.isFinite, absolute.isFinite else { return nil }
    let n = Double(count)
    return ForecastMetrics(
      count: count, rmse: (squared / n).squareRoot(), mae: absolute / n, mape: hasZero ? nil : 100 * relative / n,
      smape: 100 * symmetric / n, mase: scaledCount == 0 ? nil : scaled / Double(scaledCount))
  }
}
