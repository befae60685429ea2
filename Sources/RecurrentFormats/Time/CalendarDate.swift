/// A date and time of day in the proleptic Gregorian calendar, without time zone (read as UTC) and without leap seconds.
///
/// Time series hold time as seconds since 1970-01-01T00:00:00 in a `Double`; this type turns such a number into a calendar
/// date and back. Years from 0 to 9999 are supported, the ones that ISO 8601 writes with four digits.
public struct CalendarDate: Hashable, Sendable {
  /// The year, 0 to 9999; year 0 is 1 BC.
  public let year: Int
  /// The month, 1 to 12.
  public let month: Int
  /// The day of the month, 1 to 31.
  public let day: Int
  /// The hour, 0 to 23.
  public let hour: Int
  /// The minute, 0 to 59.
  public let minute: Int
  /// The second with its fraction, from 0 to below 60.
  public let second: Double

  /// Makes a date from its fields, or nil where the calendar has no such date or time of day.
  public init?(year: Int, month: Int = 1, day: Int = 1, hour: Int = 0, minute: Int = 0, second: Double = 0) {
    guard Self.years.contains(year), 1...12 ~= month,
      day >= 1, day <= Self.dayCount(ofMonth: month, year: year),
      0...23 ~= hour, 0...59 ~= minute, second >= 0, second < 60
    else { return nil }
    self.init(validYear: year, month: month, day: day, hour: hour, minute: minute, second: second)
  }

  /// Makes the date that lies `seconds` after 1970-01-01T00:00:00, or nil where it is not finite or outside the supported years.
  public init?(secondsSince1970 seconds: Double) {
    guard Self.secondsRange.contains(seconds) else { return nil }
    let dayNumber = (seconds / Self.secondsPerDay).rounded(.down)
    let timeOfDay = seconds - dayNumber * Self.secondsPerDay
    let hour = Int(timeOfDay / 3600)
    let minute = Int((timeOfDay - Double(hour) * 3600) / 60)
    let second = timeOfDay - Double(hour) * 3600 - Double(minute) * 60
    let (year, month, day) = Self.civil(fromDays: Int(dayNumber))
    self.init(validYear: year, month: month, day: day, hour: hour, minute: minute, second: second)
  }

  private init(validYear year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Double) {
    self.year = year
    self.month = month
    self.day = day
    self.hour = hour
    self.minute = minute
    self.second = second
  }

  /// The supported years.
  public static let years = 0...9999

  /// The seconds of a day; there are no leap seconds in this reckoning.
  public static let secondsPerDay = 86_400.0

  /// The seconds since 1970 of all supported dates, from year 0 to the end of year 9999.
  private static let secondsRange =
    Double(days(fromYear: 0, month: 1, day: 1)) * secondsPerDay..<Double(days(fromYear: 10_000, month: 1, day: 1))
    * secondsPerDay
}

// MARK: - Reckoning

extension CalendarDate {
  /// The seconds from 1970-01-01T00:00:00 to this date, negative before it.
  public var secondsSince1970: Double {
    Double(daysSince1970) * Self.secondsPerDay + Double(hour * 3600 + minute * 60) + second
  }

  /// The whole days from 1970-01-01 to this date, negative before it.
  public var daysSince1970: Int { Self.days(fromYear: year, month: month, day: day) }

  /// The day of the week, counted as ISO 8601 does: Monday is 1, Sunday is 7.
  public var weekday: Int {
    // 1970-01-01 was a Thursday.
    let daysSinceMonday = (daysSince1970 + 3) % 7
    return (daysSinceMonday + 7) % 7 + 1
  }

  /// The day of the year: 1 for the first of January, 365 or 366 for the last of December.
  public var dayOfYear: Int { daysSince1970 - Self.days(fromYear: year, month: 1, day: 1) + 1 }

  /// This date `months` months later (earlier where negative), at the last day of the month where that is shorter
  /// (2024-01-31 plus one month is 2024-02-29); nil outside the supported years.
  public func adding(months: Int) -> CalendarDate? {
    let (index, overflow) = (year * 12 + month - 1).addingReportingOverflow(months)
    guard !overflow, index >= 0 else { return nil }
    let (newYear, newMonth) = (index / 12, index % 12 + 1)
    let newDay = min(day, Self.dayCount(ofMonth: newMonth, year: newYear))
    return CalendarDate(year: newYear, month: newMonth, day: newDay, hour: hour, minute: minute, second: second)
  }

  /// The days of a month, 28 to 31. `month` must be 1 to 12.
  public static func dayCount(ofMonth month: Int, year: Int) -> Int {
    precondition(1...12 ~= month, "a month is 1 to 12, not \(month)")
    switch month {
    case 2: return isLeap(year) ? 29 : 28
    case 4, 6, 9, 11: return 30
    default: return 31
    }
  }

  /// Whether the year has a 29th of February.
  public static func isLeap(_ year: Int) -> Bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  }

  // The Gregorian calendar repeats every 400 years. Years are counted from March here, so that the leap day is the last
  // day of its year and the lengths of the months before it follow one straight line (153 days for every 5 months).
  private static let daysPerEra = 146_097
  private static let daysFromMarchOfYear0To1970 = 719_468

  private static func days(fromYear year: Int, month: Int, day: Int) -> Int {
    let marchYear = month > 2 ? year : year - 1
    let era = floorDivide(marchYear, 400)
    let yearOfEra = marchYear - era * 400
    let monthFromMarch = (month + 9) % 12
    let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * daysPerEra + dayOfEra - daysFromMarchOfYear0To1970
  }

  private static func civil(fromDays days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + daysFromMarchOfYear0To1970
    let era = floorDivide(shifted, daysPerEra)
    let dayOfEra = shifted - era * daysPerEra
    // Taking the leap days out of the day number leaves years of 365 days.
    let leapDays = dayOfEra / 1460 - dayOfEra / 36_524 + dayOfEra / 146_096
    let yearOfEra = (dayOfEra - leapDays) / 365
    let dayOfYear = dayOfEra - (yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day)
  }

  private static func floorDivide(_ a: Int, _ b: Int) -> Int {
    (a >= 0 ? a : a - (b - 1)) / b
  }
}

extension CalendarDate: Comparable {
  /// Whether `a` is earlier than `b`.
  public static func < (a: CalendarDate, b: CalendarDate) -> Bool { a.secondsSince1970 < b.secondsSince1970 }
}

extension CalendarDate: CustomStringConvertible {
  /// The date as ISO 8601 writes it: `1949-01-01`, with the time of day where it is not midnight (`2024-02-29T13:05:00`).
  public var description: String {
    let date = "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    guard hour != 0 || minute != 0 || second != 0 else { return date }
    let wholeSecond = Int(second)
    let microseconds = Int((second - Double(wholeSecond)) * 1_000_000)
    let fraction = microseconds == 0 ? "" : "." + padded(microseconds, 6)
    return "\(date)T\(padded(hour, 2)):\(padded(minute, 2)):\(padded(wholeSecond, 2))\(fraction)"
  }

  private func padded(_ value: Int, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
