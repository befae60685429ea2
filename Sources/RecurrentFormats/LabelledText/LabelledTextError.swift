/// Why a file of labelled texts cannot be used: which, where, and how to mend it, in one line.
public enum LabelledTextError: Error, Sendable, Equatable {
  /// The file cannot be read as text.
  case file(TextFileError)
  /// The file is not a table.
  case table(TableError)
  /// There is no labelled text in the file.
  case empty(file: String)
  /// A line is not a JSON object, or a member is of another type.
  case json(TextLocation, problem: String)
  /// A line's object lacks a member.
  case noMember(TextLocation, key: String, keys: [String])
  /// A row has another number of fields than the first.
  case fieldCount(TextLocation, expected: Int, found: Int)
  /// The header lacks a column, or there is none and the columns cannot be told apart.
  case noColumn(TextLocation, name: String, names: [String])
  /// Label and text would be the same column.
  case sameColumn(TextLocation, name: String)
  /// A row has no label.
  case noLabel(TextLocation, LabelledTextFile.Form)
  /// A row has more than one label.
  case severalLabels(TextLocation, [String])
}

extension LabelledTextError: CustomStringConvertible {
  /// One line: what, where, and the mend.
  public var description: String { message.printable(limit: 2000) }

  private var message: String {
    switch self {
    case .file(let error): error.description
    case .table(let error): error.description
    case .empty(let file): "\(file): there is no labelled text; write lines of label, tab, text"
    case .json(let place, let problem): "\(place): \(problem)"
    case .noMember(let place, let key, let keys):
      "\(place): the object has no '\(key.printable())'\(Suggestion.clause(for: key, among: keys)) "
        + "(it has: \(keys.printableList()))"
    case .fieldCount(let place, let expected, let found):
      found < expected
        ? "\(place): \(found) \(found == 1 ? "field" : "fields") where \(expected) are expected; "
          + "put one tab between label and text"
        : "\(place): \(found) fields where \(expected) are expected; replace the tab within the text by a space"
    case .noColumn(let place, let name, let names):
      "\(place): no column is called '\(name.printable())'\(Suggestion.clause(for: name, among: names)) "
        + "(the first line has: \(names.printableList(limit: 10))); name the columns of label and text, by number where "
        + "there is no header"
    case .sameColumn(let place, let name):
      "\(place): column '\(name.printable())' cannot be label and text at once; name two columns"
    case .noLabel(let place, .fastText):
      "\(place): the line does not begin with \(LabelledTextFile.fastTextPrefix); add the label"
    case .noLabel(let place, _): "\(place): the label is empty; write it"
    case .severalLabels(let place, let labels):
      "\(place): the text has several labels (\(labels.printableList())), and a classifier gives one; keep one"
    }
  }
}
