public import RecurrentFormats
public import RecurrentTraining

/// Why a language model cannot be trained or used as asked for.
public enum GenerationError: Error, Sendable {
  /// A file of text cannot be read.
  case text(TextFileError)
  /// Settings that do not go together.
  case settings(String, mend: String)
  /// A part of the text that is too short to learn from or to be judged on.
  case tooShort(part: String, symbols: Int, needed: Int)
  /// A text with fewer than two different symbols.
  case oneSymbol(file: String)
  /// A record that cannot be used, with its line.
  case record(file: String, line: Int, problem: String)
  /// A part of the data that is neither a share nor a file.
  case part(String, value: String)
  /// A text to go on with that holds symbols which the model does not know, where it has nothing to put in their place.
  case unknownSymbols([String])
  /// A model that cannot begin a text by itself.
  case needsPrompt
  /// Conditions that are not those of the model.
  case conditions(String, mend: String)
}

extension GenerationError: DescribedFailure {
  /// One line: what, where, and how to mend it.
  public var description: String {
    switch self {
    case .text(let error): error.description
    case .settings(let problem, let mend), .conditions(let problem, let mend): "\(problem); \(mend)"
    case .tooShort(let part, let symbols, let needed):
      "the \(part) part has \(symbols) symbols, and at least \(needed) are needed; give more text, a smaller length or a "
        + "smaller batch_size"
    case .oneSymbol(let file):
      "\(file.printable(limit: 400)): the text has fewer than two different symbols, so there is nothing to learn; give "
        + "another text"
    case .record(let file, let line, let problem): "\(file.printable(limit: 400)):\(line):1: \(problem)"
    case .part(let name, let value):
      "\(name): '\(value.printable())' is neither a share between 0 and 1 nor a file; write for example 0.1"
    case .unknownSymbols(let symbols):
      "the model does not know \(symbols.map { "'\($0)'" }.printableList(limit: 10)) and has no unknown symbol; leave "
        + "them out of the prompt"
    case .needsPrompt: "the model has no symbol that a text begins with; give a text to go on with (--prompt)"
    }
  }

  /// Bad data, or settings that do not go together.
  public var exitStatus: ExitStatus {
    switch self {
    case .text(.input(.file(let error))): error.exitStatus
    case .text, .tooShort, .oneSymbol, .record: .badData
    case .settings, .part, .unknownSymbols, .needsPrompt, .conditions: .usage
    }
  }
}

/// Reads text and wraps the error.
func readText(_ path: String) throws(GenerationError) -> String {
  do throws(TextFileError) { return try TextFile.text(ofFile: path) } catch { throw .text(error) }
}
