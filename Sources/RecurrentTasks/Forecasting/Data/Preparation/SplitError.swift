import RecurrentFormats

/// Why a series cannot be divided as asked for.
public enum SplitError: Error, Sendable, Equatable {
  /// The beginning of a part is no time of the series' kind.
  case notATime(part: Part, text: String, example: String)
  /// A size that is not positive, or a fraction of 1 or more.
  case invalidSize(part: Part, size: String)
  /// A part would begin before the one before it ends.
  case overlap(series: String, part: Part, begins: String, previousEnds: String)
  /// The parts need more rows than there are.
  case beyondEnd(series: String, needed: Int, rows: Int)
  /// A part has no rows.
  case empty(series: String, part: Part)
  /// A part has too few rows for the look-back, the horizon or the differencing.
  case tooFewRows(series: String, part: Part, rows: Int, needed: Int, reason: String)
}

extension SplitError: CustomStringConvertible {
  /// One line: what happened, where, and how to mend it.
  public var description: String { message.printable(limit: 2000) }

  private var message: String {
    switch self {
    case .notATime(let part, let text, let example):
      "\(part.rawValue) part from '\(text)': no time of this series; write it like \(example)"
    case .invalidSize(let part, let size):
      "\(part.rawValue) part of '\(size)': give a fraction below 1, a number of rows, or the time it begins"
    case .overlap(let series, let part, let begins, let previousEnds):
      "\(series): the \(part.rawValue) part begins at \(begins), before the part before it ends (\(previousEnds)); "
        + "let it begin later or shorten the part before"
    case .beyondEnd(let series, let needed, let rows):
      "\(series): the parts need \(needed) rows and there are \(rows); make them smaller"
    case .empty(let series, let part):
      "\(series): the \(part.rawValue) part has no rows; make it larger or leave it out"
    case .tooFewRows(let series, let part, let rows, let needed, let reason):
      "\(series): the \(part.rawValue) part has \(rows) \(rows == 1 ? "row" : "rows") and needs \(needed) (\(reason)); "
        + "give it more rows, or shorten the look-back or the horizon"
    }
  }
}
