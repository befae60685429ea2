import RecurrentFormats

/// Reads the times of a table row by row and finds out how they are written.
struct TimeColumnReader {
  /// The names and places of the time columns; none when the times are row numbers.
  let columns: [(name: String, index: Int)]
  /// How the times read so far are written; `nil` before the first.
  private(set) var form: TimeForm?
  private var firstText = ""
  private let units: [CalendarColumns.Unit]

  /// - Throws: `TimeError.unknownFields` when there are several columns and what they hold cannot be told.
  init(columns: [(name: String, index: Int)], file: String) throws(TimeError) {
    self.columns = columns
    if columns.isEmpty { form = .rowNumber }
    guard columns.count > 1 else {
      units = []
      return
    }
    let names = columns.map(\.name)
    guard let units = CalendarColumns.units(named: names) else { throw .unknownFields(file: file, columns: names) }
    self.units = units
  }

  /// The time of the current record, which is row `row` of its series.
  mutating func read(_ table: borrowing CSVReader, row: Int) throws(SeriesError) -> TimeStamp {
    switch columns.count {
    case 0: return TimeStamp(row + 1)
    case 1: return try readColumn(table)
    default: return try readColumns(table)
    }
  }

  private mutating func readColumn(_ table: borrowing CSVReader) throws(SeriesError) -> TimeStamp {
    let (name, index) = columns[0]
    let calendar = form == .integer ? nil : table.withBytes(at: index) { CalendarForm.parse($0) }
    if let (stamp, newForm) = calendar {
      switch form {
      case nil:
        form = .calendar(newForm)
        firstText = try text(table, at: index)
        return stamp
      case .calendar(var known) where known.agrees(with: newForm):
        // Forecasts continue with the offset of the last row, and without leading zeros if any row lacks one.
        known.zone = newForm.zone
        known.isPadded = known.isPadded && newForm.isPadded
        form = .calendar(known)
        return stamp
      default:
        break
      }
    } else if form == nil || form == .integer, let integer = table.withBytes(at: index, Self.integer) {
      if form == nil { firstText = try text(table, at: index) }
      form = .integer
      return TimeStamp(integer)
    }
    let text = try text(table, at: index)
    let isTime = calendar != nil || (form != nil && Int(text) != nil) || CalendarForm.isTime(text)
    throw .time(
      isTime
        ? .mixedForms(table.location(at: index), column: name, text: text, first: firstText)
        : .notATime(table.location(at: index), column: name, text: text))
  }

  private mutating func readColumns(_ table: borrowing CSVReader) throws(SeriesError) -> TimeStamp {
    var known: CalendarColumns
    if case .calendarColumns(let columns) = form { known = columns } else { known = CalendarColumns(units) }
    var values: [Int] = []
    for (column, unit) in zip(columns, units) {
      guard let value = table.withBytes(at: column.index, { known.value(of: $0, unit: unit) }) else {
        let text = try text(table, at: column.index)
        throw .time(.notATime(table.location(at: column.index), column: column.name, text: text))
      }
      values.append(value)
    }
    guard let stamp = known.stamp(of: values) else {
      let names = columns.map(\.name).joined(separator: ",")
      let text = values.map(String.init).joined(separator: "-")
      throw .time(.notATime(table.location(at: columns[0].index), column: names, text: text))
    }
    form = .calendarColumns(known)
    return stamp
  }

  private func text(_ table: borrowing CSVReader, at index: Int) throws(SeriesError) -> String {
    do throws(TableError) { return try table.text(at: index) } catch { throw .table(error) }
  }

  private static func integer(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    guard !bytes.isEmpty, bytes.count <= 19 else { return nil }
    return Int(String(decoding: bytes, as: UTF8.self))
  }
}

extension CalendarForm {
  /// Whether a text is a calendar time.
  static func isTime(_ text: String) -> Bool {
    Array(text.utf8).withUnsafeBufferPointer { parse($0) != nil }
  }
}
