public import RecurrentFormats

extension SeriesFrame {
  /// Reads the series of a table.
  ///
  /// - Parameters:
  ///   - name: a path (plain or gzip-compressed) or a built-in data set (`builtin:airline`).
  ///   - columns: which columns hold what.
  ///   - dialect: how the file is written.
  /// - Throws: `SeriesError`, naming line and column, when a column or value is missing or wrong or the times are not those
  ///   of regular series.
  public static func read(
    _ name: String, columns: SeriesColumns = SeriesColumns(), dialect: CSVDialect = CSVDialect()
  ) throws(SeriesError) -> SeriesFrame {
    try read(name, columns: columns, categories: [:], dialect: dialect)
  }

  /// Reads newer data for a model: the same columns, frequency and categories as in training.
  public static func read(
    _ name: String, like schema: SeriesSchema, dialect: CSVDialect = CSVDialect()
  ) throws(SeriesError) -> SeriesFrame {
    try read(name, columns: schema.columns, categories: schema.categories, dialect: dialect)
  }

  /// Reads the series of a table; `categories` are the values known beforehand.
  private static func read(
    _ name: String, columns: SeriesColumns, categories: [String: [String]], dialect: CSVDialect
  ) throws(SeriesError) -> SeriesFrame {
    if let period = columns.seasonalPeriod, !(1...WindowShape.limit ~= period) { throw .seasonalPeriod(period) }
    if columns.layout != .rows {
      var table = try open(name, dialect: dialect)
      guard try nextRecord(&table) else { throw .table(.noRecords(file: table.file)) }
      if columns.layout == .columns || !SeriesRowsReader.isLikely(table) {
        return try readColumns(table, columns: columns, categories: categories)
      }
    }
    var wide = dialect
    wide.allowsVaryingFieldCounts = true
    return try readRows(try open(name, dialect: wide), columns: columns)
  }

  /// Reads the series of an open table in which a record is a time; `categories` are the values known beforehand.
  static func read(
    _ table: consuming CSVReader, columns: SeriesColumns, categories: [String: [String]]
  ) throws(SeriesError) -> SeriesFrame {
    if let period = columns.seasonalPeriod, !(1...WindowShape.limit ~= period) { throw .seasonalPeriod(period) }
    guard try nextRecord(&table) else { throw .table(.noRecords(file: table.file)) }
    return try readColumns(table, columns: columns, categories: categories)
  }

  /// Reads an open table in which a record is a time, from its current record on.
  private static func readColumns(
    _ table: consuming CSVReader, columns: SeriesColumns, categories: [String: [String]]
  ) throws(SeriesError) -> SeriesFrame {
    let roles = try ColumnRoles(columns, table: table)
    var reader = try SeriesTableReader(
      roles, table: table, categories: categories, missing: columns.missing, repeatedTimes: columns.repeatedTimes)
    repeat { try reader.readRow(table) } while try nextRecord(&table)
    return try reader.frame(frequency: columns.frequency, seasonalPeriod: columns.seasonalPeriod)
  }

  /// Reads an open table in which a record is a series.
  private static func readRows(
    _ table: consuming CSVReader, columns: SeriesColumns
  ) throws(SeriesError) -> SeriesFrame {
    var reader = try SeriesRowsReader(columns, file: table.file)
    guard try nextRecord(&table) else { throw .table(.noRecords(file: table.file)) }
    repeat { try reader.readRow(table) } while try nextRecord(&table)
    return reader.frame(file: table.file)
  }

  private static func open(_ name: String, dialect: CSVDialect) throws(SeriesError) -> CSVReader {
    var csv: String?
    if name.hasPrefix(BuiltinTable.prefix) {
      csv = BuiltinTable.csv(named: name)
      guard csv != nil else { throw .unknownBuiltin(name: name) }
    }
    do throws(TableError) {
      if let csv { return try CSVReader(bytes: Array(csv.utf8), name: name) }
      return try CSVReader(path: name, dialect: dialect)
    } catch {
      throw .table(error)
    }
  }

  private static func nextRecord(_ table: inout CSVReader) throws(SeriesError) -> Bool {
    do throws(TableError) { return try table.readRecord() } catch { throw .table(error) }
  }
}
