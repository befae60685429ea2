/// A text with the label that a file gives it.
public struct LabelledText: Hashable, Sendable {
  /// The label.
  public let label: String
  /// The text, without white space at its ends.
  public let text: String
  /// The values of the other columns that were asked for, in their order.
  public let attributes: [String]
  /// The line on which it begins, from 1.
  public let line: Int

  /// A text with its label.
  public init(label: String, text: String, attributes: [String] = [], line: Int) {
    self.label = label
    self.text = text
    self.attributes = attributes
    self.line = line
  }
}

/// The columns of a table that hold labels, texts and whatever else is wanted.
public struct LabelledTextColumns: Hashable, Sendable {
  /// The column of the labels: its name, or its number from 1.
  public var label: String
  /// The column of the texts.
  public var text: String
  /// Other columns whose values are wanted, for example to divide the rows by.
  public var attributes: [String]

  /// Columns by name; in a file without names the first holds the labels and the second the texts.
  public init(label: String = "label", text: String = "text", attributes: [String] = []) {
    self.label = label
    self.text = text
    self.attributes = attributes
  }
}

/// The labelled texts of a file.
///
/// Four forms are told apart by the first line that is not blank:
///
/// | form | a line |
/// |---|---|
/// | `fastText` | `__label__positive a film worth seeing` |
/// | `jsonLines` | `{"label": "positive", "text": "a film worth seeing"}` |
/// | `tabSeparated` | `positive<TAB>a film worth seeing`; quotes mean nothing, a header names the columns or is absent |
/// | `commaSeparated` | RFC 4180 with a header |
///
/// Blank lines and rows without a text are passed over and counted.
public struct LabelledTextFile: Sendable {
  /// How labels and texts are written.
  public enum Form: String, Hashable, Sendable, CaseIterable {
    /// Columns between tabs.
    case tabSeparated = "tsv"
    /// The label as a first word that begins with `__label__`.
    case fastText = "fasttext"
    /// Columns between commas or semicolons, with a header.
    case commaSeparated = "csv"
    /// A JSON object on each line.
    case jsonLines = "jsonl"
  }

  /// The path, as the caller named it.
  public let file: String
  /// How labels and texts are written.
  public let form: Form
  /// The texts, in the order of the file.
  public internal(set) var rows: [LabelledText] = []
  /// What was left out.
  public internal(set) var skipped = SkippedRows()

  /// Reads the file at `path`, plain or gzip-compressed.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - form: How it is written; nil finds it from the first line.
  ///   - columns: Which columns hold what.
  /// - Throws: `LabelledTextError` with file, line and column.
  public init(
    path: String, form: Form? = nil, columns: LabelledTextColumns = LabelledTextColumns()
  ) throws(LabelledTextError) {
    let lines: [Substring]
    do throws(TextFileError) { lines = try TextFile.lines(ofFile: path) } catch { throw .file(error) }
    try self.init(lines: lines, file: path, form: form, columns: columns)
  }

  /// Reads lines that are in memory; `file` stands for the path in messages.
  init(lines: [Substring], file: String, form: Form?, columns: LabelledTextColumns) throws(LabelledTextError) {
    self.file = file
    guard let first = lines.first(where: { !$0.isBlank }) else { throw .empty(file: file) }
    self.form = form ?? LabelledTextFile.recognizedForm(of: first)
    switch self.form {
    case .fastText: try readFastText(lines)
    case .jsonLines: try readObjects(lines, columns)
    case .tabSeparated: try readTabs(lines, columns)
    case .commaSeparated: try readTable(lines, columns)
    }
    if rows.isEmpty { throw .empty(file: file) }
  }

  /// The form that a first line shows.
  public static func recognizedForm(of line: Substring) -> Form {
    if line.hasPrefix(fastTextPrefix) { return .fastText }
    if line.first(where: { $0 != " " && $0 != "\t" }) == "{" { return .jsonLines }
    return line.utf8.contains(UInt8(ascii: "\t")) ? .tabSeparated : .commaSeparated
  }

  static let fastTextPrefix = "__label__"

  func place(_ line: Int, column: Int = 1) -> TextLocation { TextLocation(file: file, line: line, column: column) }

  /// Adds a row, or counts it where it has no text.
  mutating func append(label: String, text: Substring, attributes: [String] = [], line: Int) throws(LabelledTextError) {
    let label = label.trimmingWhiteSpace
    guard !label.isEmpty else { throw .noLabel(place(line), form) }
    let text = text.trimmingWhiteSpace
    if text.isEmpty {
      skipped.add("labels without a text", at: place(line))
    } else {
      rows.append(LabelledText(label: label, text: text, attributes: attributes, line: line))
    }
  }
}

extension StringProtocol {
  /// Whether there is nothing but white space.
  var isBlank: Bool { unicodeScalars.allSatisfy(\.properties.isWhitespace) }

  /// The text without white space at its ends.
  var trimmingWhiteSpace: String {
    let scalars = unicodeScalars
    guard let start = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
      let end = scalars.lastIndex(where: { !$0.properties.isWhitespace })
    else { return "" }
    return String(self[start...end])
  }
}
