/// Takes the lines of a text one by one and finds words and labels in them.
struct SentenceParser {
  private let format: AnnotationFormat
  /// The index of the column of labels; nil for the last.
  private let column: Int?
  /// Of a table: how lines are divided and into how many columns, as the first line has it.
  private var layout: (divider: UInt8, count: Int)?
  /// Of CoNLL-U: the number of the last word of the sentence.
  private var lastID = 0

  /// So many bytes without a word are given away rather than gathered.
  private static let wordlessLimit = 1 << 20

  init(_ format: AnnotationFormat, column: LabelColumn, file: String) throws(AnnotationError) {
    self.format = format
    guard Self.has(column, in: format) else {
      throw .noSuchColumn(file: file, name: column.name, format: format)
    }
    self.column =
      switch column {
      case .usual, .upos: format == .conllu ? 3 : nil
      case .xpos: 4
      case .number(let number): number - 1
      case .last: nil
      }
  }

  /// Whether a form may have labels in a column.
  static func has(_ column: LabelColumn, in format: AnnotationFormat) -> Bool {
    switch column {
    case .usual: true
    case .upos, .xpos: format == .conllu
    case .last, .number: format == .columns
    }
  }

  /// Reads the line that stands in `range` of the sentence's bytes.
  ///
  /// - Returns: Whether the sentence ends with it.
  mutating func read(
    line range: Range<Int>, at number: Int, file: String, into sentence: inout AnnotatedSentence
  ) throws(AnnotationError) -> Bool {
    let line = Line(range: range, number: number, file: file)
    try line.requireText(sentence.bytes)
    let isBlank = sentence.bytes[range].allSatisfy(AnnotationLine.isSpace)
    switch format {
    case .conllu, .columns:
      if isBlank {
        lastID = 0
        return !sentence.words.isEmpty || sentence.bytes.count > Self.wordlessLimit
      }
      if format == .conllu { try readCoNLLU(line, into: &sentence) } else { try readColumns(line, into: &sentence) }
      return false
    case .bars, .text:
      if isBlank { return sentence.bytes.count > Self.wordlessLimit }
      for word in line.fields(sentence.bytes, dividedBy: AnnotationLine.space) {
        try read(word: word, of: line, into: &sentence)
      }
      return true
    }
  }

  // MARK: CoNLL-U

  private mutating func readCoNLLU(_ line: Line, into sentence: inout AnnotatedSentence) throws(AnnotationError) {
    if sentence.bytes[line.range].first == AnnotationLine.hash { return }
    let fields = line.fields(sentence.bytes, dividedBy: AnnotationLine.tab)
    guard fields.count == 10 else {
      throw .fieldCount(line.location(sentence.bytes, line.range.lowerBound), expected: 10, found: fields.count)
    }
    let place = line.location(sentence.bytes, fields[0].lowerBound)
    guard let id = WordID(sentence.bytes[fields[0]]) else {
      throw .malformedID(place, id: text(sentence.bytes, fields[0]))
    }
    switch id {
    case .word(let number), .range(let number):
      guard number == lastID + 1 else {
        throw .unexpectedID(place, id: text(sentence.bytes, fields[0]), expected: lastID + 1)
      }
      guard !fields[1].isEmpty else { throw .emptyWord(line.location(sentence.bytes, fields[1].lowerBound)) }
      guard case .word = id, let column else { return }
      lastID = number
      let label = text(sentence.bytes, fields[column])
      append(fields[1], label: label == "_" ? "" : label, LabelSlot(range: fields[column]), line, to: &sentence)
    case .emptyNode(let number):
      guard number == lastID else {
        throw .unexpectedID(place, id: text(sentence.bytes, fields[0]), expected: lastID + 1)
      }
    }
  }

  // MARK: Columns

  private mutating func readColumns(_ line: Line, into sentence: inout AnnotatedSentence) throws(AnnotationError) {
    let layout = layout ?? self.layout(of: line, sentence.bytes)
    let fields = line.fields(sentence.bytes, dividedBy: layout.divider).map { line.trimmed(sentence.bytes, $0) }
    // The mark between documents may have fewer columns than words have.
    if let first = fields.first, sentence.bytes[first].elementsEqual(AnnotationLine.documentStart) { return }
    self.layout = layout
    guard fields.count == layout.count else {
      throw .fieldCount(
        line.location(sentence.bytes, line.range.lowerBound), expected: layout.count, found: fields.count)
    }
    guard !fields[0].isEmpty else { throw .emptyWord(line.location(sentence.bytes, line.range.lowerBound)) }
    if let column, column >= fields.count, fields.count > 1 {
      throw .missingColumn(
        line.location(sentence.bytes, line.range.lowerBound), column: column + 1, found: fields.count)
    }
    guard fields.count > 1 else {
      let end = fields[0].upperBound
      append(fields[0], label: "", LabelSlot(range: end..<end, divider: layout.divider), line, to: &sentence)
      return
    }
    let place = fields[column ?? fields.count - 1]
    append(fields[0], label: text(sentence.bytes, place), LabelSlot(range: place), line, to: &sentence)
  }

  /// Tabs where the line has one.
  private func layout(of line: Line, _ bytes: [UInt8]) -> (divider: UInt8, count: Int) {
    let hasTab = bytes[line.range].contains(AnnotationLine.tab)
    let hasOneWord = line.fields(bytes, dividedBy: AnnotationLine.space).count == 1
    let divider = hasTab || hasOneWord ? AnnotationLine.tab : AnnotationLine.space
    return (divider, line.fields(bytes, dividedBy: divider).count)
  }

  // MARK: A sentence a line

  private func read(
    word range: Range<Int>, of line: Line, into sentence: inout AnnotatedSentence
  ) throws(AnnotationError) {
    guard format == .bars else {
      let end = range.upperBound
      let slot = LabelSlot(range: end..<end, divider: AnnotationLine.bar)
      append(range, label: "", slot, line, to: &sentence)
      return
    }
    let place = line.location(sentence.bytes, range.lowerBound)
    guard let bar = sentence.bytes[range].lastIndex(of: AnnotationLine.bar) else {
      throw .missingLabel(place, word: text(sentence.bytes, range))
    }
    guard bar > range.lowerBound else { throw .emptyWord(place) }
    let label = bar + 1..<range.upperBound
    append(
      range.lowerBound..<bar, label: text(sentence.bytes, label), LabelSlot(range: label), line, to: &sentence)
  }

  // MARK: Words

  private func append(
    _ word: Range<Int>, label: String, _ slot: LabelSlot, _ line: Line, to sentence: inout AnnotatedSentence
  ) {
    sentence.words.append(text(sentence.bytes, word))
    sentence.labels.append(label)
    sentence.lines.append(line.number)
    sentence.slots.append(slot)
  }

  /// The lines were found to be UTF-8, and no range divides a character.
  private func text(_ bytes: [UInt8], _ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
}

/// A line among the bytes of a sentence.
private struct Line {
  let range: Range<Int>
  let number: Int
  let file: String

  /// The place of a byte as editors count.
  func location(_ bytes: [UInt8], _ offset: Int) -> TextLocation {
    let column = bytes[range.lowerBound..<offset].count { $0 & 0xC0 != 0x80 } + 1
    return TextLocation(file: file, line: number, column: column)
  }

  /// Throws unless the line is UTF-8 without zero bytes.
  func requireText(_ bytes: [UInt8]) throws(AnnotationError) {
    let line = bytes[range]
    if let zero = line.firstIndex(of: 0) { throw .notText(location(bytes, zero)) }
    if line.allSatisfy({ $0 < 0x80 }) || String(validating: line, as: UTF8.self) != nil { return }
    var parser = Unicode.UTF8.ForwardParser()
    var iterator = line.makeIterator()
    var offset = range.lowerBound
    while case .valid(let scalar) = parser.parseScalar(from: &iterator) { offset += scalar.count }
    throw .notUTF8(location(bytes, offset))
  }

  /// The fields of the line. Tabs divide one by one; spaces, and tabs among them, many at a time.
  func fields(_ bytes: [UInt8], dividedBy divider: UInt8) -> [Range<Int>] {
    let line = bytes[range]
    let fields =
      divider == AnnotationLine.tab
      ? line.split(separator: AnnotationLine.tab, omittingEmptySubsequences: false)
      : line.split(whereSeparator: AnnotationLine.isSpace)
    return fields.map { $0.startIndex..<$0.endIndex }
  }

  /// A field without the spaces around it.
  func trimmed(_ bytes: [UInt8], _ field: Range<Int>) -> Range<Int> {
    var (start, end) = (field.lowerBound, field.upperBound)
    while start < end, bytes[start] == AnnotationLine.space { start += 1 }
    while end > start, bytes[end - 1] == AnnotationLine.space { end -= 1 }
    return start..<end
  }
}

/// The first column of a CoNLL-U line.
private enum WordID {
  /// `7`
  case word(Int)
  /// `3-4`, the words that one written word stands for; its first.
  case range(Int)
  /// `9.1`, a word that is not written; the one before it.
  case emptyNode(Int)

  init?(_ bytes: ArraySlice<UInt8>) {
    func number(_ digits: ArraySlice<UInt8>) -> Int? {
      guard !digits.isEmpty, digits.count <= 9, digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
      return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
    if let mark = bytes.firstIndex(where: { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }) {
      guard let first = number(bytes[..<mark]), let second = number(bytes[(mark + 1)...]) else { return nil }
      if bytes[mark] == UInt8(ascii: ".") {
        self = .emptyNode(first)
        return
      }
      guard second > first else { return nil }
      self = .range(first)
      return
    }
    guard let number = number(bytes) else { return nil }
    self = .word(number)
  }
}
