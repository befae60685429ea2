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

  /// The steps for all rows of a series that have `lookBack` rows before them and `horizon` rows of targets.
  public init(_ series: PreparedSeries, lookBack: Int, horizon: Int = 1) {
    let first = series.firstRow + lookBack
    rows = first..<max(first, series.count - horizon + 1)
    channelCount = series.lagChannelCount(lookBack: lookBack, horizon: horizon)
    inputs = series.lags(before: rows, lookBack: lookBack, horizon: horizon)
    let labelWidth = horizon * series.targets.count
    var labels = [Float](repeating: 0, count: rows.count * labelWidth)
    series.writeTargets(
      after: rows.shifted(by: -1), horizon: horizon, scales: series.targets.map { _ in .identity },
      to: &labels, from: 0, stride: labelWidth)
    self.labels = labels
  }

  /// The steps whose labels lie wholly in `part`, rows of the series.
  public func steps(in part: Range<Int>, horizon: Int = 1) -> Range<Int> {
    let first = max(part.lowerBound, rows.lowerBound)
    let end = min(part.upperBound - horizon + 1, rows.upperBound)
    return first < end ? first - rows.lowerBound..<end - rows.lowerBound : 0..<0
  }

  /// What the step for a row reads, `[C]`; the row may be the one after the last.
  public static func inputs(of series: PreparedSeries, at row: Int, lookBack: Int, horizon: Int = 1) -> [Float] {
    precondition(row >= series.firstRow + lookBack && row <= series.count, "row \(row) has no look-back")
    return series.lags(before: row..<row + 1, lookBack: lookBack, horizon: horizon)
  }
}

extension PreparedSeries {
  fileprivate func lagChannelCount(lookBack: Int, horizon: Int) -> Int {
    lookBack * (targets.count + pastCovariates.count) + horizon * futureCovariates.count
  }

  /// What steps for `rows` read, `[T, 1, C]`.
  fileprivate func lags(before rows: Range<Int>, lookBack: Int, horizon: Int) -> [Float] {
    let width = lagChannelCount(lookBack: lookBack, horizon: horizon)
    var inputs = [Float](repeating: 0, count: rows.count * width)
    guard !rows.isEmpty else { return [] }
    var start = 0
    for lag in 1..<lookBack + 1 {
      for values in targets + pastCovariates {
        scatter(values[rows.shifted(by: -lag)], to: &inputs, from: start, stride: width)
        start += 1
      }
    }
    for ahead in 0..<horizon {
      for values in futureCovariates {
        scatter(values[rows.shifted(by: ahead)], to: &inputs, from: start, stride: width)
        start += 1
      }
    }
    return inputs
  }
}
