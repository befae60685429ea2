import RecurrentFormats

/// How a calendar time is written in separate columns: year, month, day, hour and minute, as many as there are.
public struct CalendarColumns: Sendable, Hashable, Codable {
  /// A field of a calendar time.
  public enum Unit: String, Sendable, Codable, CaseIterable {
    case year, month, day, hour, minute
  }

  /// How the months of a column are written.
  public enum MonthStyle: String, Sendable, Codable {
    /// `1` or `01`
    case number
    /// `Jan`
    case abbreviation
    /// `January`
    case name
  }

  /// How the letters of month names are written.
  public enum LetterCase: String, Sendable, Codable {
    case title, upper, lower
  }

  /// The field in each column.
  public var units: [Unit]
  /// How months are written.
  public var monthStyle: MonthStyle
  /// The letters of month names.
  public var letterCase: LetterCase
  /// Whether numbers below ten have a leading zero.
  public var isPadded: Bool

  /// Columns with these fields.
  public init(
    _ units: [Unit], monthStyle: MonthStyle = .number, letterCase: LetterCase = .title, isPadded: Bool = false
  ) {
    self.units = units
    self.monthStyle = monthStyle
    self.letterCase = letterCase
    self.isPadded = isPadded
  }

  /// The fields of columns with these names: by name where every name is that of a field (`year`, `Month`), and else in the
  /// order year, month, day, hour, minute. `nil` when there are more columns than fields, a field comes twice, or one is
  /// missing between the year and the smallest.
  public static func units(named names: [String]) -> [Unit]? {
    let byName = names.compactMap { Unit(rawValue: $0.lowercased()) }
    let units = byName.count == names.count ? byName : Array(Unit.allCases.prefix(names.count))
    guard units.count == names.count, Set(units) == Set(Unit.allCases.prefix(units.count)) else { return nil }
    return units
  }

  /// The months' English names.
  static let monthNames = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
  ]
}

// MARK: - Writing

extension CalendarColumns {
  /// The text of each column at `stamp`; `nil` when the calendar has no such time.
  public func texts(of stamp: TimeStamp) -> [String]? {
    guard let date = CalendarDate(secondsSince1970: Double(stamp.value)) else { return nil }
    return units.map { unit in
      switch unit {
      case .year: decimal(date.year, width: 4)
      case .month: monthStyle == .number ? number(date.month) : monthName(date.month)
      case .day: number(date.day)
      case .hour: number(date.hour)
      case .minute: number(date.minute)
      }
    }
  }

  /// The time `stamp` in one text, as ISO 8601 writes it, down to the smallest field there is.
  public func text(of stamp: TimeStamp) -> String? {
    switch units.count {
    case 1: CalendarForm(.month).text(of: stamp).map { String($0.prefix(4)) }
    case 2: CalendarForm(.month).text(of: stamp)
    case 3: CalendarForm(.day).text(of: stamp)
    default: CalendarForm(.minute, timeSeparator: " ").text(of: stamp)
    }
  }

  private func number(_ value: Int) -> String { decimal(value, width: isPadded ? 2 : 1) }

  private func monthName(_ month: Int) -> String {
    let name = CalendarColumns.monthNames[month - 1]
    let text = monthStyle == .name ? name : String(name.prefix(3))
    switch letterCase {
    case .title: return text
    case .upper: return text.uppercased()
    case .lower: return text.lowercased()
    }
  }
}

// MARK: - Reading

extension CalendarColumns {
  /// The number that a text stands for in a column of `unit`, or `nil`; learns from it how months and numbers are written.
  mutating func value(of bytes: UnsafeBufferPointer<UInt8>, unit: Unit) -> Int? {
    if !bytes.isEmpty, bytes.count <= 4, bytes.allSatisfy({ 0x30...0x39 ~= $0 }) {
      if bytes.count == 2, bytes[0] == UInt8(ascii: "0") { isPadded = true }
      return bytes.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
    return unit == .month ? monthNumber(of: String(decoding: bytes, as: UTF8.self)) : nil
  }

  private mutating func monthNumber(of text: String) -> Int? {
    let wanted = text.lowercased()
    for (index, name) in CalendarColumns.monthNames.enumerated() {
      let isName = wanted == name.lowercased()
      guard isName || wanted == name.lowercased().prefix(3) else { continue }
      // "May" is a name and an abbreviation: it is taken for the latter until another month decides.
      if monthStyle != .name { monthStyle = isName && name.count > 3 ? .name : .abbreviation }
      letterCase = text == wanted ? .lower : text == text.uppercased() ? .upper : .title
      return index + 1
    }
    return nil
  }

  /// The time with these values of the columns' fields, or `nil` when the calendar lacks it.
  func stamp(of values: [Int]) -> TimeStamp? {
    func field(_ unit: Unit, otherwise first: Int) -> Int {
      units.firstIndex(of: unit).map { values[$0] } ?? first
    }
    let date = CalendarDate(
      year: field(.year, otherwise: 0), month: field(.month, otherwise: 1), day: field(.day, otherwise: 1),
      hour: field(.hour, otherwise: 0), minute: field(.minute, otherwise: 0))
    return date.map { TimeStamp(Int($0.secondsSince1970)) }
  }
}
