public import RecurrentFormats
public import RecurrentTraining

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A cycle of the calendar that a model is shown as the sine and cosine of its phase, so that its end meets its beginning.
public enum CalendarFeature: String, SettingChoice, Hashable, Codable {
  /// The time of day.
  case hour
  /// The day of the week.
  case weekday
  /// The month of the year.
  case month
  /// The day of the year.
  case dayOfYear = "day-of-year"

  /// The cycles that are longer than one step of `frequency` and repeat within years; none for years and steps without a
  /// calendar.
  public static func automatic(for frequency: Frequency) -> [CalendarFeature] {
    switch frequency.unit {
    case .second, .minute, .hour: [.hour, .weekday, .dayOfYear]
    case .day: [.weekday, .dayOfYear]
    case .week: [.dayOfYear]
    case .month, .quarter: [.month]
    case .step, .year: []
    }
  }

  /// Where a time stands in the cycle, from 0 to below 1.
  public func phase(of date: CalendarDate) -> Double {
    switch self {
    case .hour: (Double(date.hour) + Double(date.minute) / 60 + date.second / 3600) / 24
    case .weekday: Double(date.weekday - 1) / 7
    case .month: Double(date.month - 1) / 12
    case .dayOfYear: Double(date.dayOfYear - 1) / (CalendarDate.isLeap(date.year) ? 366 : 365)
    }
  }

  /// Sine and cosine of the rows `0..<count` of a time axis; zeros beyond the years of the calendar.
  func channels(of time: TimeAxis, count: Int) -> [[Double]] {
    let phases = (0..<count).map { row in
      time.stamp(at: row).flatMap { time.form.date(of: $0) }.map { 2 * Double.pi * phase(of: $0) }
    }
    return [phases.map { $0.map(sin) ?? 0 }, phases.map { $0.map(cos) ?? 0 }]
  }
}
