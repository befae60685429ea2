/// Chooses times to mark on an axis of seconds since 1970: whole seconds, minutes, hours, days, weeks, months or years, whatever fits.
public enum CalendarTicks {
  /// The distance between two marks.
  enum Step: Hashable {
    case seconds(Int)
    case days(Int)
    /// Mondays.
    case weeks
    case months(Int)
    case years(Int)

    /// About how many seconds it is.
    var duration: Double {
      switch self {
      case .seconds(let count): Double(count)
      case .days(let count): Double(count) * CalendarDate.secondsPerDay
      case .weeks: 7 * CalendarDate.secondsPerDay
      case .months(let count): Double(count) * 30.44 * CalendarDate.secondsPerDay
      case .years(let count): Double(count) * 365.24 * CalendarDate.secondsPerDay
      }
    }
  }

  static let steps: [Step] =
    [1, 5, 15, 30, 60, 300, 900, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600].map { .seconds($0) }
    + [.days(1), .days(2), .weeks, .months(1), .months(3), .months(6)]
    + [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000].map { .years($0) }

  /// Times inside the domain, at most about `count`.
  public static func ticks(for domain: ClosedRange<Double>, count: Int) -> [Tick] {
    let span = domain.upperBound - domain.lowerBound
    guard let step = steps.first(where: { span / $0.duration <= Double(max(count, 1)) }) ?? steps.last,
      let first = CalendarDate(secondsSince1970: domain.lowerBound),
      CalendarDate(secondsSince1970: domain.upperBound) != nil
    else { return [] }
    var ticks: [Tick] = []
    var lastContext: String?
    var next = floor(first, to: step)
    while let date = next, date.secondsSince1970 <= domain.upperBound {
      if date.secondsSince1970 >= domain.lowerBound {
        let context = context(of: date, step: step)
        ticks.append(
          Tick(
            value: date.secondsSince1970, label: label(of: date, step: step),
            context: context == lastContext ? nil : context))
        lastContext = context
      }
      next = successor(of: date, step: step)
    }
    return ticks
  }

  /// The last mark at or before a date.
  private static func floor(_ date: CalendarDate, to step: Step) -> CalendarDate? {
    switch step {
    case .seconds(let count):
      let seconds = date.secondsSince1970
      return CalendarDate(secondsSince1970: (seconds / Double(count)).rounded(.down) * Double(count))
    case .days(let count):
      // Every second day begins anew with each month, so that the marks are the same odd days everywhere.
      return CalendarDate(year: date.year, month: date.month, day: (date.day - 1) / count * count + 1)
    case .weeks:
      let monday = date.daysSince1970 - date.weekday + 1
      return CalendarDate(secondsSince1970: Double(monday) * CalendarDate.secondsPerDay)
    case .months(let count):
      return CalendarDate(year: date.year, month: (date.month - 1) / count * count + 1)
    case .years(let count):
      return CalendarDate(year: date.year / count * count)
    }
  }

  private static func successor(of date: CalendarDate, step: Step) -> CalendarDate? {
    switch step {
    case .seconds(let count): CalendarDate(secondsSince1970: date.secondsSince1970 + Double(count))
    case .days(let count):
      // The 31st is left out where the first follows at once.
      date.day + count <= min(CalendarDate.dayCount(ofMonth: date.month, year: date.year), 31 - count + 1)
        ? CalendarDate(year: date.year, month: date.month, day: date.day + count)
        : CalendarDate(year: date.year, month: date.month)?.adding(months: 1)
    case .weeks: CalendarDate(secondsSince1970: date.secondsSince1970 + 7 * CalendarDate.secondsPerDay)
    case .months(let count): date.adding(months: count)
    case .years(let count): date.adding(months: 12 * count)
    }
  }
}

// MARK: - Labels

extension CalendarTicks {
  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  private static func label(of date: CalendarDate, step: Step) -> String {
    switch step {
    case .seconds(let count):
      let time = "\(twoDigits(date.hour)):\(twoDigits(date.minute))"
      return count < 60 ? "\(time):\(twoDigits(Int(date.second)))" : time
    case .days, .weeks: return "\(date.day) \(months[date.month - 1])"
    case .months: return months[date.month - 1]
    case .years: return String(date.year)
    }
  }

  /// The next larger unit, which stands in a second line where it changes.
  private static func context(of date: CalendarDate, step: Step) -> String? {
    switch step {
    case .seconds: "\(date.day) \(months[date.month - 1]) \(date.year)"
    case .days, .weeks, .months: String(date.year)
    case .years: nil
    }
  }

  private static func twoDigits(_ value: Int) -> String { (value < 10 ? "0" : "") + String(value) }
}
