/// Reads a delimited text file (RFC 4180) record by record, holding one record in memory.
///
/// ```swift
/// var table = try CSVReader(path: "passengers.csv")
/// let column = try table.columnIndex(named: "Passengers")
/// while try table.readRecord() { total += table.number(at: column) ?? 0 }
/// ```
/// Gzip files are expanded on the way. A byte order mark, `\r\n` line ends and blank lines between records are passed over;
/// quoted fields may hold delimiters, line ends and doubled quotes. The fields of a record are reached by index and are
/// valid until the next call of `readRecord`.
public struct CSVReader: ~Copyable {
  /// The path, as error messages give it.
  public var file: String { source.name }
  /// The names of the columns; without a header `1`, `2`, … in order, as is a column whose name is empty.
  public private(set) var columns: [String] = []
  /// Whether the first record was taken for the names of the columns.
  public private(set) var hasHeader = false
  /// The delimiter given or found.
  public var delimiter: Character { Character(UnicodeScalar(scanner.delimiter)) }
  /// The line on which the current record begins, from 1.
  public private(set) var line = 1

  /// The longest record that is read when the caller does not say: 16 MiB.
  public static let defaultRecordLimit = 16 << 20

  private let source: any ByteSource
  private let allowsVaryingFieldCounts: Bool
  private let recordLimit: Int
  private var scanner = CSVScanner(delimiter: UInt8(ascii: ","))
  private var buffer = [UInt8](repeating: 0, count: 1 << 16)
  /// The bytes `recordStart..<position` of `buffer` are the current record, `position..<filled` are still to be read.
  private var recordStart = 0
  private var position = 0
  private var filled = 0
  private var isAtEnd = false
  private var nextLine = 1
  private var fields: [CSVField] = []
  private var expectedFieldCount: Int?
  private var firstBlankLine: Int?
  /// Set while the first record has been looked at but not yet delivered.
  private var holdsFirstRecord = false

  /// Opens the table in `path`, plain or gzip-compressed.
  public init(path: String, dialect: CSVDialect = CSVDialect()) throws(TableError) {
    let source: any ByteSource
    do throws(InputError) { source = try TextFile.open(path) } catch { throw .input(error) }
    try self.init(source, dialect: dialect)
  }

  /// Reads the table in `bytes`; `name` stands for the path in error messages.
  public init(bytes: [UInt8], name: String, dialect: CSVDialect = CSVDialect()) throws(TableError) {
    try self.init(MemorySource(bytes, name: name), dialect: dialect)
  }

  /// Reads the table that `source` delivers.
  ///
  /// - Parameter recordLimit: the most bytes a record may have, at least 64 KiB: a quote that is never closed would
  ///   otherwise take in the rest of the file.
  /// - Throws: `TableError` when the source holds no record or the first one is malformed.
  public init(
    _ source: any ByteSource, dialect: CSVDialect = CSVDialect(), recordLimit: Int = CSVReader.defaultRecordLimit
  ) throws(TableError) {
    self.source = source
    self.recordLimit = max(recordLimit, buffer.count)
    allowsVaryingFieldCounts = dialect.allowsVaryingFieldCounts
    while filled < 1 << 15, !isAtEnd { try refill() }
    if buffer[..<filled].starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    scanner = CSVScanner(delimiter: delimiterByte(dialect.delimiter))
    guard try scanRecord() else { throw .empty(file: source.name) }
    try nameColumns(dialect.header)
  }
}

// MARK: - Records

extension CSVReader {
  /// Goes on to the next record; false at the end of the file.
  ///
  /// - Throws: `TableError` when the record breaks the grammar or has another number of fields than the first.
  public mutating func readRecord() throws(TableError) -> Bool {
    if holdsFirstRecord {
      holdsFirstRecord = false
      return true
    }
    return try scanRecord()
  }

  /// The number of fields of the current record.
  public var fieldCount: Int { fields.count }

  /// Calls `body` with the bytes of a field, without the quotes around it (doubled quotes inside are still double) and,
  /// when it is not quoted, without spaces around it.
  public func withBytes<Result>(at index: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    let field = fields[index]
    return buffer.withUnsafeBufferPointer { bytes in
      var start = field.start
      var end = field.end
      if !field.isQuoted {
        while start < end, CSVReader.isSpace(bytes[start]) { start += 1 }
        while end > start, CSVReader.isSpace(bytes[end - 1]) { end -= 1 }
      }
      return body(UnsafeBufferPointer(rebasing: bytes[start..<end]))
    }
  }

  /// The number in a field, or `nil` when its text is not a decimal number; see `DecimalNumber`.
  public func number(at index: Int) -> Double? {
    withBytes(at: index) { DecimalNumber.parse($0) }
  }

  /// The text of a field; spaces around an unquoted one are left out.
  ///
  /// - Throws: `TableError.notUTF8`.
  public func text(at index: Int) throws(TableError) -> String {
    guard let text = withBytes(at: index, { String(validating: $0, as: UTF8.self) }) else {
      throw .notUTF8(location(at: index))
    }
    return fields[index].hasDoubledQuotes ? undoubled(text) : text
  }

  /// Where a field of the current record begins.
  public func location(at index: Int) -> TextLocation {
    let field = fields[index]
    return location(ofByte: field.isQuoted ? field.start - 1 : field.start)
  }

  /// The index of the column called `name`; in a table without header the name is the column's number.
  ///
  /// - Throws: `TableError.noSuchColumn` with the nearest name and the list, or `.ambiguousColumn`.
  public func columnIndex(named name: String) throws(TableError) -> Int {
    guard let index = columns.firstIndex(of: name) else {
      throw .noSuchColumn(file: file, name: name, columns: columns)
    }
    guard !columns[(index + 1)...].contains(name) else { throw .ambiguousColumn(file: file, name: name) }
    return index
  }
}

// MARK: - The buffer

extension CSVReader {
  private mutating func scanRecord() throws(TableError) -> Bool {
    while true {
      guard position < filled else {
        if isAtEnd { return false }
        try refill()
        continue
      }
      let outcome = buffer.withUnsafeBufferPointer {
        scanner.scan(
          UnsafeBufferPointer(rebasing: $0[..<filled]), from: position, isLast: isAtEnd, fields: &fields)
      }
      switch outcome {
      case .incomplete:
        try refill()
      case .fault(let fault, let offset):
        (recordStart, line) = (position, nextLine)
        throw error(fault, at: location(ofByte: offset))
      case .record(let next):
        (recordStart, line) = (position, nextLine)
        position = next
        nextLine += lineCount(recordStart..<next)
        if isBlank {
          firstBlankLine = firstBlankLine ?? line
          continue
        }
        try checkFieldCount()
        return true
      }
    }
  }

  private var isBlank: Bool {
    fields.count == 1 && !fields[0].isQuoted && fields[0].start == fields[0].end
  }

  /// In a table of one column a blank line is a missing value, unless it is among those that end the file.
  private mutating func checkFieldCount() throws(TableError) {
    if allowsVaryingFieldCounts { return }
    guard let expected = expectedFieldCount else {
      expectedFieldCount = fields.count
      firstBlankLine = nil
      return
    }
    if fields.count != expected {
      let place = location(at: min(fields.count - 1, expected))
      throw .fieldCount(place, expected: expected, found: fields.count)
    }
    if expected == 1, let blank = firstBlankLine {
      throw .blankLine(TextLocation(file: file, line: blank, column: 1))
    }
  }

  /// Moves what is still to be read to the front of the buffer, makes the buffer larger when that fills it, and appends
  /// what the source has next.
  private mutating func refill() throws(TableError) {
    if position > 0 {
      buffer.removeFirst(position)
      buffer.append(contentsOf: repeatElement(0, count: position))
      filled -= position
      position = 0
    }
    if filled == buffer.count {
      guard buffer.count < recordLimit else {
        throw .recordTooLong(TextLocation(file: file, line: nextLine, column: 1), bytes: recordLimit)
      }
      buffer.append(contentsOf: repeatElement(0, count: min(buffer.count, recordLimit - buffer.count)))
    }
    do throws(InputError) {
      let count = try source.read(into: &buffer, from: filled)
      filled += count
      isAtEnd = count == 0
    } catch {
      throw .input(error)
    }
  }

  private func lineCount(_ range: Range<Int>) -> Int {
    buffer.withUnsafeBufferPointer { bytes in
      var count = 0
      var i = range.lowerBound
      while i < range.upperBound {
        if bytes[i] == CSVScanner.lineFeed {
          count += 1
        } else if bytes[i] == CSVScanner.carriageReturn {
          count += 1
          if i + 1 < range.upperBound, bytes[i + 1] == CSVScanner.lineFeed { i += 1 }
        }
        i += 1
      }
      return count
    }
  }

  private func location(ofByte offset: Int) -> TextLocation {
    var lineStart = recordStart
    for i in recordStart..<offset where buffer[i] == CSVScanner.lineFeed { lineStart = i + 1 }
    // Continuation bytes of UTF-8 are part of the character before them.
    let column = buffer[lineStart..<offset].count { $0 & 0xC0 != 0x80 } + 1
    return TextLocation(file: file, line: line + lineCount(recordStart..<lineStart), column: column)
  }

  /// Whether a byte is left out around an unquoted field.
  static func isSpace(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
  }

  private func error(_ fault: CSVScanner.Fault, at place: TextLocation) -> TableError {
    switch fault {
    case .zeroByte: .notText(place)
    case .unterminatedQuote: .unterminatedQuote(place)
    case .strayQuote: .strayQuote(place)
    case .textAfterQuote: .textAfterQuote(place)
    }
  }
}

// MARK: - The first record

extension CSVReader {
  private func delimiterByte(_ delimiter: CSVDialect.Delimiter) -> UInt8 {
    switch delimiter {
    case .character(let character):
      guard let byte = character.asciiValue, byte != CSVScanner.quote, byte >= 0x20 || byte == 0x09 else {
        preconditionFailure("a delimiter is one ASCII character that is neither a quote nor a line end")
      }
      return byte
    case .detected:
      return buffer.withUnsafeBufferPointer {
        CSVDialect.detectDelimiter(UnsafeBufferPointer(rebasing: $0[position..<filled]), isWholeFile: isAtEnd)
      }
    }
  }

  private mutating func nameColumns(_ header: CSVDialect.Header) throws(TableError) {
    switch header {
    case .present: hasHeader = true
    case .absent: hasHeader = false
    case .detected: hasHeader = (0..<fields.count).allSatisfy { number(at: $0) == nil }
    }
    holdsFirstRecord = !hasHeader
    for index in 0..<fields.count {
      let name = hasHeader ? try text(at: index) : ""
      columns.append(name.isEmpty ? String(index + 1) : name)
    }
  }
}

/// The text of a quoted field with each doubled quote made one.
private func undoubled(_ text: String) -> String {
  var result = ""
  var isSecond = false
  for scalar in text.unicodeScalars {
    isSecond = scalar == "\"" && !isSecond
    if scalar == "\"" && !isSecond { continue }
    result.unicodeScalars.append(scalar)
  }
  return result
}
