public import RecurrentTraining

/// What is done where a number is missing: an empty field, `NA` and the like, or a row that the time axis lacks.
public enum MissingRule: String, SettingChoice, Hashable, Codable {
  /// It is an error.
  case error
  /// It stays missing: the model is told, and neither losses nor errors count it.
  case mask
  /// It lies on a straight line between its neighbours (which come partly after it); at the ends it is that of the nearest.
  case interpolate
  /// It is that of the row before; at the beginning, that of the first row that has one.
  case previous
}

/// What is done where several rows have one time, as when clocks are set back.
public enum RepeatedTimes: String, SettingChoice, Hashable, Codable {
  /// It is an error.
  case error
  /// The first of them counts.
  case first
  /// The last of them counts.
  case last
  /// Their mean counts.
  case mean
}

/// How a table holds series.
public enum TableLayout: String, SettingChoice, Hashable, Codable {
  /// A record is a time, a column a variable.
  case columns
  /// A record is a series: its name and its values.
  case rows
}

/// What was missing in a table or stood there too often, and what was done about it.
public struct TableRepairs: Sendable, Hashable {
  /// The rule for what was missing.
  public var rule = MissingRule.error
  /// The missing values of each column that had any.
  public var missing: [String: Int] = [:]
  /// The rows that the time axis lacked.
  public var missingRows = 0
  /// The rows left out because others have their time.
  public var repeatedRows = 0

  /// Nothing was missing.
  public init() {}

  /// What was done, a sentence each.
  public var notes: [String] {
    let words =
      switch rule {
      case .error, .mask: "left out of losses and errors"
      case .interpolate: "interpolated"
      case .previous: "taken from the row before"
      }
    var notes = missing.sorted { $0.key < $1.key }.map { column, count in
      "\(column): \(count) missing \(count == 1 ? "value" : "values"), \(words)"
    }
    if missingRows > 0 {
      notes.append("\(missingRows) \(missingRows == 1 ? "row" : "rows") added to fill gaps in time")
    }
    if repeatedRows > 0 {
      notes.append(
        "\(repeatedRows) \(repeatedRows == 1 ? "row" : "rows") left out or joined: their times were repeated")
    }
    return notes
  }
}

extension MissingRule {
  /// Values with the missing ones (not a number) replaced; as they are for `error` and `mask`, and where none is known.
  func filled(_ values: [Double]) -> [Double] {
    guard self == .interpolate || self == .previous, let first = values.firstIndex(where: { !$0.isNaN }) else {
      return values
    }
    var filled = values
    for row in 0..<first { filled[row] = values[first] }
    var last = first
    for row in first..<values.count where !values[row].isNaN {
      for gap in last + 1..<max(row, last + 1) {
        let share = Double(gap - last) / Double(row - last)
        filled[gap] = self == .previous ? values[last] : values[last] + share * (values[row] - values[last])
      }
      last = row
    }
    for row in last + 1..<values.count { filled[row] = values[last] }
    return filled
  }
}
