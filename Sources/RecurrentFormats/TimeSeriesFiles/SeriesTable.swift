/// A CSV table that is read whole into memory as texts, with the place of each record: small tables such as indices and
/// targets, and the common ground of the readers of sequences.
struct SeriesTable {
  let file: String
  let columns: [String]
  let hasHeader: Bool
  private(set) var records: [[String]] = []
  private(set) var lines: [Int] = []

  /// Reads the table at `path`, plain or gzip-compressed.
  init(path: String, dialect: CSVDialect = CSVDialect()) throws(LabelledSeriesError) {
    do throws(TableError) {
      var table = try CSVReader(path: path, dialect: dialect)
      (file, columns, hasHeader) = (table.file, table.columns, table.hasHeader)
      while try table.readRecord() {
        var fields: [String] = []
        fields.reserveCapacity(table.fieldCount)
        for index in 0..<table.fieldCount { fields.append(try table.text(at: index)) }
        records.append(fields)
        lines.append(table.line)
      }
    } catch {
      throw .table(error)
    }
    if records.isEmpty { throw .table(.noRecords(file: file)) }
  }

  /// The place of a column by its name, or by its number from 1.
  func column(_ name: String) throws(LabelledSeriesError) -> Int {
    if let index = columns.firstIndex(of: name) {
      guard !columns[(index + 1)...].contains(name) else { throw .table(.ambiguousColumn(file: file, name: name)) }
      return index
    }
    if let number = Int(name), (1...columns.count).contains(number) { return number - 1 }
    throw .table(.noSuchColumn(file: file, name: name, columns: columns))
  }

  /// The places of several columns.
  func columns(_ names: [String]) throws(LabelledSeriesError) -> [Int] {
    var places: [Int] = []
    for name in names { places.append(try column(name)) }
    return places
  }

  /// Where a record begins.
  func place(_ record: Int) -> TextLocation { TextLocation(file: file, line: lines[record], column: 1) }

  /// A whole number that is not negative.
  func count(_ column: Int, in record: Int) throws(LabelledSeriesError) -> Int {
    guard let value = Int(records[record][column]), value >= 0 else {
      throw malformed(record, column, "is no whole number from 0")
    }
    return value
  }

  /// A number that single precision can hold.
  func number(_ column: Int, in record: Int) throws(LabelledSeriesError) -> Float {
    guard let value = DecimalNumber.parse(records[record][column]), Float(value).isFinite else {
      throw malformed(record, column, "is no number")
    }
    return Float(value)
  }

  private func malformed(_ record: Int, _ column: Int, _ problem: String) -> LabelledSeriesError {
    let text = records[record][column]
    let name = column < columns.count ? columns[column] : String(column + 1)
    return .malformed(
      place(record),
      problem: text.isEmpty
        ? "a missing value in column '\(name.printable())'"
        : "'\(text.printable(limit: 30))' in column '\(name.printable())' \(problem)",
      mend: text.isEmpty ? "fill it in, or leave the row out" : "correct it, or name the columns that are features")
  }
}
