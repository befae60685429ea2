extension LabelledTextFile {
  /// `__label__positive a film worth seeing`.
  mutating func readFastText(_ lines: [Substring]) throws(LabelledTextError) {
    for (line, text) in numbered(lines) {
      var rest = text.drop { $0 == " " || $0 == "\t" }
      guard let label = LabelledTextFile.takeFastTextLabel(&rest) else { throw .noLabel(place(line), form) }
      if let second = LabelledTextFile.takeFastTextLabel(&rest) {
        throw .severalLabels(place(line), [label, second])
      }
      try append(label: label, text: rest, line: line)
    }
  }

  /// The first word where it is a label, without its prefix, taken off the line.
  private static func takeFastTextLabel(_ line: inout Substring) -> String? {
    guard line.hasPrefix(fastTextPrefix) else { return nil }
    let word = line.prefix { $0 != " " && $0 != "\t" }
    line = line[word.endIndex...].drop { $0 == " " || $0 == "\t" }
    return String(word.dropFirst(fastTextPrefix.count))
  }

  /// `{"label": "positive", "text": "a film worth seeing"}`.
  mutating func readObjects(_ lines: [Substring], _ columns: LabelledTextColumns) throws(LabelledTextError) {
    for (line, text) in numbered(lines) {
      let value: JSONValue
      do throws(JSONError) { value = try JSONValue(parsing: String(text)) } catch {
        throw .json(place(line, column: error.column), problem: error.explanation)
      }
      guard let object = value.object else { throw .json(place(line), problem: "write one object on each line") }
      func member(_ key: String) throws(LabelledTextError) -> String {
        guard let value = object[key] else {
          throw .noMember(place(line), key: key, keys: object.keys)
        }
        guard let text = value.labelText else {
          throw .json(place(line), problem: "'\(key.printable())' is neither text nor a number; write it as a string")
        }
        return text
      }
      var attributes: [String] = []
      for key in columns.attributes { attributes.append(try member(key)) }
      try append(
        label: try member(columns.label), text: Substring(try member(columns.text)), attributes: attributes, line: line)
    }
  }

  /// `positive<TAB>a film worth seeing`, with or without a line of names above.
  mutating func readTabs(_ lines: [Substring], _ columns: LabelledTextColumns) throws(LabelledTextError) {
    var places: ColumnPlaces?
    for (line, text) in numbered(lines) {
      let fields = text.split(separator: "\t", omittingEmptySubsequences: false)
      guard let known = places else {
        let names = fields.map(\.trimmingWhiteSpace)
        let found = try ColumnPlaces(names, columns, place: place(line))
        places = found
        if !found.hasHeader { try append(fields, found, line: line) }
        continue
      }
      guard fields.count == known.count else {
        throw .fieldCount(place(line), expected: known.count, found: fields.count)
      }
      try append(fields, known, line: line)
    }
  }

  private mutating func append(
    _ fields: [Substring], _ places: ColumnPlaces, line: Int
  ) throws(LabelledTextError) {
    try append(
      label: String(fields[places.label]), text: fields[places.text],
      attributes: places.attributes.map { fields[$0].trimmingWhiteSpace }, line: line)
  }

  /// RFC 4180 with a header.
  mutating func readTable(_ lines: [Substring], _ columns: LabelledTextColumns) throws(LabelledTextError) {
    let records: [LabelledText]
    do throws(TableError) { records = try tableRecords(lines, columns) } catch { throw .table(error) }
    for row in records {
      try append(label: row.label, text: Substring(row.text), attributes: row.attributes, line: row.line)
    }
  }

  private func tableRecords(_ lines: [Substring], _ columns: LabelledTextColumns) throws(TableError) -> [LabelledText] {
    // The lines have lost their ends; within quotes they are part of the text.
    let bytes = Array(lines.joined(separator: "\n").utf8)
    var table = try CSVReader(bytes: bytes, name: file, dialect: CSVDialect(header: .present))
    let label = try table.columnIndex(named: columns.label)
    let text = try table.columnIndex(named: columns.text)
    var attributes: [Int] = []
    for name in columns.attributes { attributes.append(try table.columnIndex(named: name)) }
    var records: [LabelledText] = []
    while try table.readRecord() {
      var values: [String] = []
      for index in attributes { values.append(try table.text(at: index)) }
      records.append(
        LabelledText(
          label: try table.text(at: label), text: try table.text(at: text), attributes: values, line: table.line))
    }
    return records
  }

  /// The lines that are not blank, with their numbers; the blank ones are counted.
  private mutating func numbered(_ lines: [Substring]) -> [(line: Int, text: Substring)] {
    var numbered: [(line: Int, text: Substring)] = []
    for (index, text) in lines.enumerated() {
      if text.isBlank {
        skipped.add("blank lines", at: place(index + 1))
      } else {
        numbered.append((index + 1, text))
      }
    }
    return numbered
  }
}

/// Where the columns of a tab-separated file stand.
private struct ColumnPlaces {
  let count: Int
  let label: Int
  let text: Int
  let attributes: [Int]
  /// Whether the first line names the columns.
  let hasHeader: Bool

  /// Finds the columns in the first line: by their names, by their numbers, or, in a file of two, as label and text.
  init(_ names: [String], _ columns: LabelledTextColumns, place: TextLocation) throws(LabelledTextError) {
    count = names.count
    guard count > 1 else { throw .fieldCount(place, expected: 2, found: 1) }
    let wanted = [columns.label, columns.text] + columns.attributes
    let named = wanted.map { names.firstIndex(of: $0) }
    if named.allSatisfy({ $0 != nil }) {
      hasHeader = true
      (label, text) = (named[0] ?? 0, named[1] ?? 1)
      attributes = named.dropFirst(2).map { $0 ?? 0 }
    } else {
      hasHeader = false
      let numbers = wanted.map { Int($0).flatMap { (1...names.count).contains($0) ? $0 - 1 : nil } }
      if numbers.allSatisfy({ $0 != nil }) {
        (label, text) = (numbers[0] ?? 0, numbers[1] ?? 1)
        attributes = numbers.dropFirst(2).map { $0 ?? 0 }
      } else {
        // One of the names stands there, so this line is a header, and the other name is wrong.
        let missing = wanted.indices.last { named[$0] == nil }.map { wanted[$0] } ?? columns.text
        guard count == 2, columns.attributes.isEmpty, named.allSatisfy({ $0 == nil }) else {
          throw .noColumn(place, name: missing, names: names)
        }
        (label, text, attributes) = (0, 1, [])
      }
    }
    guard label != text else { throw .sameColumn(place, name: columns.label) }
  }
}

extension JSONValue {
  /// A label or text as it is written: a string, or a number or truth value as text.
  fileprivate var labelText: String? {
    switch self {
    case .string(let text): text
    case .integer(let value): String(value)
    case .number(let value): value.description
    case .bool(let value): value ? "true" : "false"
    case .null, .array, .object: nil
    }
  }
}
