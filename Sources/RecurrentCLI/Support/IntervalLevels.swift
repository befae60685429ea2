import RecurrentFormats

/// The percentages that intervals are to hold, as they are written on the command line.
enum IntervalLevels {
  /// Rising percentages from text with commas: `80,95`.
  static func parse(_ text: String) throws -> [Double] {
    let levels = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0.filter { $0 != " " }) }
    guard levels.allSatisfy({ $0.map { $0 > 0 && $0 < 100 } ?? false }) else {
      throw UsageError("--levels '\(text.printable(limit: 80))': write percentages above 0 and below 100, as 80,95")
    }
    return Set(levels.compactMap { $0 }).sorted()
  }
}
