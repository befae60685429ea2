import RecurrentFormats
import Testing

struct AnnotationReaderTests {
  static let conllu = """
    # newdoc id = n1
    # sent_id = 1
    # text = Don't say that.
    1-2\tDon't\t_\t_\t_\t_\t_\t_\t_\tSpaceAfter=Yes
    1\tDo\tdo\tAUX\tVBP\tMood=Imp\t3\taux\t3:aux\t_
    2\tn't\tnot\tPART\tRB\t_\t3\tadvmod\t_\t_
    3\tsay\tsay\tVERB\tVB\t_\t0\troot\t_\t_
    3.1\tit\tit\tPRON\tPRP\t_\t_\t_\t3:obj\t_
    4\tthat\tthat\tPRON\tDT\t_\t3\tobj\t_\tSpaceAfter=No
    5\t.\t.\tPUNCT\t.\t_\t3\tpunct\t_\t_

    # sent_id = 2
    1\tNew York\tNew York\tPROPN\tNNP\t_\t0\troot\t_\t_
    """

  static func sentences(
    _ text: String, _ format: AnnotationFormat? = nil, column: LabelColumn = .usual, wordLimit: Int = 100
  ) throws -> [AnnotatedSentence] {
    try sentences(Array(text.utf8), format, column: column, wordLimit: wordLimit)
  }

  static func sentences(
    _ bytes: [UInt8], _ format: AnnotationFormat? = nil, column: LabelColumn = .usual, wordLimit: Int = 100
  ) throws -> [AnnotatedSentence] {
    let reader = try AnnotationReader(
      MemorySource(bytes, name: "f"), format: format, column: column, wordLimit: wordLimit)
    var sentences: [AnnotatedSentence] = []
    while let sentence = try reader.next() { sentences.append(sentence) }
    return sentences
  }

  static func text(_ sentences: [AnnotatedSentence], label: (String) -> String) -> String {
    String(decoding: sentences.flatMap { $0.bytes(withLabels: $0.words.map(label)) }, as: UTF8.self)
  }

  // MARK: CoNLL-U

  @Test func wordsAndLabelsOfCoNLLU() throws {
    let found = try Self.sentences(Self.conllu)
    #expect(found.map(\.words) == [["Do", "n't", "say", "that", "."], ["New York"]])
    #expect(found.map(\.labels) == [["AUX", "PART", "VERB", "PRON", "PUNCT"], ["PROPN"]])
    #expect(found.map(\.lines) == [[5, 6, 7, 9, 10], [13]])
    let xpos = try Self.sentences(Self.conllu, column: .xpos)
    #expect(xpos.map(\.labels) == [["VBP", "RB", "VB", "DT", "."], ["NNP"]])
  }

  @Test(arguments: ["\n", "\r\n"], ["", "\n", "\n\n", "\n\n\n# end\n"])
  func onlyTheLabelsChange(end: String, last: String) throws {
    let text = ("\u{FEFF}" + Self.conllu + last).replacing("\n", with: end)
    let found = try Self.sentences(text, .conllu)
    #expect(String(decoding: found.flatMap(\.bytes), as: UTF8.self) == text)
    #expect(found.filter { !$0.words.isEmpty }.count == 2)
    let expected = text.replacing("AUX\tVBP", with: "X\tVBP").replacing("PART\t", with: "X\t")
      .replacing("VERB\t", with: "X\t").replacing("PRON\tDT", with: "X\tDT").replacing("PUNCT\t", with: "X\t")
      .replacing("PROPN\t", with: "X\t")
    #expect(Self.text(found) { _ in "X" } == expected)
  }

  @Test func missingLabelsOfCoNLLUAreFilledIn() throws {
    let line = "1\tHi\t_\t_\t_\t_\t_\t_\t_\t_\n"
    let found = try Self.sentences(line)
    #expect(found.map(\.labels) == [[""]])
    #expect(Self.text(found) { _ in "INTJ" } == "1\tHi\t_\tINTJ\t_\t_\t_\t_\t_\t_\n")
  }

  static func row(_ id: String, _ form: String = "w") -> String { "\(id)\t\(form)\t_\tX\t_\t_\t_\t_\t_\t_\n" }

  @Test func malformedCoNLLU() {
    let place = { TextLocation(file: "f", line: $0, column: $1) }
    let cases: [(String, AnnotationError)] = [
      (Self.row("1") + "2\tw\t_\tX\n", .fieldCount(place(2, 1), expected: 10, found: 4)),
      (Self.row("1") + "2\tw\t\t_\tX\t_\t_\t_\t_\t_\t_\n", .fieldCount(place(2, 1), expected: 10, found: 11)),
      (Self.row("1") + Self.row("x"), .malformedID(place(2, 1), id: "x")),
      (Self.row("1") + Self.row("2-2"), .malformedID(place(2, 1), id: "2-2")),
      (Self.row("1") + Self.row("99999999999999999999"), .malformedID(place(2, 1), id: "99999999999999999999")),
      (Self.row("1") + Self.row("-2"), .malformedID(place(2, 1), id: "-2")),
      (Self.row("1") + Self.row("3"), .unexpectedID(place(2, 1), id: "3", expected: 2)),
      (Self.row("1") + Self.row("1"), .unexpectedID(place(2, 1), id: "1", expected: 2)),
      (Self.row("1") + Self.row("3-4"), .unexpectedID(place(2, 1), id: "3-4", expected: 2)),
      (Self.row("1") + Self.row("2.1"), .unexpectedID(place(2, 1), id: "2.1", expected: 2)),
      (Self.row("1") + Self.row("2", ""), .emptyWord(place(2, 3))),
      (Self.row("1", "é\0"), .notText(place(1, 4))),
      ((1...6).map { Self.row(String($0)) }.joined(), .sentenceTooLong(place(1, 1), limit: 5)),
    ]
    for (text, error) in cases {
      #expect(throws: error, "\(error)") { try Self.sentences(text, .conllu, wordLimit: 5) }
    }
  }

  @Test(arguments: [[0xFF], [0xC3], [0xE2, 0x82], [0xC0, 0x80], [0xED, 0xA0, 0x80]] as [[UInt8]])
  func invalidUTF8(_ bad: [UInt8]) {
    let bytes = Array("1\té".utf8) + bad + Array("\t_\tX\t_\t_\t_\t_\t_\t_\n".utf8)
    #expect(throws: AnnotationError.notUTF8(TextLocation(file: "f", line: 1, column: 4))) {
      try Self.sentences(bytes, .conllu)
    }
  }

  // MARK: Columns

  @Test func columnsAsInCoNLL2003() throws {
    let text = """
      -DOCSTART- -X- -X- O

      EU NNP B-NP B-ORG
      rejects VBZ B-VP O

      Peter NNP B-NP B-PER

      """
    let found = try Self.sentences(text)
    #expect(found.map(\.words) == [["EU", "rejects"], ["Peter"]])
    #expect(found.map(\.labels) == [["B-ORG", "O"], ["B-PER"]])
    #expect(try Self.sentences(text, column: .number(2)).map(\.labels) == [["NNP", "VBZ"], ["NNP"]])
    #expect(Self.text(found) { "T-" + $0 }.hasPrefix("-DOCSTART- -X- -X- O\n\nEU NNP B-NP T-EU\nrejects VBZ"))
    #expect(Self.text(found) { _ in "x" }.utf8.count == text.utf8.count - 4 - 4)
  }

  @Test func columnsDividedByTabs() throws {
    let text = "a b\tX\r\nc\t Y \r\n\r\n\r\nd\tZ"
    let found = try Self.sentences(text)
    #expect(found.map(\.words) == [["a b", "c"], ["d"]])
    #expect(found.map(\.labels) == [["X", "Y"], ["Z"]])
    #expect(Self.text(found) { _ in "Q" } == "a b\tQ\r\nc\t Q \r\n\r\n\r\nd\tQ")
  }

  @Test func wordsAloneGetAColumn() throws {
    let found = try Self.sentences("a\nb\n\nc\n")
    #expect(found.map(\.words) == [["a", "b"], ["c"]])
    #expect(Self.text(found) { $0.uppercased() } == "a\tA\nb\tB\n\nc\tC\n")
  }

  @Test func malformedColumns() {
    let place = { TextLocation(file: "f", line: $0, column: $1) }
    let cases: [(String, LabelColumn, AnnotationError)] = [
      ("a\tX\nb\n", .usual, .fieldCount(place(2, 1), expected: 2, found: 1)),
      ("a\tX\nb\tY\tZ\n", .usual, .fieldCount(place(2, 1), expected: 2, found: 3)),
      ("a\tX\n\tY\n", .usual, .emptyWord(place(2, 1))),
      ("a\tX\n", .number(4), .missingColumn(place(1, 1), column: 4, found: 2)),
      ("a\tX\n", .upos, .noSuchColumn(file: "f", name: "upos", format: .columns)),
    ]
    for (text, column, error) in cases {
      #expect(throws: error, "\(error)") { try Self.sentences(text, .columns, column: column) }
    }
    #expect(throws: AnnotationError.noSuchColumn(file: "f", name: "last", format: .conllu)) {
      try Self.sentences("", .conllu, column: .last)
    }
  }

  // MARK: A sentence a line

  @Test func wordsWithBars() throws {
    let text = "the|DET  cat|NOUN\n\n|||PUNCT a|b|X\n"
    let found = try Self.sentences(text)
    #expect(found.map(\.words) == [["the", "cat"], ["||", "a|b"]])
    #expect(found.map(\.labels) == [["DET", "NOUN"], ["PUNCT", "X"]])
    #expect(Self.text(found) { _ in "T" } == "the|T  cat|T\n\n|||T a|b|T\n")
    #expect(throws: AnnotationError.missingLabel(TextLocation(file: "f", line: 1, column: 5), word: "b")) {
      try Self.sentences("a|X b", .bars)
    }
    #expect(throws: AnnotationError.emptyWord(TextLocation(file: "f", line: 1, column: 1))) {
      try Self.sentences("|X", .bars)
    }
  }

  @Test func plainText() throws {
    let found = try Self.sentences("The cat  sat .\r\n\r\nYes")
    #expect(found.map(\.words) == [["The", "cat", "sat", "."], ["Yes"]])
    #expect(Self.text(found) { _ in "T" } == "The|T cat|T  sat|T .|T\r\n\r\nYes|T")
  }

  // MARK: Recognition

  @Test(arguments: [
    (conllu, AnnotationFormat.conllu), ("1\ta\t_\t_\t_\t_\t_\t_\t_\t_", .conllu), ("a\tX\nb\tY", .columns),
    ("#\tSYM\n1\tNUM\n", .columns), ("a X\nb Y\n\nc Z\n", .columns), ("a\nb\n\nc", .columns), ("a|X b|Y\nc|Z", .bars),
    ("a|X b\n", .text), ("a b c", .text), ("one\ntwo words\n\nthree", .text), ("", .text), ("\n\n", .text),
    ("-DOCSTART- O\n\na N O\nb N O\n\nc N O", .columns), ("|x y|\n", .text),
  ])
  func recognition(_ text: String, _ format: AnnotationFormat) {
    #expect(AnnotationFormat(recognizing: Array(text.utf8)[...], isWhole: true) == format, "\(text)")
  }

  // MARK: Large and broken input

  @Test func linesLongerThanTheBuffer() throws {
    let word = String(repeating: "ä", count: 100_000)
    let text = "\(word)\tX\nb\tY\n"
    let found = try Self.sentences(text)
    #expect(found.map(\.words) == [[word, "b"]])
    #expect(found.flatMap(\.bytes) == Array(text.utf8))
  }

  @Test func noMutationTraps() {
    var random = SplitMix64(seed: 5)
    let sources = [
      Self.conllu, "a X\nb Y\n\nc Z\n", "the|DET cat|NOUN\n", "plain text .\n",
      Self.conllu.replacing("\n", with: "\r\n"),
    ].map { Array($0.utf8) }
    for _ in 0..<4000 {
      var bytes = sources[Int(random.next() % UInt64(sources.count))]
      for _ in 0..<Int(random.next() % 6) {
        let place = Int(random.next() % UInt64(bytes.count))
        switch random.next() % 3 {
        case 0: bytes[place] = [0, 9, 10, 13, 32, 35, 45, 46, 49, 124, 195, 255][Int(random.next() % 12)]
        case 1: bytes.remove(at: place)
        default: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
        }
        if bytes.isEmpty { bytes = [10] }
      }
      for format in [nil] + AnnotationFormat.allCases.map(Optional.some) {
        // Either an error or all bytes.
        if let found = try? Self.sentences(bytes, format) { #expect(found.flatMap(\.bytes) == bytes) }
      }
    }
  }
}
