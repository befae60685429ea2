import RecurrentFormats

/// How the times of a series are written, kept with a model so that its forecasts continue in the same form.
public enum TimeForm: Sendable, Hashable {
  /// There is no time column: the times are the numbers of the rows, from 1.
  case rowNumber
  /// Integers.
  case integer
  /// Calendar times in one column.
  case calendar(CalendarForm)
  /// Calendar times in separate columns.
  case calendarColumns(CalendarColumns)

  /// Whether the times are calendar times, so that steps may be months.
  public var isCalendar: Bool {
    switch self {
    case .rowNumber, .integer: false
    case .calendar, .calendarColumns: true
    }
  }

  /// The clock's date and time at `stamp`; `nil` for integer times and beyond the years 0 to 9999.
  func date(of stamp: TimeStamp) -> CalendarDate? {
    guard isCalendar else { return nil }
    let (seconds, overflow) = stamp.value.addingReportingOverflow(offsetSeconds)
    return overflow ? nil : CalendarDate(secondsSince1970: Double(seconds))
  }

  /// How far the clock is ahead of the time stamps.
  var offsetSeconds: Int {
    if case .calendar(let form) = self { form.offsetSeconds } else { 0 }
  }

  /// The time in one text; separate columns are joined as ISO 8601 does. `nil` when the calendar has no such time.
  public func text(of stamp: TimeStamp) -> String? {
    switch self {
    case .rowNumber, .integer: String(stamp.value)
    case .calendar(let form): form.text(of: stamp)
    case .calendarColumns(let columns): columns.text(of: stamp)
    }
  }

  /// The text for each time column, one except for separate columns.
  public func texts(of stamp: TimeStamp) -> [String]? {
    if case .calendarColumns(let columns) = self { return columns.texts(of: stamp) }
    return text(of: stamp).map { [$0] }
  }

  /// The time that a setting such as the beginning of the test part names; `nil` when the text is no time of this kind.
  ///
  /// For calendar times any form will do, also a year alone (`2017`).
  public func stamp(of text: String) -> TimeStamp? {
    guard isCalendar else { return Int(text).map { TimeStamp($0) } }
    if text.utf8.count == 4, let year = Int(text), let date = CalendarDate(year: year) {
      return TimeStamp(Int(date.secondsSince1970))
    }
    return Array(text.utf8).withUnsafeBufferPointer { CalendarForm.parse($0)?.stamp }
  }
}

extension TimeForm: Codable {
  private static let rowNumberText = "row number"
  private static let integerText = "integer"

  /// Reads what `encode(to:)` writes.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let text = try? container.decode(String.self) {
      switch text {
      case TimeForm.rowNumberText: self = .rowNumber
      case TimeForm.integerText: self = .integer
      default: self = .calendar(try container.decode(CalendarForm.self))
      }
    } else {
      self = .calendarColumns(try container.decode(CalendarColumns.self))
    }
  }

  /// Writes `row number`, `integer`, an example of a calendar time, or what the separate columns hold.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .rowNumber: try container.encode(TimeForm.rowNumberText)
    case .integer: try container.encode(TimeForm.integerText)
    case .calendar(let form): try container.encode(form)
    case .calendarColumns(let columns): try container.encode(columns)
    }
  }
}
