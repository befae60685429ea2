/// Reads text with one label for each word, sentence by sentence.
///
/// ```swift
/// let reader = try AnnotationReader(path: "train.conllu", column: .upos)
/// while let sentence = try reader.next() { … }
/// ```
/// The bytes of all sentences together are the bytes of the file, whatever line ends, comments and columns it has: to tag
/// a file, write `sentence.bytes(withLabels:)` of each. Gzip files are expanded on the way.
public final class AnnotationReader {
  /// The path, as error messages give it.
  public var file: String { lines.file }
  /// The form given or found.
  public let format: AnnotationFormat
  /// Whether the form was found, not given.
  public let isRecognized: Bool

  /// The most words of a sentence when the caller does not say.
  public static let defaultWordLimit = 10_000

  private let lines: LineReader
  private let wordLimit: Int
  private var parser: SentenceParser

  /// Opens the text in `path`, plain or gzip-compressed.
  public convenience init(
    path: String, format: AnnotationFormat? = nil, column: LabelColumn = .usual, columnIsRequired: Bool = true,
    wordLimit: Int = AnnotationReader.defaultWordLimit
  ) throws(AnnotationError) {
    let source: any ByteSource
    do throws(InputError) { source = try TextFile.open(path) } catch { throw .input(error) }
    try self.init(
      source, format: format, column: column, columnIsRequired: columnIsRequired, wordLimit: wordLimit)
  }

  /// Reads the text that `source` delivers.
  ///
  /// - Parameters:
  ///   - source: The bytes.
  ///   - format: The form; nil finds it.
  ///   - column: Which column holds the labels.
  ///   - columnIsRequired: Whether a form without that column is an error; otherwise its usual column is taken.
  ///   - wordLimit: The most words of a sentence.
  public init(
    _ source: any ByteSource, format: AnnotationFormat? = nil, column: LabelColumn = .usual,
    columnIsRequired: Bool = true, wordLimit: Int = AnnotationReader.defaultWordLimit
  ) throws(AnnotationError) {
    lines = LineReader(source)
    self.wordLimit = wordLimit
    isRecognized = format == nil
    let (head, isWhole) = try lines.head()
    let body = head.starts(with: LineReader.byteOrderMark) ? head.dropFirst(3) : head
    self.format = format ?? AnnotationFormat(recognizing: body, isWhole: isWhole)
    let fits = columnIsRequired || SentenceParser.has(column, in: self.format)
    parser = try SentenceParser(self.format, column: fits ? column : .usual, file: source.name)
  }

  /// The next sentence, or comments and blank lines at the end that no word follows; nil at the end of the text.
  public func next() throws(AnnotationError) -> AnnotatedSentence? {
    var sentence = AnnotatedSentence()
    var isOver = false
    while !isOver, let line = try lines.next() {
      let start = sentence.bytes.count
      sentence.bytes += line
      isOver = try parser.read(
        line: contentRange(of: line, from: start), at: lines.number, file: file, into: &sentence)
      if sentence.words.count > wordLimit {
        throw .sentenceTooLong(
          TextLocation(file: file, line: sentence.lines.first ?? lines.number, column: 1), limit: wordLimit)
      }
    }
    return sentence.bytes.isEmpty ? nil : sentence
  }

  /// Where a line that was appended at `start` has its text: without byte order mark and line end.
  private func contentRange(of line: ArraySlice<UInt8>, from start: Int) -> Range<Int> {
    var end = start + line.count
    if line.last == AnnotationLine.lineFeed {
      end -= 1
      if line.dropLast().last == AnnotationLine.carriageReturn { end -= 1 }
    }
    let skipped = lines.number == 1 && line.starts(with: LineReader.byteOrderMark) ? 3 : 0
    return min(start + skipped, end)..<end
  }
}

/// The lines of a stream with their ends, one at a time.
final class LineReader {
  static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
  /// The longest line that is read.
  static let lineLimit = 16 << 20

  var file: String { source.name }
  /// The number of the last line given, from 1.
  private(set) var number = 0

  private let source: any ByteSource
  private var buffer = [UInt8](repeating: 0, count: 1 << 16)
  private var position = 0
  private var filled = 0
  private var isAtEnd = false

  init(_ source: any ByteSource) { self.source = source }

  /// The first bytes of the text, a whole line at least, which `next` gives as well, and whether they are all of it.
  func head() throws(AnnotationError) -> (bytes: ArraySlice<UInt8>, isWhole: Bool) {
    while !isAtEnd, filled < 1 << 15 || !buffer[..<filled].contains(AnnotationLine.lineFeed) { try refill() }
    return (buffer[position..<filled], isAtEnd)
  }

  /// The next line with its end; nil behind the last.
  func next() throws(AnnotationError) -> ArraySlice<UInt8>? {
    var searched = position
    while true {
      if let end = buffer[searched..<filled].firstIndex(of: AnnotationLine.lineFeed) { return line(upTo: end + 1) }
      searched = filled
      if isAtEnd { return position < filled ? line(upTo: filled) : nil }
      let kept = filled - position
      try refill()
      searched = kept + position
    }
  }

  private func line(upTo end: Int) -> ArraySlice<UInt8> {
    number += 1
    defer { position = end }
    return buffer[position..<end]
  }

  /// Moves what is left to the front, makes the buffer larger when that fills it, and appends what the source has next.
  private func refill() throws(AnnotationError) {
    if position > 0 {
      buffer.removeFirst(position)
      buffer.append(contentsOf: repeatElement(0, count: position))
      filled -= position
      position = 0
    }
    if filled == buffer.count {
      guard buffer.count < Self.lineLimit else {
        throw .lineTooLong(TextLocation(file: file, line: number + 1, column: 1), limit: Self.lineLimit)
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
