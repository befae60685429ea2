/// Reads `.ts` files, the text form of the UCR and UEA archives that sktime and aeon use.
///
/// Comments begin with `#`, header lines with `@`. Behind `@data` each line is a case: its dimensions between colons, the
/// values of each between commas, the class or the target last. Cases may differ in length; the dimensions of one case may
/// not. Time stamps and missing values (`?`) are errors.
public enum TimeSeriesFile {
  /// Whether a file that begins with this text is one.
  public static func matches(_ lines: [Substring]) -> Bool {
    let first = lines.lazy.map { $0.drop { $0 == " " } }.first { !$0.isBlank && !$0.hasPrefix("#") }
    guard let first, first.hasPrefix("@") else { return false }
    return TimeSeriesHeader.knownTags.contains(first.dropFirst().prefix { !$0.isWhitespace }.lowercased())
  }

  /// Reads the file at `path`, plain or gzip-compressed.
  ///
  /// - Throws: `LabelledSeriesError` with file, line and column.
  public static func read(path: String) throws(LabelledSeriesError) -> LabelledSeries {
    let lines: [Substring]
    do throws(TextFileError) { lines = try TextFile.lines(ofFile: path) } catch { throw .file(error) }
    return try read(lines: lines, file: path)
  }

  /// Reads lines that are in memory; `file` stands for the path in messages.
  static func read(lines: [Substring], file: String) throws(LabelledSeriesError) -> LabelledSeries {
    var header = TimeSeriesHeader(file: file)
    var series: LabelledSeries?
    for (index, line) in lines.enumerated() {
      let text = line.drop { $0 == " " || $0 == "\t" }
      if text.isEmpty || text.hasPrefix("#") { continue }
      if !header.isComplete {
        try header.read(text, line: index + 1)
        continue
      }
      let parser = TimeSeriesCase(header, file: file, line: index + 1)
      let (channels, label) = try parser.parse(line)
      let count = series?.channels.count ?? channels.count
      guard channels.count == count else {
        throw .malformed(
          TextLocation(file: file, line: index + 1, column: 1),
          problem: "\(channels.count) dimensions where the first case has \(count)", mend: "complete the case")
      }
      if series == nil { series = LabelledSeries(channels: (1...count).map(String.init)) }
      series?.append(
        channelMajor: channels, label: label, place: TextLocation(file: file, line: index + 1, column: 1))
    }
    guard let series else { throw .empty(file: file) }
    return series
  }
}

/// What the header of a `.ts` file says about its cases.
struct TimeSeriesHeader {
  static let knownTags: Set = [
    "problemname", "timestamps", "missing", "univariate", "dimensions", "dimension", "equallength", "serieslength",
    "classlabel", "targetlabel", "data",
  ]

  let file: String
  /// Whether the last field of a case is a class or a target.
  private(set) var hasLabel = true
  /// The classes; nil where the header does not list them.
  private(set) var classes: Set<String>?
  /// Whether `@data` was seen.
  private(set) var isComplete = false

  init(file: String) { self.file = file }

  mutating func read(_ text: Substring, line: Int) throws(LabelledSeriesError) {
    let place = TextLocation(file: file, line: line, column: 1)
    guard text.hasPrefix("@") else {
      throw .malformed(
        place, problem: "a line of data stands before @data", mend: "put the header first, and @data behind it")
    }
    let words = text.dropFirst().split { $0 == " " || $0 == "\t" }.map(String.init)
    let isOn = words.count > 1 && words[1].lowercased() == "true"
    switch words.first?.lowercased() {
    case "data": isComplete = true
    case "timestamps" where isOn:
      throw .malformed(place, problem: "time stamps are not read", mend: "write the values alone, evenly spaced")
    case "classlabel":
      hasLabel = isOn
      if isOn, words.count > 2 { classes = Set(words[2...]) }
    case "targetlabel": hasLabel = isOn
    default: break
    }
  }
}

/// Reads one case of a `.ts` file.
struct TimeSeriesCase {
  private let header: TimeSeriesHeader
  private let file: String
  private let line: Int

  init(_ header: TimeSeriesHeader, file: String, line: Int) {
    self.header = header
    self.file = file
    self.line = line
  }

  /// The values of each dimension, and the class or target.
  func parse(_ text: Substring) throws(LabelledSeriesError) -> (channels: [[Float]], label: String?) {
    var fields = text.split(separator: ":", omittingEmptySubsequences: false)
    var label: String?
    if header.hasLabel {
      let last = fields.removeLast()
      guard !fields.isEmpty else {
        throw error("no colon before the class", mend: "write the values, a colon and the class", at: last)
      }
      label = last.trimmingWhiteSpace
      guard let name = label, !name.isEmpty else {
        throw error("the class is missing", mend: "write it behind the last colon", at: last)
      }
      if let classes = header.classes, !classes.contains(name) {
        throw error(
          "class '\(name.printable())' is not one of @classLabel (\(classes.sorted().printableList(limit: 10)))",
          mend: "correct it, or add it to the header", at: last)
      }
    }
    var channels: [[Float]] = []
    for field in fields {
      let values = try numbers(field, dimension: channels.count + 1)
      if let first = channels.first, first.count != values.count {
        throw error(
          "dimension \(channels.count + 1) has \(values.count) values and the first \(first.count)",
          mend: "give all dimensions of a case the same length", at: field)
      }
      channels.append(values)
    }
    return (channels, label)
  }

  private func numbers(_ field: Substring, dimension: Int) throws(LabelledSeriesError) -> [Float] {
    if field.isBlank { return [] }
    var values: [Float] = []
    for part in field.split(separator: ",", omittingEmptySubsequences: false) {
      let text = part.trimmingWhiteSpace
      guard let value = DecimalNumber.parse(text), Float(value).isFinite else {
        let isMissing = text == "?" || text.lowercased() == "nan"
        throw error(
          isMissing
            ? "a missing value in dimension \(dimension)"
            : "'\(text.printable(limit: 30))' in dimension \(dimension) is not a number",
          mend: isMissing ? "fill it in, or leave the case out" : "correct it", at: part)
      }
      values.append(Float(value))
    }
    return values
  }

  private func error(_ problem: String, mend: String, at part: Substring) -> LabelledSeriesError {
    // A part shares its positions with the line that it was cut from.
    let base = part.base
    let lineStart = base[..<part.startIndex].utf8.lastIndex(of: UInt8(ascii: "\n")).map { base.utf8.index(after: $0) }
    let column = base.unicodeScalars.distance(from: lineStart ?? base.startIndex, to: part.startIndex) + 1
    return .malformed(TextLocation(file: file, line: line, column: column), problem: problem, mend: mend)
  }
}

extension DecimalNumber {
  /// The number that a text spells; see `parse`.
  static func parse(_ text: String) -> Double? {
    var text = text
    return text.withUTF8 { parse($0) }
  }
}
