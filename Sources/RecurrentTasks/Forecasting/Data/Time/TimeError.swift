public import RecurrentFormats

/// Why the times of a table are not those of a regular series.
public enum TimeError: Error, Sendable, Equatable {
  /// The text is no time that is understood.
  case notATime(TextLocation, column: String, text: String)
  /// The time is written in another form than the first one of the column.
  case mixedForms(TextLocation, column: String, text: String, first: String)
  /// Several time columns whose fields cannot be told.
  case unknownFields(file: String, columns: [String])
  /// The row repeats the time of the row before.
  case duplicate(file: String, line: Int, series: String?, time: String)
  /// The row's time is before that of the row before.
  case disorder(file: String, line: Int, series: String?, time: String, previous: String)
  /// The row's time is not the one that follows the row before.
  case gap(
    file: String, line: Int, series: String?, time: String, previous: String, expected: String, frequency: Frequency)
  /// The rows are too few or too irregular to tell the step between them.
  case unknownFrequency(file: String, rows: Int)
  /// The frequency given is one of calendar times and the times are integers, or the other way round.
  case unsuitableFrequency(file: String, frequency: Frequency)
}

extension TimeError: CustomStringConvertible {
  /// One line: what happened, where, and how to mend it.
  public var description: String { message.printable(limit: 2000) }

  private var message: String {
    switch self {
    case .notATime(let place, let column, let text):
      "\(place): column '\(column.printable())': '\(text.printable())' is no time; write it like 2024-01-31, 2024-01-31 05:00, 1949-01 or as an "
        + "integer"
    case .mixedForms(let place, let column, let text, let first):
      "\(place): column '\(column.printable())': '\(text.printable())' is not written like the first time, '\(first.printable())'; use one form throughout"
    case .unknownFields(let file, let columns):
      "\(file): time columns \(columns.printableList()): name them in the order year, month, day, hour, minute"
    case .duplicate(let file, let line, let series, let time):
      "\(file):\(line): time \(time) occurs twice\(TimeError.clause(series)); delete one of the rows, or name a rule for repeated times"
        + (series == nil ? ", or name the column that tells several series apart" : "")
    case .disorder(let file, let line, let series, let time, let previous):
      "\(file):\(line): time \(time) comes after \(previous)\(TimeError.clause(series)); sort the rows by time"
    case .gap(let file, let line, let series, let time, let previous, let expected, let frequency):
      "\(file):\(line): time \(time) follows \(previous)\(TimeError.clause(series)) where \(expected) is expected "
        + "(\(frequency)); add the missing rows, name a rule for missing values, or set the frequency if it is another"
    case .unknownFrequency(let file, let rows):
      "\(file): the step between times cannot be told from \(rows) \(rows == 1 ? "row" : "rows"); set the frequency, for "
        + "example to monthly"
    case .unsuitableFrequency(let file, let frequency):
      "\(file): frequency \(frequency) does not suit the time column; calendar times take hourly, monthly and the like, "
        + "integers '1 step'"
    }
  }

  private static func clause(_ series: String?) -> String {
    series.map { " in series '\($0.printable())'" } ?? ""
  }
}
