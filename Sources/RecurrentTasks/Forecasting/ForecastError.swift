public import RecurrentFormats
public import RecurrentTraining

/// Why a forecaster cannot be trained or used as asked for.
public enum ForecastError: Error, Sendable {
  /// The data cannot be read or do not fit the model.
  case series(SeriesError)
  /// The parts do not fit the data.
  case split(SplitError)
  /// The preparation does not fit the data.
  case preparation(PreparationError)
  /// The backtest does not fit the data.
  case backtest(BacktestError)
  /// A setting that does not go with another one.
  case settings(SettingsConflict)
  /// Forecasts cannot be fed back because these columns would have to be known ahead.
  case pastCovariates([String], horizon: Int)
  /// A series has too few rows before a forecast.
  case tooFewRows(series: String, rows: Int, needed: Int)

  /// A value that is no count where counts are to be modelled.
  case notACount(file: String, line: Int, column: String, value: Double)
  /// A series that the model does not know, though it tells series apart.
  case unknownSeries(String)
  /// Intervals of a level that the model has no errors for.
  case noCalibration(level: Double?, values: Int)

  /// Two settings that do not go together.
  public struct SettingsConflict: Hashable, Sendable {
    /// The settings and what is wrong with them.
    public let problem: String
    /// How to mend it.
    public let mend: String
  }
}

extension ForecastError: DescribedFailure {
  /// One line: what, where, and how to mend it.
  public var description: String {
    switch self {
    case .series(let error): error.description
    case .split(let error): error.description
    case .preparation(let error): error.description
    case .backtest(let error): error.description
    case .settings(let conflict): "\(conflict.problem); \(conflict.mend)"
    case .pastCovariates(let columns, let horizon):
      "a forecast of \(horizon) steps would need values of \(columns.joined(separator: ", ")) that are not known yet; "
        + "train with --strategy direct --horizon \(horizon), or without past covariates"
    case .notACount(let file, let line, let column, let value):
      "\(file):\(line): column '\(column)': \(value) is no count (a whole number from 0 on); "
        + "choose another output_distribution"
    case .unknownSeries(let name):
      "series '\(name)' did not occur in training, and the model tells series apart; train without series_embedding"
    case .noCalibration(let level?, let values):
      "an interval of \(level) % cannot be told from \(values) errors on the validation part; "
        + "ask for a lower level, or give that part more rows"
    case .noCalibration(nil, _):
      "the model has no errors on a validation part to make intervals from; "
        + "train with a validation part, or with an output_distribution"
    case .tooFewRows(let series, let rows, let needed):
      "\(series): \(rows) rows, and a forecast needs \(needed) before it; give more history"
    }
  }

  /// Bad data, a bad model, or settings that do not go together.
  public var exitStatus: ExitStatus {
    switch self {
    case .series(let error): error.exitStatus
    case .split, .settings, .backtest, .pastCovariates, .noCalibration: .usage
    case .preparation, .tooFewRows, .notACount, .unknownSeries: .badData
    }
  }
}

extension SeriesError: DescribedFailure {
  /// Whether the table is not there, cannot be read, or holds something else than series.
  public var exitStatus: ExitStatus {
    if case .table(let error) = self { return error.exitStatus }
    return .badData
  }
}

extension TableError: DescribedFailure {
  /// Whether the table is not there or is wrong.
  public var exitStatus: ExitStatus {
    switch self {
    case .input(.file(let error)): error.exitStatus
    case .noSuchColumn, .ambiguousColumn: .usage
    default: .badData
    }
  }
}

/// Runs `body` and wraps the error it throws.
func wrapping<Value, Inner: Error>(
  _ wrap: (Inner) -> ForecastError, _ body: () throws(Inner) -> Value
) throws(ForecastError) -> Value {
  do throws(Inner) { return try body() } catch { throw wrap(error) }
}
