/// One field of a record: where its text lies in the buffer, without the quotes around it.
struct CSVField {
  var start: Int
  var end: Int
  var isQuoted: Bool
  /// Whether the text holds doubled quotes that stand for one.
  var hasDoubledQuotes: Bool
}

/// The grammar of RFC 4180 for one delimiter, over bytes in memory.
///
/// Line ends may be `\r\n`, `\n` or `\r`. Fields are UTF-8; quotes and delimiters are single bytes that occur in no
/// multi-byte character, so the bytes need no decoding.
struct CSVScanner {
  static let quote = UInt8(ascii: "\"")
  static let lineFeed = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")

  let delimiter: UInt8

  enum Fault {
    case zeroByte, unterminatedQuote, strayQuote, textAfterQuote
  }

  enum Outcome {
    /// A record; the next one begins at `next`.
    case record(next: Int)
    /// The bytes end before the record does.
    case incomplete
    /// A violation of the grammar at an offset.
    case fault(Fault, at: Int)
  }

  /// Scans the record that begins at `start`.
  ///
  /// - Parameters:
  ///   - isLast: whether the file ends where `bytes` ends.
  ///   - fields: replaced by the fields of the record; undefined when the outcome is not a record.
  func scan(
    _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, isLast: Bool, fields: inout [CSVField]
  ) -> Outcome {
    fields.removeAll(keepingCapacity: true)
    let end = bytes.count
    var i = start
    while true {
      if i < end, bytes[i] == CSVScanner.quote {
        var hasDoubledQuotes = false
        let closing: Int
        switch closingQuote(bytes, from: i + 1, isLast: isLast, hasDoubledQuotes: &hasDoubledQuotes) {
        case .record(let position): closing = position
        case .incomplete: return .incomplete
        case .fault(let fault, let offset): return .fault(fault, at: fault == .unterminatedQuote ? i : offset)
        }
        fields.append(CSVField(start: i + 1, end: closing, isQuoted: true, hasDoubledQuotes: hasDoubledQuotes))
        i = closing + 1
      } else {
        let fieldStart = i
        while i < end {
          let byte = bytes[i]
          if byte == delimiter || byte == CSVScanner.lineFeed || byte == CSVScanner.carriageReturn { break }
          if byte == CSVScanner.quote { return .fault(.strayQuote, at: i) }
          if byte == 0 { return .fault(.zeroByte, at: i) }
          i += 1
        }
        fields.append(CSVField(start: fieldStart, end: i, isQuoted: false, hasDoubledQuotes: false))
      }
      guard i < end else { return isLast ? .record(next: end) : .incomplete }
      switch bytes[i] {
      case delimiter:
        i += 1
      case CSVScanner.lineFeed:
        return .record(next: i + 1)
      case CSVScanner.carriageReturn:
        if i + 1 == end { return isLast ? .record(next: end) : .incomplete }
        return .record(next: bytes[i + 1] == CSVScanner.lineFeed ? i + 2 : i + 1)
      default:
        return .fault(.textAfterQuote, at: i)
      }
    }
  }

  /// The offset of the quote that closes the field whose text begins at `start`, as `.record(next:)`.
  private func closingQuote(
    _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, isLast: Bool, hasDoubledQuotes: inout Bool
  ) -> Outcome {
    let end = bytes.count
    var i = start
    while i < end {
      if bytes[i] == 0 { return .fault(.zeroByte, at: i) }
      guard bytes[i] == CSVScanner.quote else {
        i += 1
        continue
      }
      if i + 1 == end { return isLast ? .record(next: i) : .incomplete }
      if bytes[i + 1] != CSVScanner.quote { return .record(next: i) }
      hasDoubledQuotes = true
      i += 2
    }
    return isLast ? .fault(.unterminatedQuote, at: start) : .incomplete
  }
}
