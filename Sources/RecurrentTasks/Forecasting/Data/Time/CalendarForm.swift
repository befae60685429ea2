import RecurrentFormats

/// How a calendar time is written in one column: which fields it has and what stands between them.
///
/// Accepted are `1949-01`, `2024-01-31`, `2024-01-31 05`, `2024-01-31 05:00`, `2024-01-31T05:00:00`, quarters (`2024-Q1`,
/// `2024Q1`), `/` in place of `-`, months and days of one digit, fractions of a second that are zero, and after a time of
/// day `Z` or an offset (`+01:00`, `+0100`).
public struct CalendarForm: Sendable, Hashable {
  /// The smallest field that is written.
  public enum Resolution: Sendable {
    case quarter, month, day, hour, minute, second
  }

  /// What says how the clock relates to UTC.
  public enum Zone: Sendable, Hashable {
    /// Nothing: the clock is whatever the data use.
    case unstated
    /// The letter `Z`.
    case utc
    /// An offset in minutes, with or without a colon.
    case offset(minutes: Int, hasColon: Bool)
  }

  /// The smallest field that is written.
  public var resolution: Resolution
  /// `-`, `/` or, before a quarter, nothing.
  public var dateSeparator: String
  /// A space or `T`.
  public var timeSeparator: String
  /// Whether months and days below ten have a leading zero.
  public var isPadded: Bool
  /// The digits after the second, all zero.
  public var fractionDigits: Int
  /// How the clock relates to UTC.
  public var zone: Zone

  /// A form; the defaults are those of ISO 8601.
  public init(
    _ resolution: Resolution, dateSeparator: String = "-", timeSeparator: String = "T", isPadded: Bool = true,
    fractionDigits: Int = 0, zone: Zone = .unstated
  ) {
    self.resolution = resolution
    self.dateSeparator = dateSeparator
    self.timeSeparator = timeSeparator
    self.isPadded = isPadded
    self.fractionDigits = fractionDigits
    self.zone = zone
  }
}

// MARK: - Writing

extension CalendarForm {
  /// The time `stamp` in this form; `nil` when the calendar has no such time.
  public func text(of stamp: TimeStamp) -> String? {
    let (seconds, overflow) = stamp.value.addingReportingOverflow(offsetSeconds)
    guard !overflow, let date = CalendarDate(secondsSince1970: Double(seconds)) else { return nil }
    var text = decimal(date.year, width: 4)
    if resolution == .quarter { return text + dateSeparator + "Q\((date.month + 2) / 3)" }
    let width = isPadded ? 2 : 1
    text += dateSeparator + decimal(date.month, width: width)
    if resolution == .month { return text }
    text += dateSeparator + decimal(date.day, width: width)
    if resolution == .day { return text }
    text += timeSeparator + decimal(date.hour, width: 2)
    if resolution != .hour { text += ":" + decimal(date.minute, width: 2) }
    if resolution == .second { text += ":" + decimal(Int(date.second), width: 2) }
    if fractionDigits > 0 { text += "." + String(repeating: "0", count: fractionDigits) }
    return text + zoneText
  }

  /// How far the clock is ahead of the time stamps, which are UTC where the data state an offset.
  var offsetSeconds: Int {
    if case .offset(let minutes, _) = zone { minutes * 60 } else { 0 }
  }

  private var zoneText: String {
    switch zone {
    case .unstated: ""
    case .utc: "Z"
    case .offset(let minutes, let hasColon):
      (minutes < 0 ? "-" : "+") + decimal(abs(minutes) / 60, width: 2) + (hasColon ? ":" : "")
        + decimal(abs(minutes) % 60, width: 2)
    }
  }
}

// MARK: - Reading

extension CalendarForm {
  /// Reads a calendar time and finds out how it is written; `nil` when the text is none or the calendar lacks it.
  ///
  /// A single date cannot always tell whether a leading zero would be written; `isPadded` is then true.
  public static func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> (stamp: TimeStamp, form: CalendarForm)? {
    var text = Cursor(bytes)
    var form = CalendarForm(.month)
    var day = 1
    guard let year = text.digits(4...4) else { return nil }
    let separator = text.take("-") ?? text.take("/")
    form.dateSeparator = separator ?? ""
    if text.take("Q") != nil {
      form.resolution = .quarter
      guard let quarter = text.digits(1...1), 1...4 ~= quarter, text.isAtEnd else { return nil }
      return date(year, 3 * quarter - 2, 1).map { ($0, form) }
    }
    guard let separator, let month = text.digits(1...2) else { return nil }
    if text.lastDigitCount == 1 { form.isPadded = false }
    if text.take(separator) != nil {
      guard let number = text.digits(1...2) else { return nil }
      if text.lastDigitCount == 1 { form.isPadded = false }
      form.resolution = .day
      day = number
    }
    guard let midnight = date(year, month, day) else { return nil }
    if text.isAtEnd { return (midnight, form) }
    guard form.resolution == .day, let seconds = text.timeOfDay(&form) else { return nil }
    return (TimeStamp(midnight.value + seconds - form.offsetSeconds), form)
  }

  /// Whether a text of form `other` may stand in the same column: only what the time itself may change differs.
  func agrees(with other: CalendarForm) -> Bool {
    var adjusted = other
    adjusted.isPadded = isPadded
    if case .offset(_, let hasColon) = zone, case .offset(_, let otherHasColon) = other.zone {
      guard hasColon == otherHasColon else { return false }
      adjusted.zone = zone
    }
    return self == adjusted
  }

  private static func date(_ year: Int, _ month: Int, _ day: Int) -> TimeStamp? {
    CalendarDate(year: year, month: month, day: day).map { TimeStamp(Int($0.secondsSince1970)) }
  }

  /// What is still to be read of a text.
  private struct Cursor {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0
    private(set) var lastDigitCount = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
      self.bytes = bytes
    }

    var isAtEnd: Bool { position == bytes.count }

    mutating func take(_ character: String) -> String? {
      guard position < bytes.count, bytes[position] == character.utf8.first else { return nil }
      position += 1
      return character
    }

    /// As many digits as there are, up to the upper bound; `nil` when they are fewer than the lower.
    mutating func digits(_ counts: ClosedRange<Int>) -> Int? {
      var value = 0
      lastDigitCount = 0
      while position < bytes.count, lastDigitCount < counts.upperBound,
        case let digit = bytes[position] &- UInt8(ascii: "0"), digit <= 9
      {
        value = value * 10 + Int(digit)
        lastDigitCount += 1
        position += 1
      }
      return lastDigitCount >= counts.lowerBound ? value : nil
    }

    /// The seconds since midnight of all that follows a date.
    mutating func timeOfDay(_ form: inout CalendarForm) -> Int? {
      guard let separator = take(" ") ?? take("T"), let hour = digits(2...2), hour < 24 else { return nil }
      form.timeSeparator = separator
      form.resolution = .hour
      var seconds = hour * 3600
      if take(":") != nil {
        guard let minute = digits(2...2), minute < 60 else { return nil }
        form.resolution = .minute
        seconds += minute * 60
        if take(":") != nil {
          guard let second = digits(2...2), second < 60 else { return nil }
          form.resolution = .second
          seconds += second
          if take(".") != nil {
            guard let fraction = digits(1...9), fraction == 0 else { return nil }
            form.fractionDigits = lastDigitCount
          }
        }
      }
      guard let zone = zone() else { return nil }
      form.zone = zone
      return isAtEnd ? seconds : nil
    }

    private mutating func zone() -> Zone? {
      if isAtEnd { return .unstated }
      if take("Z") != nil { return .utc }
      guard let sign = take("+") ?? take("-"), let hours = digits(2...2), hours < 24 else { return nil }
      let hasColon = take(":") != nil
      guard let minutes = digits(2...2), minutes < 60 else { return nil }
      return .offset(minutes: (sign == "-" ? -1 : 1) * (hours * 60 + minutes), hasColon: hasColon)
    }
  }
}

extension CalendarForm: Codable {
  /// Day and month are below ten, so that their leading zeros show.
  private static let example = CalendarDate(year: 2001, month: 2, day: 3, hour: 4, minute: 5, second: 6)

  /// Reads an example of the form.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let form = Array(text.utf8).withUnsafeBufferPointer({ CalendarForm.parse($0)?.form }) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is no calendar time")
    }
    self = form
  }

  /// Writes a time in this form as an example of it: `2001-02-03 04:05`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    let seconds = CalendarForm.example.map { Int($0.secondsSince1970) } ?? 0
    try container.encode(text(of: TimeStamp(seconds - offsetSeconds)) ?? "")
  }
}

/// A number with leading zeros up to a width.
func decimal(_ value: Int, width: Int) -> String {
  let digits = String(value)
  return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
