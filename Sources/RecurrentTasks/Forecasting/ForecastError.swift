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
    case .tooFewRows(let series, let rows, let needed):
      "\(series): \(rows) rows, and a forecast needs \(needed) before it; give more history"
    }
  }

  /// Bad data, a bad model, or settings that do not go together.
  public var exitStatus: ExitStatus {
    switch self {
    case .series(let error): error.exitStatus
    case .split, .settings, .backtest, .pastCovariates: .usage
    case .preparation, .tooFewRows: .badData
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
