/// A whole series as one sequence whose steps have the rows before them as channels.
///
/// The step for row `t` reads the rows `t - 1`, `t - 2`, … `t - lookBack`, of each the targets and then the past covariates, and the future
/// covariates of the rows `t` to `t + horizon - 1`; it foretells the targets of these rows. A recurrent layer goes over all
/// steps in one pass and carries its state from the training part into the test part.
public struct LagMatrix: Sendable {
  /// The row each step foretells (with a horizon above 1, the first one).
  public let rows: Range<Int>
  /// The number of channels `C`.
  public let channelCount: Int
  /// What the model reads, `[T, 1, C]`.
  public let inputs: [Float]
  /// What it is to foretell, `[T, 1, H * K]`: for each row of the horizon the `K` targets.
  public let labels: [Float]

  /// Zeros where a label is missing, and ones, in the shape of the labels; empty where missing values are not marked.
  public let labelMask: [Float]

  /// The steps for all rows of a series that have `lookBack` rows before them and `horizon` rows of targets.
  public init(_ series: PreparedSeries, lookBack: Int, horizon: Int = 1, features: WindowFeatures = WindowFeatures()) {
    let first = series.firstRow + LagMatrix.rowsBefore(lookBack: lookBack, features: features)
    rows = first..<max(first, series.count - horizon + 1)
    channelCount = LagMatrix.channelCount(series, lookBack: lookBack, horizon: horizon, features: features)
    inputs = series.lags(before: rows, lookBack: lookBack, horizon: horizon, features: features)
    let labelWidth = horizon * series.targets.count
    var labels = [Float](repeating: 0, count: rows.count * labelWidth)
    var mask = [Float](repeating: 1, count: features.marksMissing ? labels.count : 0)
    let steps = rows.shifted(by: -1)
    series.writeTargets(
      after: steps, horizon: horizon, scales: series.targets.map { _ in .identity },
      to: &labels, from: 0, stride: labelWidth)
    if features.marksMissing {
      series.writeObserved(after: steps, horizon: horizon, to: &mask, from: 0, stride: labelWidth)
    }
    self.labels = labels
    labelMask = mask
  }

  /// The rows that must be known before the first step.
  static func rowsBefore(lookBack: Int, features: WindowFeatures) -> Int { max(lookBack, features.lags.max() ?? 0) }

  /// The number of channels of a step.
  static func channelCount(
    _ series: PreparedSeries, lookBack: Int, horizon: Int, features: WindowFeatures = WindowFeatures()
  ) -> Int {
    channelCount(
      targets: series.targets.count, past: series.pastCovariates.count, future: series.futureCovariates.count,
      calendar: series.calendar.count, lookBack: lookBack, horizon: horizon, features: features)
  }

  /// The number of channels of a step for so many channels of each kind.
  static func channelCount(
    targets: Int, past: Int, future: Int, calendar: Int, lookBack: Int, horizon: Int, features: WindowFeatures
  ) -> Int {
    lookBack * (targets + past) * (features.marksMissing ? 2 : 1) + features.lags.count * targets + horizon * future
      + calendar
  }

  /// The steps whose labels lie wholly in `part`, rows of the series.
  public func steps(in part: Range<Int>, horizon: Int = 1) -> Range<Int> {
    let first = max(part.lowerBound, rows.lowerBound)
    let end = min(part.upperBound - horizon + 1, rows.upperBound)
    return first < end ? first - rows.lowerBound..<end - rows.lowerBound : 0..<0
  }

  /// What the step for a row reads, `[C]`; the row may be the one after the last.
  public static func inputs(
    of series: PreparedSeries, at row: Int, lookBack: Int, horizon: Int = 1, features: WindowFeatures = WindowFeatures()
  ) -> [Float] {
    precondition(row >= series.firstRow + lookBack && row <= series.count, "row \(row) has no look-back")
    return series.lags(before: row..<row + 1, lookBack: lookBack, horizon: horizon, features: features)
  }
}

extension PreparedSeries {
  /// What steps for `rows` read, `[T, 1, C]`.
  fileprivate func lags(before rows: Range<Int>, lookBack: Int, horizon: Int, features: WindowFeatures) -> [Float] {
    let width = LagMatrix.channelCount(self, lookBack: lookBack, horizon: horizon, features: features)
    var inputs = [Float](repeating: 0, count: rows.count * width)
    guard !rows.isEmpty else { return [] }
    var start = 0
    func write(_ values: [Double], _ rows: Range<Int>) {
      scatter(values, rows, to: &inputs, from: start, stride: width)
      start += 1
    }
    for lag in 1..<lookBack + 1 {
      for values in targets + pastCovariates { write(values, rows.shifted(by: -lag)) }
      if features.marksMissing {
        for values in targets + pastCovariates {
          scatterGaps(values, rows.shifted(by: -lag), to: &inputs, from: start, stride: width)
          start += 1
        }
      }
    }
    for lag in features.lags {
      for values in targets { write(values, rows.shifted(by: -lag)) }
    }
    for ahead in 0..<horizon {
      for values in futureCovariates { write(values, rows.shifted(by: ahead)) }
    }
    for values in calendar { write(values, rows) }
    return inputs
  }
}
