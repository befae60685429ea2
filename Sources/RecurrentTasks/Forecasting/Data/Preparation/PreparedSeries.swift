/// A series as a model reads it: targets transformed and scaled, covariates scaled, every row where it was.
public struct PreparedSeries: Sendable {
  /// The series before it was prepared.
  public let source: Series
  /// The transformed and scaled targets, `targets[channel][row]`; rows before `firstRow` are not a number.
  public private(set) var targets: [[Double]]
  /// The scaled covariates known up to the present.
  public let pastCovariates: [[Double]]
  /// The scaled covariates known ahead.
  public let futureCovariates: [[Double]]
  /// Sine and cosine of the calendar, known for some rows past the end.
  public let calendar: [[Double]]
  /// The first row that the transform leaves a value for.
  public let firstRow: Int
  /// The scales of the channels.
  public let scales: ChannelScales

  let transform: Transform

  init(
    _ source: Series, transformed: [[Double]], transform: Transform, scales: ChannelScales, calendar: [[Double]] = []
  ) {
    func scaled(_ channels: [[Double]], _ scales: [AffineScale]) -> [[Double]] {
      zip(channels, scales).map { values, scale in values.map(scale.scaled) }
    }
    self.source = source
    name = source.id ?? ""
    self.transform = transform
    self.scales = scales
    self.calendar = calendar
    targets = scaled(transformed, scales.targets)
    pastCovariates = scaled(source.pastCovariates, scales.pastCovariates)
    futureCovariates = scaled(source.futureCovariates, scales.futureCovariates)
    firstRow = transform.lostRows
  }

  /// The name of the series, with the number of its variable where it is one of several; empty in a table of one series.
  public private(set) var name: String

  /// Each target as a series of its own, with the covariates of all.
  public var variables: [PreparedSeries] {
    targets.indices.map { channel in
      var variable = PreparedSeries(self, channel: channel)
      variable.targets = [targets[channel]]
      return variable
    }
  }

  /// A series with the source of one target and none of the values appended.
  private init(_ series: PreparedSeries, channel: Int) {
    source = series.source.variable(channel)
    name = "\(series.name)/\(channel + 1)"
    transform = series.transform
    scales = ChannelScales(
      targets: [series.scales.targets[channel]], pastCovariates: series.scales.pastCovariates,
      futureCovariates: series.scales.futureCovariates)
    calendar = series.calendar
    targets = [[]]
    pastCovariates = series.pastCovariates
    futureCovariates = series.futureCovariates
    firstRow = series.firstRow
  }

  /// The number of rows with targets: those of the source and those appended.
  public var count: Int { targets[0].count }

  /// The series as it was known before `row`: targets from there on are not there yet, covariates stay.
  public func truncated(before row: Int) -> PreparedSeries {
    var copy = self
    for channel in targets.indices { copy.targets[channel].removeSubrange(row...) }
    return copy
  }

  /// Appends the targets that a model foretells for the row after the last, one for each channel, so that the row after that
  /// can be foretold in turn (the recursive strategy). The source stays as it is.
  public mutating func append(scaledTargets: [Double]) {
    precondition(scaledTargets.count == targets.count, "\(scaledTargets.count) values for \(targets.count) targets")
    for (channel, value) in scaledTargets.enumerated() { targets[channel].append(value) }
  }

  /// The values that scaled targets of consecutive rows stand for.
  ///
  /// Differences are undone from the true values before `row` and then from the restored ones, so that the result depends on
  /// nothing that is unknown at `row`.
  ///
  /// - Parameters:
  ///   - scaled: what a model foretells, `scaled[channel][step]`.
  ///   - row: the row of the first step, at most the number of rows of the source.
  /// - Returns: `[channel][step]`, in the unit of the source.
  public func restored(_ scaled: [[Double]], from row: Int) -> [[Double]] {
    precondition(scaled.count == targets.count, "\(scaled.count) channels for \(targets.count) targets")
    return scaled.indices.map { channel in
      var state = transform.state(before: row, of: source.targets[channel])
      return scaled[channel].map { state.restore(scales.targets[channel].restored($0)) }
    }
  }

  /// The values that scaled targets foretold one step ahead stand for, each from the true values before it.
  ///
  /// - Parameters:
  ///   - scaled: what a model foretells for consecutive rows, `scaled[channel][step]`.
  ///   - row: the row of the first; the last is at most one past the end of the source.
  public func restoredOneStepAhead(_ scaled: [[Double]], from row: Int) -> [[Double]] {
    precondition(scaled.count == targets.count, "\(scaled.count) channels for \(targets.count) targets")
    return scaled.indices.map { channel in
      let values = source.targets[channel]
      var state = transform.state(before: row, of: values)
      return scaled[channel].enumerated().map { step, value in
        var foretold = state
        if row + step < values.count { _ = state.observe(values[row + step]) }
        return foretold.restore(scales.targets[channel].restored(value))
      }
    }
  }
}
