/// A place in a text file, as editors count: lines and characters from 1.
public struct TextLocation: Sendable, Hashable, CustomStringConvertible {
  /// The file's path.
  public var file: String
  /// The line, from 1.
  public var line: Int
  /// The character in the line, from 1.
  public var column: Int

  /// The character `column` of line `line` in `file`.
  public init(file: String, line: Int, column: Int) {
    self.file = file
    self.line = line
    self.column = column
  }

  /// `file:line:column`, the form that editors and terminals turn into a link.
  public var description: String { "\(file):\(line):\(column)" }
}

/// Why a table could not be read.
public enum TableError: Error, Sendable, Equatable {
  /// The file could not be opened or its bytes not be read.
  case input(InputError)
  /// The file holds nothing, or nothing but blank lines.
  case empty(file: String)
  /// The file has a header and no records.
  case noRecords(file: String)
  /// A zero byte: the file is not text.
  case notText(TextLocation)
  /// The bytes of a field are not UTF-8.
  case notUTF8(TextLocation)
  /// A record with more or fewer fields than the first.
  case fieldCount(TextLocation, expected: Int, found: Int)
  /// A quoted field without its closing quote; the place is that of the opening one.
  case unterminatedQuote(TextLocation)
  /// A quote inside a field that does not begin with one.
  case strayQuote(TextLocation)
  /// Something other than a delimiter or line end after a closing quote.
  case textAfterQuote(TextLocation)
  /// An empty line where the only column should have a value.
  case blankLine(TextLocation)
  /// A record beyond the reader's limit, as a rule because of a missing quote.
  case recordTooLong(TextLocation, bytes: Int)
  /// No column is called so.
  case noSuchColumn(file: String, name: String, columns: [String])
  /// Two columns are called so.
  case ambiguousColumn(file: String, name: String)
}

extension TableError: CustomStringConvertible {
  /// One line: what happened, where, and how to mend it.
  public var description: String { message.printable(limit: 2000) }

  private var message: String {
    switch self {
    case .input(let error):
      error.description
    case .empty(let file):
      "\(file): the file is empty; a table needs at least one record"
    case .noRecords(let file):
      "\(file): there is a header but no record below it; if the first line is data, say that there is no header"
    case .notText(let place):
      "\(place): a zero byte, so this is not a text file; export the table as CSV in UTF-8"
    case .notUTF8(let place):
      "\(place): bytes that are not UTF-8; save the file as UTF-8"
    case .fieldCount(let place, let expected, let found):
      "\(place): \(found) \(found == 1 ? "field" : "fields") where \(expected) are expected; "
        + (found > expected ? "quote a value that holds the delimiter" : "complete the record")
    case .unterminatedQuote(let place):
      "\(place): the quote that opens here is never closed; close it, or double a quote that is part of the text"
    case .strayQuote(let place):
      "\(place): a quote inside an unquoted field; put the whole field in quotes and double the quote inside"
    case .textAfterQuote(let place):
      "\(place): text after a closing quote; double a quote that is part of the text"
    case .blankLine(let place):
      "\(place): a blank line where a value is expected; delete the line or write the value"
    case .recordTooLong(let place, let bytes):
      "\(place): the record is longer than \(bytes) bytes; look for a quote that is not closed"
    case .noSuchColumn(let file, let name, let columns):
      columns == (1...max(columns.count, 1)).map(String.init)
        ? "\(file): no column '\(name.printable())': the first line holds numbers and was not taken for a header; name columns "
          + "by number, 1 to \(columns.count), or say that there is a header"
        : "\(file): no column '\(name.printable())'\(Suggestion.clause(for: name, among: columns)) "
          + "(columns: \(columns.printableList()))"
    case .ambiguousColumn(let file, let name):
      "\(file): two columns are called '\(name.printable())'; rename one of them"
    }
  }
}
