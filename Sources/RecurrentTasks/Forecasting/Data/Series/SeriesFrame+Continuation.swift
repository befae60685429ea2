extension SeriesFrame {
  /// The series of this frame, each with the rows that came after it.
  ///
  /// - Parameter later: The rows after those of this frame, series by series of the same names.
  /// - Throws: `SeriesError.unfit` where a series is missing or does not begin where the one before ends.
  public func appending(_ later: SeriesFrame) throws(SeriesError) -> SeriesFrame {
    let parts = Dictionary(later.series.map { ($0.id ?? "", $0) }, uniquingKeysWith: { first, _ in first })
    var joined = self
    for (index, series) in series.enumerated() {
      guard let rest = parts[series.id ?? ""] else {
        throw .unfit(
          file: later.file, problem: "series '\(series.id ?? "")' is not there",
          mend: "give what came after every series, under the same names")
      }
      if schema.timeForm != .rowNumber, series.time.stamp(at: series.count) != rest.time.start {
        throw .unfit(
          file: later.name(of: rest),
          problem: "the first time is \(rest.time.label(at: 0)), and \(series.time.label(at: series.count)) comes next",
          mend: "give the rows that come right after those of \(name(of: series))")
      }
      joined.series[index].append(rest)
    }
    guard later.series.count == series.count else {
      throw .unfit(
        file: later.file, problem: "there are \(later.series.count) series, and \(series.count) in \(file)",
        mend: "give what came after every series, under the same names")
    }
    joined.repairs.add(later.repairs)
    return joined
  }
}

extension Series {
  /// Takes over the rows of another series of the same columns.
  fileprivate mutating func append(_ rest: Series) {
    let count = count
    for channel in targets.indices { targets[channel] += rest.targets[channel] }
    for channel in pastCovariates.indices { pastCovariates[channel] += rest.pastCovariates[channel] }
    for channel in futureCovariates.indices {
      futureCovariates[channel] = futureCovariates[channel].prefix(count) + rest.futureCovariates[channel]
    }
    lines = lines.prefix(count) + rest.lines
  }
}

extension TableRepairs {
  fileprivate mutating func add(_ other: TableRepairs) {
    missing.merge(other.missing, uniquingKeysWith: +)
    missingRows += other.missingRows
    repeatedRows += other.repeatedRows
  }
}
