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
  /// The mean squared error in units of the deviation of each target on its training part; absent for a single one.
  public var standardizedMSE: Double?
  /// The mean absolute error in units of the deviation of each target on its training part; absent for a single one.
  public var standardizedMAE: Double?
  /// How well forecast distributions fit, in the unit of the data: twice the mean quantile loss over the levels 0.05, 0.15 … 0.95,
  /// which approximates the continuous ranked probability score; absent for forecasts of one number.
  public var crps: Double?
  /// How the intervals of each level did.
  public var intervals: [IntervalMetrics] = []

  /// The measures that are there, by their names in files: `rmse`, `mae`, `mape`, `smape`, `mase`, and
  /// where they apply `mse_standardized`, `mae_standardized`, `crps`, and `coverage_80` and `width_80` for each level.
  public var values: [(name: String, value: Double)] {
    [
      ("rmse", rmse), ("mae", mae), ("mape", mape), ("smape", smape), ("mase", mase),
      ("mse_standardized", standardizedMSE), ("mae_standardized", standardizedMAE), ("crps", crps),
    ]
    .compactMap { name, value in value.map { (name, $0) } } + intervals.flatMap(\.values)
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
    var (sum, known) = (0.0, 0)
    for (value, before) in zip(training.dropFirst(seasonalPeriod), training) where !value.isNaN && !before.isNaN {
      sum += abs(value - before)
      known += 1
    }
    return sum > 0 ? sum / Double(known) : nil
  }
}

extension ForecastMetrics {
  /// The standard deviation of values, missing ones left out; nil where it is 0.
  static func deviation(of values: ArraySlice<Double>) -> Double? {
    let scale = AffineScale.fit(.standard, to: values.filter { !$0.isNaN })
    return scale.scale > 0 ? scale.scale : nil
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
  private var standardizedSquared = 0.0
  private var standardizedAbsolute = 0.0
  private var standardizedCount = 0

  /// No errors yet.
  public init() {}

  /// Adds the errors of some forecasts of one series and target; the shorter sequence sets how many.
  ///
  /// Missing values (not a number) do not count.
  ///
  /// - Parameters:
  ///   - scale: the unit of the scaled error; values without one are left out of its mean.
  ///   - deviation: the unit of the standardised errors; values without one are left out of their means.
  public mutating func add(
    actual: some Sequence<Double>, forecast: some Sequence<Double>, scale: Double? = nil, deviation: Double? = nil
  ) {
    for (value, forecast) in zip(actual, forecast) where !value.isNaN {
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
      if let deviation {
        standardizedSquared += (error / deviation) * (error / deviation)
        standardizedAbsolute += error / deviation
        standardizedCount += 1
      }
    }
  }

  /// The measures over all that was added; `nil` when nothing was, or a forecast was not finite.
  public var metrics: ForecastMetrics? {
    guard count > 0, squared.isFinite, absolute.isFinite else { return nil }
    let n = Double(count)
    var metrics = ForecastMetrics(
      count: count, rmse: (squared / n).squareRoot(), mae: absolute / n, mape: hasZero ? nil : 100 * relative / n,
      smape: 100 * symmetric / n, mase: scaledCount == 0 ? nil : scaled / Double(scaledCount))
    if standardizedCount > 0 {
      metrics.standardizedMSE = standardizedSquared / Double(standardizedCount)
      metrics.standardizedMAE = standardizedAbsolute / Double(standardizedCount)
    }
    return metrics
  }
}
