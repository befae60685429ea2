/// Makes a delimited text table (RFC 4180) in memory: UTF-8, commas, `\n` line ends, a header.
///
/// The same values give the same bytes on every machine: a number is written as the shortest decimal that reads back as
/// itself, a whole one without point, and one that is not finite as an empty field.
public struct CSVWriter: Sendable {
  /// A value of a record.
  public enum Value: Sendable, Equatable {
    /// Text, quoted where it has to be.
    case text(String)
    /// A number in double precision.
    case number(Double)
    /// A number in single precision: fewer digits read back as itself.
    case single(Float)
    /// A whole number.
    case integer(Int)
    /// An empty field.
    case missing
  }

  /// The names of the columns.
  public let columns: [String]
  /// The table so far.
  public private(set) var bytes: [UInt8] = []

  /// A table that has a header and no records yet.
  public init(columns: [String]) {
    precondition(!columns.isEmpty, "a table has at least one column")
    self.columns = columns
    appendRecord(columns.map(Value.text))
  }

  /// The table so far, as text.
  public var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Appends a record.
  ///
  /// - Precondition: there are as many values as columns.
  public mutating func append(_ values: [Value]) {
    precondition(values.count == columns.count, "\(values.count) values for \(columns.count) columns")
    appendRecord(values)
  }

  private mutating func appendRecord(_ values: [Value]) {
    for (index, value) in values.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      appendValue(value)
    }
    // A record of one empty field would be a blank line.
    if values.count == 1, bytes.isEmpty || bytes.last == CSVScanner.lineFeed {
      bytes.append(contentsOf: [CSVScanner.quote, CSVScanner.quote])
    }
    bytes.append(CSVScanner.lineFeed)
  }

  private mutating func appendValue(_ value: Value) {
    switch value {
    case .text(let text): appendText(text)
    case .number(let number): appendNumber(number.isFinite ? number.description : "")
    case .single(let number): appendNumber(number.isFinite ? number.description : "")
    case .integer(let integer): bytes.append(contentsOf: integer.description.utf8)
    case .missing: break
    }
  }

  private mutating func appendNumber(_ description: String) {
    let text = description.hasSuffix(".0") ? String(description.dropLast(2)) : description
    bytes.append(contentsOf: (text == "-0" ? "0" : text).utf8)
  }

  private mutating func appendText(_ text: String) {
    let needsQuotes =
      text.utf8.contains { $0 == CSVScanner.quote || $0 == UInt8(ascii: ",") || $0 == 10 || $0 == 13 }
      || text.utf8.first.map(CSVReader.isSpace) ?? false || text.utf8.last.map(CSVReader.isSpace) ?? false
    guard needsQuotes else {
      bytes.append(contentsOf: text.utf8)
      return
    }
    bytes.append(CSVScanner.quote)
    for byte in text.utf8 {
      if byte == CSVScanner.quote { bytes.append(byte) }
      bytes.append(byte)
    }
    bytes.append(CSVScanner.quote)
  }
}
