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
    var inputs = [Float](repeating: 0, count: rows.count * channelCount)
    var labels = [Float](repeating: 0, count: rows.count * horizon * series.targets.count)
    let scales = series.targets.map { _ in AffineScale.identity }
    for (step, row) in rows.enumerated() {
      series.copyLags(
        before: row, lookBack: lookBack, horizon: horizon, into: &inputs, at: step * channelCount)
      series.copyTargets(
        of: row..., count: horizon, scales: scales, into: &labels, at: step * horizon * series.targets.count)
    }
    self.inputs = inputs
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
    var inputs = [Float](repeating: 0, count: series.lagChannelCount(lookBack: lookBack, horizon: horizon))
    series.copyLags(before: row, lookBack: lookBack, horizon: horizon, into: &inputs, at: 0)
    return inputs
  }
}

extension PreparedSeries {
  fileprivate func lagChannelCount(lookBack: Int, horizon: Int) -> Int {
    lookBack * (targets.count + pastCovariates.count) + horizon * futureCovariates.count
  }

  fileprivate func copyLags(
    before row: Int, lookBack: Int, horizon: Int, into inputs: inout [Float], at offset: Int
  ) {
    var offset = offset
    for lag in 1...lookBack {
      for values in targets + pastCovariates {
        inputs[offset] = Float(values[row - lag])
        offset += 1
      }
    }
    for ahead in 0..<horizon {
      for values in futureCovariates {
        inputs[offset] = Float(values[row + ahead])
        offset += 1
      }
    }
  }
}
