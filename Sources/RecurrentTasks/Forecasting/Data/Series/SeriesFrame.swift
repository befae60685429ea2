/// One series: values on a regular time axis, channel by channel.
public struct Series: Sendable, Hashable {
  /// Its name in the table's series column; `nil` in a table of one series.
  public var id: String?
  /// The times of the rows.
  public var time: TimeAxis
  /// The values to forecast, `targets[channel][row]`.
  public var targets: [[Double]]
  /// The covariates known up to the present, `pastCovariates[channel][row]`.
  public var pastCovariates: [[Double]]
  /// The covariates known ahead, `futureCovariates[channel][row]`: as many rows as the targets or more.
  public var futureCovariates: [[Double]]
  /// The line of each row in its file, for messages.
  public var lines: [Int]

  /// A series with these values; the channels of each kind have equal lengths.
  public init(
    id: String? = nil, time: TimeAxis = .rowNumbers, targets: [[Double]], pastCovariates: [[Double]] = [],
    futureCovariates: [[Double]] = [], lines: [Int] = []
  ) {
    let count = targets.first?.count ?? 0
    precondition(!targets.isEmpty && targets.allSatisfy { $0.count == count }, "targets of equal length")
    precondition(pastCovariates.allSatisfy { $0.count == count }, "past covariates as long as the targets")
    precondition(
      futureCovariates.allSatisfy { $0.count == futureCovariates[0].count && $0.count >= count },
      "future covariates at least as long as the targets, of equal length")
    self.id = id
    self.time = time
    self.targets = targets
    self.pastCovariates = pastCovariates
    self.futureCovariates = futureCovariates
    self.lines = lines
  }

  /// The number of rows with known targets.
  public var count: Int { targets[0].count }

  /// The number of rows past the end for which the future covariates are known; `Int.max` when there are none to know.
  public var futureCount: Int { futureCovariates.isEmpty ? .max : futureCovariates[0].count - count }

  /// One target as a series of its own, with all covariates.
  func variable(_ channel: Int) -> Series {
    var series = self
    series.targets = [targets[channel]]
    return series
  }

  /// The line of a row, for messages; the row's number where the series comes from no file.
  public func line(of row: Int) -> Int { lines.indices.contains(row) ? lines[row] : row + 1 }
}

/// One or several series with the same columns.
public struct SeriesFrame: Sendable, Hashable {
  /// The path they come from, for messages.
  public var file: String
  /// What the columns mean.
  public var schema: SeriesSchema
  /// The series, in the order of their first rows.
  public var series: [Series]
  /// What was missing in the table, and what was done about it.
  public var repairs: TableRepairs

  /// A frame of series that fit the schema.
  public init(file: String, schema: SeriesSchema, series: [Series], repairs: TableRepairs = TableRepairs()) {
    self.file = file
    self.schema = schema
    self.series = series
    self.repairs = repairs
  }

  /// What messages call a series: the file, and the series' name where there are several.
  public func name(of series: Series) -> String {
    series.id.map { "\(file), series '\($0)'" } ?? file
  }

  /// Checks that the future covariates are known for `horizon` rows past the end of every series.
  ///
  /// - Throws: `SeriesError.futureTooShort`.
  public func requireFuture(horizon: Int) throws(SeriesError) {
    for series in series where series.futureCount < horizon {
      throw .futureTooShort(
        file: file, series: series.id, rows: series.futureCount, needed: horizon, columns: schema.futureCovariates)
    }
  }
}
