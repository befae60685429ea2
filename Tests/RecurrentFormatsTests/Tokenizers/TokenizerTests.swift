import RecurrentFormats
import Testing

@Suite struct TokenizerTests {
  @Test func encodesAsHuggingFaceDoes() throws {
    let samples = try TokenizerSample.all()
    #expect(samples.count > 100)
    for name in TokenizerSample.names {
      let tokenizer = try Tokenizer(contentsOfFile: TokenizerSample.path(name))
      for sample in samples where sample.name == name {
        #expect(tokenizer.encode(sample.text) == sample.ids, "\(sample)")
        if tokenizer.endOfLine == nil {
          let decoded = tokenizer.decode(sample.ids)
          #expect(decoded.unicodeScalars.elementsEqual(sample.decoded.unicodeScalars), "\(sample)")
        }
      }
    }
  }

  @Test(arguments: TokenizerSample.names) func writesWhatHuggingFaceWrites(_ name: String) throws {
    let json = try JSONValue(contentsOfFile: TokenizerSample.path(name))
    #expect(try Tokenizer(json: json).json == json)
  }

  /// The trainer of the library counts words and characters by the same rules.
  @Test(arguments: [
    ("words", Tokenizer.Level.word, ["<unk>"], 1, Int?.none),
    ("frequent_words", .word, ["<unk>", "<|end|>", "<|endless|>"], 2, nil),
    ("lines", .word, ["<unk>", "<eos>"], 1, 12), ("characters", .character, ["<unk>"], 1, nil),
    ("few_characters", .character, ["<unk>", "<eos>"], 1, 10),
  ])
  func countsAsHuggingFaceDoes(
    _ name: String, _ level: Tokenizer.Level, _ specials: [String], _ minimum: Int, _ limit: Int?
  ) throws {
    var counts = SymbolCounts()
    for text in try TokenizerSample.corpus() { counts.add(text, level: level) }
    let vocabulary = Vocabulary(counting: counts, specials: specials, minimumCount: minimum, limit: limit)
    let tokenizer = Tokenizer(vocabulary: vocabulary, level: level, endOfLine: name == "lines" ? "<eos>" : nil)
    #expect(tokenizer == (try Tokenizer(contentsOfFile: TokenizerSample.path(name))))
  }

  @Test func namesWhatItDoesNotKnow() throws {
    let tokenizer = try Tokenizer(contentsOfFile: TokenizerSample.path("few_characters"))
    #expect(tokenizer.unknownSymbols(in: "tÿxaÿ") == ["ÿ", "x"])
    #expect(tokenizer.unknownSymbols(in: "<eos>tea\n").isEmpty)
  }

  @Test func writesWordsAsTheyCome() throws {
    let vocabulary = try #require(Vocabulary(symbols: ["<unk>", "<eos>", "a", "b"], unknown: "<unk>"))
    let tokenizer = Tokenizer(vocabulary: vocabulary, level: .word, endOfLine: "<eos>")
    #expect(tokenizer.decode([2, 3, 1, 3, 1, 1, 2]) == "a b\nb\n\na")
    #expect(tokenizer.encode("a b\nb\n\na") == [2, 3, 1, 3, 1, 1, 2])
    #expect(tokenizer.decode([2, 0]) == "a <unk>")
  }
}

@Suite struct VocabularyTests {
  @Test func putsSpecialsFirstAndThenTheFrequent() {
    let vocabulary = Vocabulary(
      counting: ["b": 2, "a": 2, "Z": 2, "é": 3, "rare": 1, "<unk>": 9], specials: ["<pad>", "<unk>"], minimumCount: 2)
    #expect(vocabulary.symbols == ["<pad>", "<unk>", "é", "Z", "a", "b"])
    #expect(vocabulary.unknown == 1)
    #expect(vocabulary["rare"] == 1 && vocabulary["a"] == 4)
    #expect(vocabulary.id(of: "rare") == nil)
    #expect(vocabulary.specials == [0, 1])
  }

  @Test func aLimitHoldsSpecialsToo() {
    let counts = ["a": 3, "b": 2, "c": 1]
    #expect(Vocabulary(counting: counts, specials: ["<unk>"], limit: 3).symbols == ["<unk>", "a", "b"])
    #expect(Vocabulary(counting: counts, specials: ["<unk>"], limit: 0).symbols == ["<unk>"])
  }

  @Test func tellsCodePointsApart() throws {
    let symbols = ["\u{c5}", "\u{212b}", "A\u{30a}"]
    let vocabulary = try #require(Vocabulary(symbols: symbols))
    #expect(symbols.map { vocabulary.id(of: $0) } == [0, 1, 2])
    #expect(vocabulary != Vocabulary(symbols: ["\u{212b}", "\u{c5}", "A\u{30a}"]))
  }

  @Test func refusesWhatIsNoVocabulary() {
    #expect(Vocabulary(symbols: ["a", "a"]) == nil)
    #expect(Vocabulary(symbols: ["a"], specials: ["b"]) == nil)
    #expect(Vocabulary(symbols: ["a"], unknown: "b") == nil)
    #expect(Vocabulary(symbols: ["a", "b"], specials: ["b", "b"]) == nil)
  }
}
