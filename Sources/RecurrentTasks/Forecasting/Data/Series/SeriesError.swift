public import RecurrentFormats

/// Why a table does not give the series asked for.
public enum SeriesError: Error, Sendable, Equatable {
  /// The file is no table.
  case table(TableError)
  /// The times are not those of regular series.
  case time(TimeError)
  /// There is no built-in data set of this name.
  case unknownBuiltin(name: String)
  /// No target was named and more than one column (or none) could be it.
  case noTarget(file: String, candidates: [String])
  /// A column has two roles that exclude each other.
  case twoRoles(file: String, column: String)
  /// A column is named as a category and is no covariate.
  case categoryWithoutRole(file: String, column: String)
  /// A number is missing: an empty field, `NA`, `NaN` or the like.
  case missingValue(TextLocation, column: String, text: String)
  /// Text in a number column.
  case notANumber(TextLocation, column: String, text: String)
  /// A number that is infinite or too large.
  case notFinite(TextLocation, column: String, text: String)
  /// A category that did not occur in the data the model was trained on.
  case unknownCategory(TextLocation, column: String, value: String, known: [String])
  /// A category column with too many different values.
  case tooManyCategories(TextLocation, column: String, limit: Int)
  /// No row of a series has a value of its targets.
  case nothingObserved(TextLocation, column: String, series: String?)
  /// The settings of the season make no sense.
  case seasonalPeriod(Int)
  /// The table does not fit what is asked of it.
  case unfit(file: String, problem: String, mend: String)
  /// The known future ends before the horizon does.
  case futureTooShort(file: String, series: String?, rows: Int, needed: Int, columns: [String])
}

extension SeriesError: CustomStringConvertible {
  /// One line: what happened, where, and how to mend it.
  public var description: String { message.printable(limit: 2000) }

  private var message: String {
    switch self {
    case .table(let error):
      error.description
    case .time(let error):
      error.description
    case .unknownBuiltin(let name):
      "\(name): no such built-in data set\(Suggestion.clause(for: name, among: BuiltinTable.names)) "
        + "(there is \(BuiltinTable.names.printableList()))"
    case .noTarget(let file, let candidates):
      candidates.isEmpty
        ? "\(file): no column is left to forecast; name the target"
        : "\(file): several columns could be forecast; name the target (columns: \(candidates.printableList()))"
    case .twoRoles(let file, let column):
      "\(file): column '\(column.printable())' has two roles; name it once, as target, past or future covariate"
    case .categoryWithoutRole(let file, let column):
      "\(file): column '\(column.printable())' is named as a category and is no covariate; name it as a past or future covariate too"
    case .missingValue(let place, let column, let text):
      "\(place): column '\(column.printable())' has no value\(text.isEmpty ? "" : " ('\(text.printable())')"); fill it in, or name a rule for missing values"
    case .notANumber(let place, let column, let text):
      "\(place): column '\(column.printable())': '\(text.printable())' is not a number; "
        + (SeriesError.hasDecimalComma(text)
          ? "write the decimal comma as a point" : "mend it, or name a column of a few texts as a category")
    case .notFinite(let place, let column, let text):
      "\(place): column '\(column.printable())': '\(text.printable())' is not a finite number; mend it or leave the rows out"
    case .unknownCategory(let place, let column, let value, let known):
      "\(place): column '\(column.printable())': '\(value.printable())' did not occur in training\(Suggestion.clause(for: value, among: known)) "
        + "(known: \(known.printableList()))"
    case .tooManyCategories(let place, let column, let limit):
      "\(place): column '\(column.printable())' has more than \(limit) different values; use a column with fewer, or numbers"
    case .nothingObserved(let place, let column, let series):
      "\(place): column '\(column.printable())' has no value\(series.map { " in series '\($0.printable())'" } ?? ""); a series needs at least one row"
    case .unfit(let file, let problem, let mend):
      "\(file): \(problem); \(mend)"
    case .seasonalPeriod(let period):
      "a seasonal period of \(period) is none; set 1 (no season) to \(WindowShape.limit), for example 12 for months"
    case .futureTooShort(let file, let series, let rows, let needed, let columns):
      "\(file): \(columns.printableList()) known \(rows) \(rows == 1 ? "row" : "rows") past the end"
        + "\(series.map { " of series '\($0.printable())'" } ?? "") where the horizon needs \(needed); append rows with these columns "
        + "and empty targets, or shorten the horizon"
    }
  }

  private static func hasDecimalComma(_ text: String) -> Bool {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    return parts.count == 2 && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy { $0.isNumber || $0 == "-" } }
  }
}
