public import RecurrentFormats
public import RecurrentTraining

/// Why a classifier cannot be trained or used as asked for.
public enum ClassificationError: Error, Sendable {
  /// A file of texts cannot be used.
  case texts(LabelledTextError)
  /// A file of signals cannot be used.
  case signals(LabelledSeriesError)
  /// A file cannot be read as text.
  case file(TextFileError)
  /// A file of word vectors cannot be used.
  case vectors(WordVectorsError)
  /// No training data are named.
  case noData
  /// A file has no example that can be used.
  case noExamples(file: String, skipped: [String])
  /// Two files hold different kinds of examples.
  case differentFiles(String, String)
  /// Texts are given to a classifier of signals, or signals of other channels.
  case otherInputs(file: String, problem: String)
  /// A part has no examples.
  case emptyPart(String, setting: String)
  /// All examples have one label.
  case oneLabel(String, file: String)
  /// A label does not occur in the training part.
  case unknownLabel(TextLocation, label: String, known: [String])
  /// What should be a number is none.
  case noNumber(TextLocation, label: String)
  /// A sequence is longer than the model takes.
  case tooLong(TextLocation, length: Int, limit: Int)
  /// Settings that do not go together.
  case settings(problem: String, mend: String)
}

extension ClassificationError: DescribedFailure {
  /// One line: what, where, and how to mend it.
  public var description: String { message.printable(limit: 2000) }

  private var message: String {
    switch self {
    case .texts(let error): error.description
    case .signals(let error): error.description
    case .file(let error): error.description
    case .vectors(let error): error.description
    case .noData: "no training data are named; add --data FILE"
    case .noExamples(let file, let skipped):
      "\(file): no example is left\(skipped.isEmpty ? "" : " (" + skipped.joined(separator: "; ") + ")"); "
        + "check the file, and the settings that leave examples out"
    case .differentFiles(let a, let b):
      "\(a) and \(b): the files hold different kinds of examples; name files of one kind"
    case .otherInputs(let file, let problem): "\(file): \(problem); give the model what it was trained on"
    case .emptyPart(let part, let setting): "the \(part) part has no examples; change '\(setting)'"
    case .oneLabel(let label, let file):
      "\(file): all training examples have the label '\(label.printable())'; a classifier needs at least two labels"
    case .unknownLabel(let place, let label, let known):
      "\(place.file):\(place.line): label '\(label.printable())' does not occur in the training part"
        + "\(Suggestion.clause(for: label, among: known)) (it has: \(known.printableList(limit: 10))); correct the label, or "
        + "name the labels to keep"
    case .noNumber(let place, let label):
      "\(place.file):\(place.line): '\(label.printable())' is no number; correct it, or train with target label"
    case .tooLong(let place, let length, let limit):
      "\(place.file):\(place.line): the sequence has \(length) steps, more than maximum_length \(limit); shorten it, raise "
        + "the limit, or set too_long to cut"
    case .settings(let problem, let mend): "\(problem); \(mend)"
    }
  }

  /// Bad data, missing files, or settings that do not go together.
  public var exitStatus: ExitStatus {
    switch self {
    case .texts(.file(let error)), .file(let error), .signals(.file(let error)): error.inputStatus
    case .signals(.input(let error)), .vectors(.input(let error)): error.inputStatus
    case .texts(.table(let error)), .signals(.table(let error)): error.exitStatus
    case .texts(.noColumn), .noData, .settings, .emptyPart: .usage
    default: .badData
    }
  }

  /// Runs `body` and wraps the error it throws.
  static func wrapping<Value>(
    _ body: () throws(LabelledTextError) -> Value
  ) throws(ClassificationError) -> Value {
    do throws(LabelledTextError) { return try body() } catch { throw .texts(error) }
  }

  /// Runs `body` and wraps the error it throws.
  static func wrapping<Value>(
    _ body: () throws(LabelledSeriesError) -> Value
  ) throws(ClassificationError) -> Value {
    do throws(LabelledSeriesError) { return try body() } catch { throw .signals(error) }
  }

  /// Runs `body` and wraps the error it throws.
  static func wrapping<Value>(
    _ body: () throws(TextFileError) -> Value
  ) throws(ClassificationError) -> Value {
    do throws(TextFileError) { return try body() } catch { throw .file(error) }
  }
}

extension TextFileError {
  fileprivate var inputStatus: ExitStatus {
    if case .input(let error) = self { return error.inputStatus }
    return .badData
  }
}

extension InputError {
  fileprivate var inputStatus: ExitStatus {
    if case .file(let error) = self { return error.exitStatus }
    return .badData
  }
}
