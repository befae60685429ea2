/// The step from one time of a series to the next.
///
/// As text it is `hourly`, `daily`, `weekly`, `monthly`, `quarterly`, `yearly`, `secondly` or `minutely`, and else a count
/// with a unit: `30 minutes` (read from `30-minutely` too), `2 weeks`, `5 steps` (for integer times).
public struct Frequency: Sendable, Hashable {
  /// What is counted.
  public enum Unit: String, Sendable, CaseIterable {
    /// Integers of a time column without calendar, and row numbers.
    case step
    case second, minute, hour, day, week, month, quarter, year
  }

  /// What is counted.
  public let unit: Unit
  /// How many units make a step, at least 1.
  public let count: Int

  /// Steps of `count` units; at most a million, so that no arithmetic on them overflows.
  public init(_ unit: Unit, count: Int = 1) {
    precondition(Frequency.counts.contains(count), "a step is 1 to 1,000,000 units, not \(count)")
    self.unit = unit
    self.count = count
  }

  static let counts = 1...1_000_000

  /// The number of steps after which patterns are taken to repeat: a year of months, quarters or weeks, a week of days, a day
  /// of hours or minutes, an hour of seconds; 1 (no season) for years, integers, and steps that do not divide that span.
  public var seasonalPeriod: Int {
    let span =
      switch unit {
      case .step, .year: 1
      case .second: 3600
      case .minute: 1440
      case .hour: 24
      case .day: 7
      case .week: 52
      case .month: 12
      case .quarter: 4
      }
    return span % count == 0 ? span / count : 1
  }

  /// The months of a step, or `nil` when it has a fixed length.
  public var months: Int? {
    switch unit {
    case .month: count
    case .quarter: 3 * count
    case .year: 12 * count
    default: nil
    }
  }

  /// The seconds of a step, or its integers; `nil` when it is made of months.
  public var fixedStep: Int? {
    switch unit {
    case .step, .second: count
    case .minute: 60 * count
    case .hour: 3600 * count
    case .day: 86_400 * count
    case .week: 604_800 * count
    case .month, .quarter, .year: nil
    }
  }

  /// The frequency with steps of `seconds`, in the largest unit that divides them.
  static func fixed(seconds: Int) -> Frequency? {
    for (unit, length) in [(Unit.week, 604_800), (.day, 86_400), (.hour, 3600), (.minute, 60), (.second, 1)]
    where seconds > 0 && seconds % length == 0 && counts.contains(seconds / length) {
      return Frequency(unit, count: seconds / length)
    }
    return nil
  }

  /// The frequency with steps of `months`, in the largest unit that divides them.
  static func calendar(months: Int) -> Frequency? {
    for (unit, length) in [(Unit.year, 12), (.quarter, 3), (.month, 1)]
    where months > 0 && months % length == 0 && counts.contains(months / length) {
      return Frequency(unit, count: months / length)
    }
    return nil
  }
}

extension Frequency: LosslessStringConvertible {
  private static let adverbs: [(unit: Unit, adverb: String)] = [
    (.second, "secondly"), (.minute, "minutely"), (.hour, "hourly"), (.day, "daily"), (.week, "weekly"),
    (.month, "monthly"),
    (.quarter, "quarterly"), (.year, "yearly"),
  ]

  /// The frequency as text, for example `monthly` or `30 minutes`.
  public var description: String {
    if count == 1, let adverb = Frequency.adverbs.first(where: { $0.unit == unit })?.adverb { return adverb }
    return "\(count) \(unit.rawValue)\(count == 1 ? "" : "s")"
  }

  /// The frequency that `description` names, `nil` when it names none.
  public init?(_ description: String) {
    let text = description.lowercased()
    if let unit = Frequency.adverbs.first(where: { $0.adverb == text })?.unit {
      self.init(unit)
      return
    }
    let words = text.split(omittingEmptySubsequences: false) { $0 == " " || $0 == "-" }
    guard words.count == 2, let count = Int(words[0]), Frequency.counts.contains(count),
      let unit = Frequency.unit(named: words[1])
    else { return nil }
    self.init(unit, count: count)
  }

  private static func unit(named word: Substring) -> Unit? {
    Unit.allCases.first { word == $0.rawValue || word == $0.rawValue + "s" }
      ?? adverbs.first { word == $0.adverb }?.unit
  }
}

extension Frequency: Codable {
  /// Reads the text that `description` gives.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let frequency = Frequency(text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is no frequency")
    }
    self = frequency
  }

  /// Writes `description`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
