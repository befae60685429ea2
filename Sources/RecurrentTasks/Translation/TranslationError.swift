public import RecurrentFormats
public import RecurrentTraining

/// Why a translator cannot be trained or used as asked for.
public enum TranslationError: Error, Sendable, Equatable {
  /// A file of text cannot be read.
  case text(TextFileError)
  /// Frames of numbers cannot be read.
  case signals(LabelledSeriesError)
  /// Two files that belong together have different numbers of lines.
  case lineCounts(source: String, sourceLines: Int, target: String, targetLines: Int)
  /// A line of a table of pairs that is not `source<TAB>target`.
  case notAPair(TextLocation, tabs: Int)
  /// A file without a single pair that can be used.
  case noPairs(file: String)
  /// A part of which one file is named and the other is not, or a table as well.
  case part(String)
  /// No data were named.
  case noData
  /// A share of the data that leaves a part empty, or that is neither a share nor a file.
  case share(String, pairs: Int)
  /// A source that is longer than the model takes.
  case tooLong(TextLocation, symbols: Int, limit: Int)
  /// The data to judge a model on must be named.
  case noTestData
  /// A vocabulary that learning has nothing to choose from.
  case oneSymbol(file: String)
  /// A setting that does not go with another one.
  case contradiction(String)
  /// Something that this model cannot do.
  case unsupported(String, mend: String)
}

extension TranslationError: DescribedFailure {
  /// One line: what, where, and how to mend it.
  public var description: String {
    switch self {
    case .text(let error): error.description
    case .signals(let error): error.description
    case .lineCounts(let source, let sourceLines, let target, let targetLines):
      "\(source.printable(limit: 400)) has \(sourceLines) lines and \(target.printable(limit: 400)) has \(targetLines); line "
        + "i of one belongs to line i of the other, so both need as many"
    case .notAPair(let place, let tabs):
      "\(place): \(tabs == 0 ? "no tab" : "\(tabs) tabs") in the line; write source<TAB>target"
    case .noPairs(let file):
      "\(file.printable(limit: 400)): no pair of a source and a target that can be used; each line needs both, of at most "
        + "maximum_length symbols"
    case .part(let name):
      "\(name): name a table of pairs, or both a file of sources and a file of targets; with frames, an index of them alone"
    case .noData:
      "there is nothing to learn from; name two files with --source FILE --target FILE, or a table of pairs with --data FILE"
    case .share(let share, let pairs):
      "validation '\(share.printable())' of \(pairs) \(pairs == 1 ? "pair" : "pairs") leaves a part empty; name a file, a "
        + "share between 0 and 1 such as 0.05, or null"
    case .tooLong(let place, let symbols, let limit):
      "\(place): \(symbols) symbols, and the model was trained on at most \(limit); break the line"
    case .noTestData: "the model was trained without test data; name pairs with --data FILE"
    case .oneSymbol(let file):
      "\(file.printable(limit: 400)): fewer than two different symbols, so there is nothing to learn; give other data"
    case .contradiction(let problem): "\(problem); change one of the two settings"
    case .unsupported(let problem, let mend): "\(problem); \(mend)"
    }
  }

  /// Bad data, or settings that do not go together.
  public var exitStatus: ExitStatus {
    switch self {
    case .text(.input(.file(let error))): error.exitStatus
    case .signals(.input(.file(let error))): error.exitStatus
    case .text, .signals, .lineCounts, .notAPair, .noPairs, .tooLong, .oneSymbol: .badData
    case .part, .noData, .share, .noTestData, .contradiction, .unsupported: .usage
    }
  }
}
