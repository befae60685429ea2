import RecurrentFormats

/// The times of a regular series: row `i` is `i` steps after the first.
///
/// Rows before the first and past the last exist as well, which is how forecasts get their times.
public struct TimeAxis: Sendable, Hashable, Codable {
  /// The time of row 0.
  public let start: TimeStamp
  /// The step from row to row.
  public let frequency: Frequency
  /// How times are written.
  public let form: TimeForm
  /// For steps of months, the day of the month meant, 1 to 31; shorter months take their last day.
  public let anchorDay: Int

  /// An axis that begins at `start`; `anchorDay` is by default the day of `start`.
  public init(start: TimeStamp, frequency: Frequency, form: TimeForm, anchorDay: Int? = nil) {
    self.start = start
    self.frequency = frequency
    self.form = form
    self.anchorDay =
      anchorDay ?? form.date(of: start)?.day ?? 1
  }

  /// The axis of a series without time column: row numbers from 1.
  public static let rowNumbers = TimeAxis(start: TimeStamp(1), frequency: Frequency(.step), form: .rowNumber)

  /// The time of a row; `nil` beyond the years 0 to 9999 or the range of integers.
  public func stamp(at row: Int) -> TimeStamp? {
    guard let months = frequency.months else {
      let (distance, overflow) = row.multipliedReportingOverflow(by: frequency.fixedStep ?? 1)
      let (value, overflow2) = start.value.addingReportingOverflow(distance)
      return overflow || overflow2 ? nil : TimeStamp(value)
    }
    guard let first = form.date(of: start),
      let firstOfMonth = CalendarDate(
        year: first.year, month: first.month, hour: first.hour, minute: first.minute, second: first.second)
    else { return nil }
    let (distance, overflow) = row.multipliedReportingOverflow(by: months)
    guard !overflow, let month = firstOfMonth.adding(months: distance) else { return nil }
    let day = min(anchorDay, CalendarDate.dayCount(ofMonth: month.month, year: month.year))
    return TimeStamp(Int(month.secondsSince1970) + (day - 1) * 86_400 - form.offsetSeconds)
  }

  /// The time of a row as it is written in the data; an empty text beyond the years 0 to 9999.
  public func label(at row: Int) -> String {
    stamp(at: row).flatMap { form.text(of: $0) } ?? ""
  }

  /// The first row, of those from 0 up to `count`, whose time is not before `stamp`; `count` when all are.
  public func firstRow(notBefore stamp: TimeStamp, count: Int) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = low + (high - low) / 2
      if let time = self.stamp(at: middle), time < stamp { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// This axis, beginning at another of its rows.
  public func advanced(by rows: Int) -> TimeAxis? {
    stamp(at: rows).map { TimeAxis(start: $0, frequency: frequency, form: form, anchorDay: anchorDay) }
  }
}
