import RecurrentFormats

/// The columns of one table by role, with everything that was left open settled.
struct ColumnRoles {
  /// A column's name and its place in a record.
  typealias Column = (name: String, index: Int)

  var time: [Column]
  var series: Column?
  var targets: [Column]
  var pastCovariates: [Column]
  var futureCovariates: [Column]
  /// The names of those covariates that hold categories.
  var categories: Set<String>

  /// Settles `columns` on a table whose first record has been read.
  init(_ columns: SeriesColumns, table: borrowing CSVReader) throws(SeriesError) {
    series = try columns.series.map { name throws(SeriesError) in try Self.column(name, in: table) }
    if series == nil, columns.series == nil, table.columns.contains("unique_id") {
      series = try Self.column("unique_id", in: table)
    }
    time = try Self.timeColumns(columns.time, in: table)
    pastCovariates = try Self.columns(columns.pastCovariates, in: table)
    futureCovariates = try Self.columns(columns.futureCovariates, in: table)
    targets = try Self.columns(columns.targets, in: table)
    categories = Set(columns.categories)
    if targets.isEmpty { targets = [try likelyTarget(in: table)] }
    try checkRoles(in: table)
  }

  private static func timeColumns(
    _ names: [String]?, in table: borrowing CSVReader
  ) throws(SeriesError) -> [Column] {
    if let names { return try columns(names, in: table) }
    if table.columns.contains("ds") { return try columns(["ds"], in: table) }
    for index in 0..<table.fieldCount where table.withBytes(at: index, { CalendarForm.parse($0) != nil }) {
      return [(table.columns[index], index)]
    }
    return []
  }

  private func likelyTarget(in table: borrowing CSVReader) throws(SeriesError) -> Column {
    let taken = Set((time + pastCovariates + futureCovariates + (series.map { [$0] } ?? [])).map(\.index))
    let candidates = table.columns.indices.filter { !taken.contains($0) }.map { (table.columns[$0], $0) }
    if let y = candidates.first(where: { $0.0 == "y" }) { return y }
    guard candidates.count == 1 else { throw .noTarget(file: table.file, candidates: candidates.map(\.0)) }
    return candidates[0]
  }

  /// A column may tell the time and be a covariate (the hour, the month), but is otherwise one thing only.
  private func checkRoles(in table: borrowing CSVReader) throws(SeriesError) {
    var seen: Set<Int> = []
    for column in targets + pastCovariates + futureCovariates + (series.map { [$0] } ?? []) {
      if !seen.insert(column.index).inserted { throw .twoRoles(file: table.file, column: column.name) }
    }
    for column in time where targets.contains(where: { $0.index == column.index }) || series?.index == column.index {
      throw .twoRoles(file: table.file, column: column.name)
    }
    let covariates = Set((pastCovariates + futureCovariates).map(\.name))
    for name in categories.sorted() where !covariates.contains(name) {
      _ = try Self.column(name, in: table)
      throw .categoryWithoutRole(file: table.file, column: name)
    }
  }

  private static func columns(_ names: [String], in table: borrowing CSVReader) throws(SeriesError) -> [Column] {
    var columns: [Column] = []
    for name in names { columns.append(try column(name, in: table)) }
    return columns
  }

  private static func column(_ name: String, in table: borrowing CSVReader) throws(SeriesError) -> Column {
    do throws(TableError) { return (name, try table.columnIndex(named: name)) } catch { throw .table(error) }
  }
}
