/// Pre-trained vectors of words in text form: a word and its numbers on each line, between spaces.
///
/// GloVe has nothing else; word2vec (and fastText) begin with a line of the number of words and of dimensions. Both are read.
public struct WordVectors: Sendable {
  /// The numbers of a vector, C.
  public let dimension: Int
  /// The words in the file.
  public let wordCount: Int
  /// The vectors that were wanted, by word.
  public let vectors: [String: [Float]]

  /// The longest line that is read: 1 MiB.
  static let lineLimit = 1 << 20

  /// Reads the vectors of some words from the file at `path`, plain or gzip-compressed; the others are passed over, so that
  /// files of any size can be read. Where a word stands twice, the first vector counts.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - isWanted: Whether a word's vector is kept.
  /// - Throws: `WordVectorsError` with file and line.
  public init(path: String, where isWanted: (String) -> Bool) throws(WordVectorsError) {
    let source: any ByteSource
    do throws(InputError) { source = try TextFile.open(path) } catch { throw .input(error) }
    try self.init(source, where: isWanted)
  }

  /// Reads the vectors that `source` delivers.
  init(_ source: any ByteSource, where isWanted: (String) -> Bool) throws(WordVectorsError) {
    var lines = LineSource(source, limit: WordVectors.lineLimit)
    var dimension: Int?
    var vectors: [String: [Float]] = [:]
    var count = 0
    while let line = try lines.next() {
      let number = lines.number
      let fields = line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\r") }
      if fields.isEmpty { continue }
      if number == 1, fields.count == 2, let stated = WordVectors.header(fields) {
        dimension = stated
        continue
      }
      let width = dimension ?? fields.count - 1
      dimension = width
      // Some words hold spaces, as ". . ." in the largest GloVe file: the numbers are the last fields.
      guard width > 0, fields.count > width else {
        throw .dimension(
          TextLocation(file: source.name, line: number, column: 1), expected: max(1, width), found: fields.count - 1)
      }
      count += 1
      let wordEnd = fields[fields.count - width - 1].endIndex
      guard let word = String(validating: line[fields[0].startIndex..<wordEnd], as: UTF8.self) else {
        throw .notUTF8(TextLocation(file: source.name, line: number, column: 1))
      }
      guard vectors[word] == nil, isWanted(word) else { continue }
      vectors[word] = try WordVectors.numbers(fields.suffix(width), source.name, line: number)
    }
    guard let dimension, count > 0 else { throw .empty(file: source.name) }
    self.dimension = dimension
    wordCount = count
    self.vectors = vectors
  }

  /// The dimensions that a first line of two whole numbers states.
  private static func header(_ fields: [ArraySlice<UInt8>]) -> Int? {
    guard Int(String(decoding: fields[0], as: UTF8.self)) != nil,
      let dimension = Int(String(decoding: fields[1], as: UTF8.self)), dimension > 0
    else { return nil }
    return dimension
  }

  private static func numbers(
    _ fields: ArraySlice<ArraySlice<UInt8>>, _ file: String, line: Int
  ) throws(WordVectorsError) -> [Float] {
    var numbers: [Float] = []
    for field in fields {
      guard let value = field.withUnsafeBufferPointer({ DecimalNumber.parse($0) }), Float(value).isFinite else {
        throw .notANumber(
          TextLocation(file: file, line: line, column: field.startIndex + 1),
          text: String(decoding: field, as: UTF8.self))
      }
      numbers.append(Float(value))
    }
    return numbers
  }
}

/// Why a file of word vectors cannot be used: where, and how to mend it, in one line.
public enum WordVectorsError: Error, Sendable, Equatable {
  /// The bytes cannot be read.
  case input(InputError)
  /// There is no vector in the file.
  case empty(file: String)
  /// A line has too few numbers.
  case dimension(TextLocation, expected: Int, found: Int)
  /// Something stands where a number should.
  case notANumber(TextLocation, text: String)
  /// A word is not UTF-8.
  case notUTF8(TextLocation)
  /// A line is longer than any vector.
  case lineTooLong(TextLocation, bytes: Int)
}

extension WordVectorsError: CustomStringConvertible {
  /// One line: what, where, and the mend.
  public var description: String { message.printable(limit: 2000) }

  private var message: String {
    switch self {
    case .input(let error): error.description
    case .empty(let file): "\(file): there is no vector in the file; write a word and its numbers on each line"
    case .dimension(let place, let expected, let found):
      "\(place): \(found) numbers where \(expected) are expected; complete the line, or name another file"
    case .notANumber(let place, let text): "\(place): '\(text.printable(limit: 30))' is not a number; correct it"
    case .notUTF8(let place): "\(place): the word is not UTF-8; save the file as UTF-8"
    case .lineTooLong(let place, let bytes):
      "\(place): the line is longer than \(bytes) bytes; this is no file of word vectors in text form"
    }
  }
}

/// The lines of a stream, one in memory at a time.
private struct LineSource {
  private let source: any ByteSource
  private let limit: Int
  private var buffer = [UInt8](repeating: 0, count: 1 << 16)
  private var position = 0
  private var filled = 0
  private var isAtEnd = false
  /// The line that was read last, from 1.
  private(set) var number = 0

  init(_ source: any ByteSource, limit: Int) {
    self.source = source
    self.limit = limit
  }

  /// The next line without its end; nil behind the last one.
  mutating func next() throws(WordVectorsError) -> [UInt8]? {
    var searched = position
    while true {
      if let end = buffer[searched..<filled].firstIndex(of: UInt8(ascii: "\n")) {
        return take(upTo: end, next: end + 1)
      }
      if isAtEnd { return position < filled ? take(upTo: filled, next: filled) : nil }
      searched = filled - position
      try refill()
    }
  }

  private mutating func take(upTo end: Int, next: Int) -> [UInt8] {
    number += 1
    defer { position = next }
    return Array(buffer[position..<end])
  }

  /// Moves what is left to the front, makes room, and reads on.
  private mutating func refill() throws(WordVectorsError) {
    if position > 0 {
      buffer.replaceSubrange(0..<filled - position, with: Array(buffer[position..<filled]))
      filled -= position
      position = 0
    }
    if filled == buffer.count {
      guard buffer.count < limit else {
        throw .lineTooLong(TextLocation(file: source.name, line: number + 1, column: 1), bytes: limit)
      }
      buffer.append(contentsOf: repeatElement(0, count: buffer.count))
    }
    do throws(InputError) {
      let count = try source.read(into: &buffer, from: filled)
      filled += count
      isAtEnd = count == 0
    } catch {
      throw .input(error)
    }
  }
}
