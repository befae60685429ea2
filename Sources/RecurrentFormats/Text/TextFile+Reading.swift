extension TextFile {
  /// The longest text that is read when the caller does not say: 1 GiB.
  public static let defaultTextLimit = 1 << 30

  /// The whole text of the file at `path`, plain or gzip-compressed.
  ///
  /// A byte order mark is left out, and every line ends with `\n`, whether the file has `\r\n`, `\n` or `\r`.
  ///
  /// - Parameter limit: the most bytes of text that are read.
  /// - Throws: `TextFileError`, with line and column of the first byte that is not UTF-8.
  public static func text(
    ofFile path: String, limit: Int = TextFile.defaultTextLimit
  ) throws(TextFileError) -> String {
    let source: any ByteSource
    do throws(InputError) { source = try open(path) } catch { throw .input(error) }
    return try text(source, limit: limit)
  }

  /// The lines of the file at `path`, plain or gzip-compressed, without their ends; line `i` of the file is element `i - 1`.
  ///
  /// An end of line at the end of the file begins no further line.
  ///
  /// - Throws: `TextFileError`, with line and column of the first byte that is not UTF-8.
  public static func lines(
    ofFile path: String, limit: Int = TextFile.defaultTextLimit
  ) throws(TextFileError) -> [Substring] {
    let text = try text(ofFile: path, limit: limit)
    var lines = text.utf8.split(separator: lineFeed, omittingEmptySubsequences: false).map { Substring($0) }
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }

  /// The whole text that a source delivers.
  static func text(_ source: any ByteSource, limit: Int) throws(TextFileError) -> String {
    var bytes = try allBytes(of: source, limit: limit)
    if let zero = bytes.firstIndex(of: 0) { throw .notText(location(of: zero, in: bytes, source.name)) }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    guard var text = String(validating: bytes, as: UTF8.self) else {
      let offset = firstInvalidOffset(of: bytes)
      throw .notUTF8(location(of: offset, in: bytes, source.name), byte: bytes[offset])
    }
    if bytes.contains(carriageReturn) {
      unifyLineEnds(&bytes)
      text = String(decoding: bytes, as: UTF8.self)
    }
    return text
  }

  private static let lineFeed = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")

  private static func allBytes(of source: any ByteSource, limit: Int) throws(TextFileError) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let count: Int
      do throws(InputError) { count = try source.read(into: &chunk, from: 0) } catch { throw .input(error) }
      if count == 0 { return bytes }
      guard count <= limit - bytes.count else { throw .tooLong(file: source.name, limit: limit) }
      bytes.append(contentsOf: chunk[..<count])
    }
  }

  /// The place of the first byte that cannot stand where it does.
  private static func firstInvalidOffset(of bytes: [UInt8]) -> Int {
    var parser = Unicode.UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    var offset = 0
    while true {
      switch parser.parseScalar(from: &iterator) {
      case .valid(let scalar): offset += scalar.count
      case .error: return offset
      case .emptyInput: return max(bytes.count - 1, 0)
      }
    }
  }

  private static func location(of offset: Int, in bytes: [UInt8], _ file: String) -> TextLocation {
    var line = 1
    var lineStart = 0
    for index in 0..<offset where isLineEnd(bytes, index) {
      line += 1
      lineStart = index + 1
    }
    // Bytes that continue a character are not counted.
    let column = bytes[lineStart..<offset].count { $0 & 0xC0 != 0x80 } + 1
    return TextLocation(file: file, line: line, column: column)
  }

  /// Whether a line ends with this byte: the second one of `\r\n`.
  private static func isLineEnd(_ bytes: [UInt8], _ index: Int) -> Bool {
    if bytes[index] == lineFeed { return true }
    return bytes[index] == carriageReturn && (index + 1 == bytes.count || bytes[index + 1] != lineFeed)
  }

  private static func unifyLineEnds(_ bytes: inout [UInt8]) {
    var count = 0
    for index in bytes.indices {
      let byte = bytes[index]
      if byte == carriageReturn {
        if index + 1 < bytes.count, bytes[index + 1] == lineFeed { continue }
        bytes[count] = lineFeed
      } else {
        bytes[count] = byte
      }
      count += 1
    }
    bytes.removeLast(bytes.count - count)
  }
}
