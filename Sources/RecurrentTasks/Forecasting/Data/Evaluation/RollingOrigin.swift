import RecurrentFormats

/// The origins of a backtest: the rows from which forecasts are made as if nothing after them were known.
public enum RollingOrigin {
  /// The origins of `windows` forecasts over `horizon` rows, `step` rows apart, the last of which ends with the series.
  ///
  /// - Parameters:
  ///   - count: the rows of the series.
  ///   - history: the rows that must lie before the first origin.
  ///   - name: what messages call the series.
  /// - Returns: the first row to foretell of each forecast, ascending.
  /// - Throws: `BacktestError` for a setting below 1 or too few rows.
  public static func origins(
    count: Int, windows: Int, step: Int, horizon: Int, history: Int, name: String
  ) throws(BacktestError) -> [Int] {
    for (setting, value) in [("windows", windows), ("step", step), ("horizon", horizon)]
    where !(1...WindowShape.limit ~= value) {
      throw .invalidSetting(name: setting, value: value)
    }
    // No overflow: all factors are at most a million.
    let needed = history + (windows - 1) * step + horizon
    guard count >= needed else { throw .tooFewRows(series: name, rows: count, needed: needed, history: history) }
    return (0..<windows).map { count - horizon - (windows - 1 - $0) * step }
  }
}

/// Why a backtest cannot be made.
public enum BacktestError: Error, Sendable, Equatable {
  /// A setting that is not positive or too large.
  case invalidSetting(name: String, value: Int)
  /// The series is too short for so many windows.
  case tooFewRows(series: String, rows: Int, needed: Int, history: Int)
}

extension BacktestError: CustomStringConvertible {
  /// One line: what happened, where, and how to mend it.
  public var description: String { message.printable(limit: 2000) }

  private var message: String {
    switch self {
    case .invalidSetting(let name, let value):
      "\(name) \(value): must be 1 to \(WindowShape.limit)"
    case .tooFewRows(let series, let rows, let needed, let history):
      "\(series): \(rows) rows, and these windows need \(needed) (\(history) of them before the first); ask for fewer windows, "
        + "a smaller step or a shorter horizon"
    }
  }
}
