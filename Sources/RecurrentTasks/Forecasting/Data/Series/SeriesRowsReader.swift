import RecurrentFormats

/// Reads tables in which a record is a series, its name first and its values after it, as those of the M4 competition.
struct SeriesRowsReader {
  private let missing: MissingRule
  private let seasonalPeriod: Int
  private var series: [Series] = []
  private var names: Set<String> = []
  private var repairs = TableRepairs()

  /// The name that such tables give their one variable.
  static let target = "y"
  /// The name of the column of names.
  static let name = "unique_id"

  /// - Throws: `SeriesError.unfit` where columns are named, which such a table has not.
  init(_ columns: SeriesColumns, file: String) throws(SeriesError) {
    let named = [
      ("time", !(columns.time ?? []).isEmpty), ("past_covariates", !columns.pastCovariates.isEmpty),
      ("future_covariates", !columns.futureCovariates.isEmpty),
      ("target", !columns.targets.isEmpty && columns.targets != [SeriesRowsReader.target]),
    ]
    if let first = named.first(where: { $0.1 }) {
      throw .unfit(
        file: file, problem: "a table with a series a line has no columns to name, and '\(first.0)' is given",
        mend: "leave it out, or choose layout columns")
    }
    if let frequency = columns.frequency, frequency.unit != .step {
      throw .unfit(
        file: file, problem: "a table with a series a line has no calendar, and frequency '\(frequency)' is given",
        mend: "leave it out, and set the season instead")
    }
    missing = columns.missing
    seasonalPeriod = columns.seasonalPeriod ?? 1
    repairs.rule = missing
  }

  /// Whether a table's first record looks like a series: a name, which is no time, and numbers.
  static func isLikely(_ table: borrowing CSVReader) -> Bool {
    guard !table.hasHeader, table.fieldCount > 2, table.number(at: 0) == nil,
      !table.withBytes(at: 0, { CalendarForm.parse($0) != nil })
    else { return false }
    for index in 1..<table.fieldCount where table.number(at: index) == nil { return false }
    return true
  }

  /// Adds the table's current record. Empty fields at its end do not count.
  mutating func readRow(_ table: borrowing CSVReader) throws(SeriesError) {
    var count = table.fieldCount
    while count > 1, table.withBytes(at: count - 1, { $0.isEmpty }) { count -= 1 }
    let name: String
    do throws(TableError) { name = try table.text(at: 0) } catch { throw .table(error) }
    guard names.insert(name).inserted else {
      throw .unfit(
        file: "\(table.file):\(table.line)", problem: "series '\(name)' stands there twice", mend: "delete one of them")
    }
    var values: [Double] = []
    for index in 1..<count {
      if let number = table.number(at: index), number.isFinite {
        values.append(number)
        continue
      }
      let text: String
      do throws(TableError) { text = try table.text(at: index) } catch { throw .table(error) }
      let place = table.location(at: index)
      let column = String(index + 1)
      guard SeriesTableReader.isMissing(text) else {
        throw table.number(at: index) == nil
          ? .notANumber(place, column: column, text: text) : .notFinite(place, column: column, text: text)
      }
      if missing == .error { throw .missingValue(place, column: column, text: text) }
      values.append(.nan)
      repairs.missing[SeriesRowsReader.target, default: 0] += 1
    }
    guard values.contains(where: { !$0.isNaN }) else {
      throw .nothingObserved(table.location(at: 0), column: SeriesRowsReader.target, series: name)
    }
    series.append(
      Series(id: name, targets: [missing.filled(values)], lines: Array(repeating: table.line, count: values.count)))
  }

  /// The series read.
  consuming func frame(file: String) -> SeriesFrame {
    let schema = SeriesSchema(
      time: [], timeForm: .rowNumber, frequency: Frequency(.step), seasonalPeriod: seasonalPeriod,
      series: SeriesRowsReader.name, targets: [SeriesRowsReader.target], layout: .rows, missing: missing)
    return SeriesFrame(file: file, schema: schema, series: series, repairs: repairs)
  }
}
