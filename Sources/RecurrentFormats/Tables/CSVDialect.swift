/// How a delimited text file is to be read.
public struct CSVDialect: Sendable, Equatable {
  /// The byte between two fields.
  public enum Delimiter: Sendable, Equatable {
    /// Found from the first records: a comma, a semicolon or a tab.
    case detected
    /// This ASCII character.
    case character(Character)
  }

  /// Whether the first record names the columns.
  public enum Header: Sendable, Equatable {
    /// It does, unless one of its fields is a number.
    case detected
    /// It does.
    case present
    /// It does not: columns are called `1`, `2`, … in order.
    case absent
  }

  /// The byte between two fields.
  public var delimiter: Delimiter
  /// Whether the first record names the columns.
  public var header: Header
  /// Whether records may have different numbers of fields, as in files with one series a line.
  public var allowsVaryingFieldCounts: Bool

  /// A dialect; without arguments everything is found from the file and every record has as many fields as the first.
  public init(
    delimiter: Delimiter = .detected, header: Header = .detected, allowsVaryingFieldCounts: Bool = false
  ) {
    self.delimiter = delimiter
    self.header = header
    self.allowsVaryingFieldCounts = allowsVaryingFieldCounts
  }
}

extension CSVDialect {
  private static let candidates = [UInt8(ascii: "\t"), UInt8(ascii: ";"), UInt8(ascii: ",")]
  private static let sampleRecords = 20

  /// The delimiter of the sample: the first of tab, semicolon and comma that splits every record of the sample into the
  /// same number of fields, more than one.
  ///
  /// A comma comes last because it also occurs inside values (`1,5;2,5`). When none is consistent it is the one that
  /// splits the first record into most fields, so that the error about the odd record names its line; a file of one
  /// column has a comma.
  static func detectDelimiter(_ sample: UnsafeBufferPointer<UInt8>, isWholeFile: Bool) -> UInt8 {
    var mostFields = (count: 1, delimiter: UInt8(ascii: ","))
    for candidate in candidates {
      let counts = fieldCounts(sample, delimiter: candidate, isWholeFile: isWholeFile)
      guard let first = counts.first, first > 1 else { continue }
      if counts.allSatisfy({ $0 == first }) { return candidate }
      if first > mostFields.count { mostFields = (first, candidate) }
    }
    return mostFields.delimiter
  }

  private static func fieldCounts(
    _ sample: UnsafeBufferPointer<UInt8>, delimiter: UInt8, isWholeFile: Bool
  ) -> [Int] {
    let scanner = CSVScanner(delimiter: delimiter)
    var fields: [CSVField] = []
    var counts: [Int] = []
    var position = 0
    while position < sample.count, counts.count < sampleRecords {
      guard
        case .record(let next) = scanner.scan(sample, from: position, isLast: isWholeFile, fields: &fields)
      else { break }
      position = next
      let isBlank = fields.count == 1 && !fields[0].isQuoted && fields[0].start == fields[0].end
      if !isBlank { counts.append(fields.count) }
    }
    return counts
  }
}
