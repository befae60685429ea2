import Foundation
public import RecurrentTensor

/// Dates written in many ways, and the way of ISO 8601: a small problem of translation, character by character.
///
/// Days are drawn evenly from 1900 to 2099. Numbers with slashes put the month first, numbers with dots the day, so that each
/// way of writing means one day only.
public enum WrittenDates {
  /// What stands in the place of a path to name these data.
  public static let path = "builtin:dates"

  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
  ]
  private static let romanMonths = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"]
  private static let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]

  /// Ten thousand pairs to learn from, and a thousand each to judge and to report on; no date as it is written is in two of
  /// them.
  static func parts(seed: UInt64) -> TranslationParts {
    let key = RandomKey(seed: seed).folding(.data)
    var seen: Set<String> = []
    var pairs: [SentencePair] = []
    var number = 0
    while pairs.count < 12_000 {
      let pair = pair(number, key: key)
      number += 1
      if seen.insert(pair.source).inserted { pairs.append(pair) }
    }
    func corpus(_ range: Range<Int>) -> ParallelCorpus { ParallelCorpus(file: path, pairs: Array(pairs[range])) }
    return TranslationParts(
      train: corpus(0..<10_000), validation: corpus(10_000..<11_000), test: corpus(11_000..<12_000))
  }

  /// One date, as it is written and in the form of ISO 8601.
  ///
  /// - Parameters:
  ///   - number: Which one.
  ///   - key: Where the random numbers come from.
  public static func pair(_ number: Int, key: RandomKey) -> SentencePair {
    let key = key.folding(number)
    let day = key.integer(at: 0, below: 73_049)
    let date = CivilDay(daysSince1900: day)
    let written = written(date, form: key.integer(at: 1, below: 12))
    let letters = key.integer(at: 2, below: 5)
    return SentencePair(
      source: letters == 0 ? written.lowercased() : letters == 1 ? written.uppercased() : written,
      target: "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))")
  }

  private static func written(_ date: CivilDay, form: Int) -> String {
    let (year, month, day) = (date.year, date.month, date.day)
    let name = months[month - 1]
    let short = String(name.prefix(3))
    return switch form {
    case 0: "\(day) \(name) \(year)"
    case 1: "\(name) \(day), \(year)"
    case 2: "\(short) \(day) \(year)"
    case 3: "\(day)-\(short)-\(year)"
    case 4: "\(month)/\(day)/\(year)"
    case 5: "\(padded(month, 2))/\(padded(day, 2))/\(year)"
    case 6: "\(day).\(month).\(year)"
    case 7: "\(padded(day, 2)).\(padded(month, 2)).\(year)"
    case 8: "\(weekdays[date.weekday]), the \(day)\(ending(day)) of \(name) \(year)"
    case 9: "\(weekdays[date.weekday].prefix(3)) \(short) \(day) \(year)"
    case 10: "\(day). \(romanMonths[month - 1]). \(year)"
    default: "\(year), \(name) \(day)\(ending(day))"
    }
  }

  private static func ending(_ day: Int) -> String {
    if (11...13).contains(day) { return "th" }
    return ["th", "st", "nd", "rd"].indices.contains(day % 10) ? ["th", "st", "nd", "rd"][day % 10] : "th"
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}

/// A day of the Gregorian calendar.
private struct CivilDay {
  let year: Int
  let month: Int
  let day: Int
  /// From Sunday, 0.
  let weekday: Int

  init(daysSince1900 days: Int) {
    // 1 January 1900 was a Monday.
    weekday = (days + 1) % 7
    var rest = days
    var year = 1900
    while rest >= Self.length(of: year) {
      rest -= Self.length(of: year)
      year += 1
    }
    var month = 1
    while rest >= Self.length(of: month, in: year) {
      rest -= Self.length(of: month, in: year)
      month += 1
    }
    (self.year, self.month, day) = (year, month, rest + 1)
  }

  private static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }
  private static func length(of year: Int) -> Int { isLeap(year) ? 366 : 365 }
  private static func length(of month: Int, in year: Int) -> Int {
    [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
  }
}
