import RecurrentFormats
import Testing

@Suite struct BytePairTests {
  @Test(arguments: BytePairSample.names) func encodesAndDecodesAsHuggingFaceDoes(_ name: String) throws {
    let tokenizer = try Tokenizer(contentsOfFile: BytePairSample.path(name))
    let samples = try BytePairSample.all().filter { $0.name == name }
    #expect(samples.count > 200)
    for sample in samples {
      #expect(tokenizer.encode(sample.text) == sample.ids, "\(sample)")
      #expect(tokenizer.decode(sample.ids).unicodeScalars.elementsEqual(sample.decoded.unicodeScalars), "\(sample)")
    }
    // Words that are known by now are encoded as before.
    for sample in samples.reversed() { #expect(tokenizer.encode(sample.text) == sample.ids, "\(sample)") }
  }

  @Test(arguments: BytePairSample.names) func writesWhatHuggingFaceWrites(_ name: String) throws {
    let json = try JSONValue(contentsOfFile: BytePairSample.path(name))
    let tokenizer = try Tokenizer(json: json)
    #expect(tokenizer.level == .bytePair && !tokenizer.merges.isEmpty || name == "few")
    #expect(tokenizer.json == json)
    #expect(try Tokenizer(json: tokenizer.json) == tokenizer)
  }

  /// `trained` and `small` are what the library's trainer learns, the others come from counting all pairs for every merge.
  @Test(arguments: [
    ("trained", "corpus", 400, ["<unk>", "<s>"], 2), ("small", "corpus", 100, ["<unk>"], 2),
    ("learned", "special_corpus", 300, ["<unk>", "<s>", "</s>"], 2), ("few", "special_corpus", 30, ["<unk>"], 3),
    ("repeats", "repeats", 40, ["<unk>"], 1),
  ])
  func learns(_ name: String, _ corpus: String, _ size: Int, _ specials: [String], _ minimum: Int) throws {
    var counts = SymbolCounts()
    for text in try BytePairSample.corpus(corpus) { counts.add(text, level: .bytePair) }
    let learner = BytePairLearner(size: size, specials: specials, minimumCount: minimum)
    let tokenizer = learner.tokenizer(for: counts)
    #expect(tokenizer.json == (try JSONValue(contentsOfFile: BytePairSample.path(name))))
    let other = Tokenizer(
      counting: counts, level: .bytePair, specials: specials, minimumCount: minimum, limit: size)
    #expect(other == tokenizer && other.hashValue == tokenizer.hashValue)
  }

  @Test func givesTextBackWithSingleSpaces() throws {
    let tokenizer = try Tokenizer(contentsOfFile: BytePairSample.path("trained"))
    var texts = try BytePairSample.corpus("corpus")
    texts += texts.indices.dropLast().map { texts[$0] + " <s> " + texts[$0 + 1] + "<unk>" + texts[$0] }
    for text in texts {
      #expect(tokenizer.decode(tokenizer.encode(text)) == text)
      let spaced = " \n" + text.replacing(" ", with: " \t\u{3000}")
      #expect(tokenizer.encode(spaced) == tokenizer.encode(text))
    }
  }

  @Test func writesSymbolsAsTheyCome() throws {
    let tokenizer = try Tokenizer(contentsOfFile: BytePairSample.path("learned"))
    for text in try BytePairSample.corpus("special_corpus").prefix(20) + ["<s> a", " ", "a  b "] {
      let ids = tokenizer.encode(text)
      let pieces = ids.indices.map { tokenizer.decode(ids[$0], after: $0 == 0 ? nil : ids[$0 - 1]) }
      #expect(pieces.joined() == tokenizer.decode(ids))
    }
  }

  @Test func namesTheCharactersThatItDoesNotKnow() throws {
    let tokenizer = try Tokenizer(contentsOfFile: BytePairSample.path("learned"))
    #expect(tokenizer.unknownSymbols(in: "tÿ§ ÿta<unk><s>§ §") == ["ÿ", "§"])
    #expect(tokenizer.unknownSymbols(in: "tan <s>\t tan").isEmpty)
    #expect(tokenizer.decode(tokenizer.encode("tÿ§ ÿta")) == "t<unk><unk> <unk>ta")
  }

  @Test func learnsWholeWordsWhereThereIsRoom() {
    var counts = SymbolCounts()
    for _ in 0..<3 { counts.add("a bird  a bird sings\n", level: .bytePair) }
    let tokenizer = BytePairLearner(specials: []).tokenizer(for: counts)
    let symbols = tokenizer.encode("a bird sings bird").map { tokenizer.vocabulary.symbols[Int($0)] }
    #expect(symbols == ["▁a", "▁bird", "▁sings", "▁bird"])
    #expect(tokenizer.vocabulary.unknown == nil)
    #expect(BytePairLearner(size: 5, specials: []).tokenizer(for: counts).vocabulary.count == 5)
    #expect(BytePairLearner(size: 0).tokenizer(for: counts).vocabulary.symbols == ["<unk>"])
    #expect(BytePairLearner().tokenizer(for: SymbolCounts()).encode("a") == [0, 0])
  }

  /// A sentence of a language without spaces is one word, of any length.
  @Test(.timeLimit(.minutes(1))) func longWords() throws {
    let line = String(repeating: "你好世界的", count: 10_000)
    let counts = SymbolCounts(line, level: .bytePair)
    let tokenizer = BytePairLearner(size: 60, minimumCount: 1).tokenizer(for: counts)
    let ids = tokenizer.encode(line)
    #expect(ids.count < 1200)
    #expect(tokenizer.decode(ids) == line)
  }

  /// Spaces of a text in characters are symbols as others, so that what is between them comes back as well.
  @Test func spacesAreCharacters() throws {
    let tokenizer = Tokenizer(counting: SymbolCounts("你 好", level: .character), level: .character, specials: [])
    #expect(tokenizer.vocabulary.symbols == [" ", "你", "好"])
    #expect(tokenizer.encode("你 好好") == [1, 0, 2, 2])
    #expect(tokenizer.decode([1, 0, 2, 2]) == "你 好好")
  }
}
