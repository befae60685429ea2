import Foundation
import RecurrentDistribution
import RecurrentFormats
import RecurrentLayers
import RecurrentTensor
import RecurrentTraining
import Testing

@testable import RecurrentTasks

/// Ranks that use a model together give what a single process gives, bit for bit, at every rank.
struct RankInferenceTests {
  /// All that is found about a model, in one text.
  private static func text(_ findings: TaskFindings) throws -> String {
    var object = JSONObject()
    findings.add(to: &object)
    return try JSONValue.object(object).text(.oneLine)
  }

  // MARK: Classification

  @Test func classificationOfTexts() throws {
    let folder = try SampleFolder()
    var configuration = ClassificationConfiguration.quick(try folder.putTexts(60, in: "t.tsv"))
    configuration.test = try folder.putTexts(35, in: "test.tsv")
    let classifier = try ClassificationTraining(configuration).initial
    // Long enough for several batches, of very different lengths.
    let words = ["the", "film", "splendid", "awful", "never"]
    var texts = (0..<170).map { number -> String in
      let length = 3 + number * 37 % 230
      return (0..<length).map { words[($0 * 7 + number) % words.count] }.joined(separator: " ")
    }
    texts[4] = "  "
    texts[169] = ""
    let lengths = texts.map { $0.split(separator: " ").count }
    #expect(Classifier.batches(lengths: lengths).count > 1)
    for some in [texts, Array(texts.prefix(1)), ["", " "], []] {
      try expectSameOverRanks(try classifier.classify(texts: some)) { try classifier.classify(texts: some, over: $0) }
    }
    let file = try folder.put(texts.joined(separator: "\n") + "\n", in: "lines.txt")
    try expectSameOverRanks(try classifier.classify(linesOf: file)) { try classifier.classify(linesOf: file, over: $0) }
    let expected = try Self.text(classifier.evaluate(on: nil, drawing: nil))
    try expectSameOverRanks(expected) { try Self.text(classifier.evaluate(on: nil, drawing: nil, over: $0)) }
  }

  @Test func classificationOfSignals() throws {
    let folder = try SampleFolder()
    let data = try folder.putSignals(40, in: "s.csv")
    let classifier = try ClassificationTraining(ClassificationConfiguration.quickSignals(data)).initial
    let file = try folder.putSignals(300, in: "new.csv")
    let expected = try classifier.classify(signalsOf: file).answers
    try expectSameOverRanks(expected) { try classifier.classify(signalsOf: file, over: $0).answers }
    // Each rank has a picture of its own to draw here, and only the first draws it.
    let found = try InProcessCommunicator.run(count: 2) { communicator in
      let picture = "\(data).\(communicator.rank).svg"
      return try Self.text(classifier.evaluate(on: file, drawing: picture, over: communicator))
    }
    #expect(found[0].contains("s.csv.0.svg"))
    #expect(FileManager.default.fileExists(atPath: "\(data).0.svg"))
    #expect(!FileManager.default.fileExists(atPath: "\(data).1.svg"))
  }

  // MARK: Tagging

  @Test(arguments: [TaggingHead.softmax, .crf]) func tagging(_ head: TaggingHead) throws {
    let configuration = SampleSentences.configuration { $0.head = head }
    let parts = TaggingParts(train: SampleSentences.corpus(40, seed: 1))
    let tagger = try TaggingTraining(configuration, parts: parts).initial
    let sentences = SampleSentences.sentences(1200, seed: 5).map(\.words) + [[]]
    #expect(sentences.joined().count > Tagger.stepsAtATime)
    for some in [sentences, Array(sentences.prefix(1)), [[]], []] {
      try expectSameOverRanks(tagger.labels(of: some)) { try tagger.labels(of: some, over: $0) }
    }
    // How many are tagged at a time makes no difference: commands take more at a time on more ranks.
    let pieces = stride(from: 0, to: sentences.count, by: 500).flatMap {
      tagger.labels(of: Array(sentences[$0..<min($0 + 500, sentences.count)]))
    }
    #expect(pieces == tagger.labels(of: sentences))
    let folder = try TextFolder()
    let lines = SampleSentences.sentences(200, seed: 6).map { sentence in
      zip(sentence.words, sentence.labels).map { "\($0)\t\($1)\n" }.joined()
    }
    try folder.put(lines.joined(separator: "\n"), in: "gold.txt")
    let path = folder.path("gold.txt")
    let expected = try Self.text(tagger.evaluate(on: path, drawing: nil))
    try expectSameOverRanks(expected) { try Self.text(tagger.evaluate(on: path, drawing: nil, over: $0)) }
  }

  // MARK: Translation

  /// What a translation is, bit for bit.
  private static func text(_ translated: [TranslatedSource]) -> [String] {
    translated.map { source in
      "\(source.symbols) \(source.unknownCount) " + source.translations.map(text).joined(separator: ", ")
    }
  }

  private static func text(_ translation: Translation) -> String {
    let numbers = [translation.logProbability.bitPattern, translation.score.bitPattern]
    let attention = translation.attention.map { $0.map(\.bitPattern) }
    return "\(translation.symbols) \(numbers) \(translation.ending) \(attention)"
  }

  @Test(arguments: ["beam", "sampling", "greedy"]) func translation(_ search: String) throws {
    let translator = try TranslationTraining(SamplePairs.configuration(), parts: SamplePairs.parts).initial
    var settings = DecodingSettings()
    settings.keepsAttention = true
    settings.nBest = search == "greedy" ? 1 : 3
    if search == "greedy" { settings.beamSize = 1 }
    if search == "sampling" { settings.sampling = SamplingSettings() }
    let letters = ["a", "b", "c", "d", "e", "q"]
    // Short translations of long sources: several batches, and little to compute.
    settings.maxLengthRatio = 0
    var texts = (0..<50).map { number -> String in
      let length = 1 + number * 13 % 61
      return (0..<length).map { letters[($0 * 5 + number) % 6] }.joined(separator: " ")
    }
    texts[7] = ""
    for some in [texts, Array(texts.prefix(2)), [""], []] {
      let expected = Self.text(try translator.translate(some, settings))
      try expectSameOverRanks(expected) { [settings] communicator in
        var done = 0
        let found = try translator.translate(.texts(some), settings, over: communicator) { done += $0 }
        // The first rank, which tells of it, has counted all in the end.
        if communicator.rank == 0 { #expect(done == some.count { !$0.isEmpty }) }
        return Self.text(found)
      }
    }
    try expectSameOverRanks(Self.text(try translator.translate(texts, settings))) { [settings, texts] in
      Self.text(try translator.translate(.texts(texts), settings, batchSize: 5, over: $0))
    }
  }

  @Test func translationIsJudged() throws {
    let translator = try TranslationTraining(SamplePairs.configuration(), parts: SamplePairs.parts).initial
    let folder = try TextFolder()
    let lines = SamplePairs.pairs(150, seed: 9).map { "\($0.source)\t\($0.target)\n" }
    try folder.put(lines.joined(), in: "pairs.tsv")
    let path = folder.path("pairs.tsv")
    let expected = try Self.text(translator.evaluate(on: path, drawing: nil))
    try expectSameOverRanks(expected) { communicator in
      var told: [Int] = []
      let findings = try translator.evaluate(on: path, drawing: nil, over: communicator) { done, total in
        told.append(done)
        #expect(total == 150)
      }
      if communicator.rank == 0 { #expect(told.last == 150 && told == told.sorted()) }
      return try Self.text(findings)
    }
  }

  // MARK: Generation

  @Test func texts() throws {
    let model = SmallLanguage.model("abcdefgh \n")
    for count in [1, 2, 7] {
      var request = GenerationRequest(prompt: "a b", limit: 40)
      (request.count, request.seed, request.stop) = (count, 5, ["fg"])
      let expected = try model.texts(request)
      try expectSameOverRanks(expected) { [request] in try model.generate(request, over: $0).map(\.text) }
      try expectSameOverRanks(try model.generate(request, over: SingleProcess())) { [request] in
        try model.generate(request, over: $0)
      }
    }
  }

  /// The figures of a text, and of records whose conditions texts are drawn for.
  @Test func languageModelsAreJudged() throws {
    let folder = try TextFolder()
    try folder.put((0..<90).map { "abc\($0 % 7)ba" }.joined(separator: " "), in: "t.txt")
    let text = SmallLanguage.model("abc0123456 ") { $0.batchSize = 7 }
    let path = folder.path("t.txt")
    try expectSameOverRanks(try Self.text(text.evaluate(on: path, drawing: nil))) {
      try Self.text(text.evaluate(on: path, drawing: nil, over: $0))
    }
    let lines = (0..<50).map { "{\"text\": \"\($0 % 2 == 0 ? "ab" : "ba")c\", \"mood\": \"\($0 % 3)\"}\n" }
    try folder.put(lines.joined(), in: "r.jsonl")
    var configuration = GenerationConfiguration()
    configuration.data = folder.path("r.jsonl")
    configuration.test = folder.path("r.jsonl")
    configuration.embedding = 4
    configuration.architecture.hidden = [8]
    try configuration.apply([
      SettingAssignment(override: "arrangement=records"), SettingAssignment(override: "conditions=mood"),
    ])
    let records = try GenerationTraining(configuration).initial
    let expected = try Self.text(records.evaluate(on: nil, drawing: nil))
    #expect(expected.contains("obeys"))
    try expectSameOverRanks(expected) { try Self.text(records.evaluate(on: nil, drawing: nil, over: $0)) }
  }

  // MARK: Disagreement

  /// Ranks that read other inputs, or have another model, say so in place of giving something that is neither's.
  @Test func ranksThatDifferAreFound() throws {
    let folder = try SampleFolder()
    let classifier = try ClassificationTraining(.quick(try folder.putTexts(60, in: "t.tsv"))).initial
    func expectDifference(of what: String, _ body: @escaping @Sendable (any Communicator) throws -> Void) {
      #expect(throws: CommunicationError.ranksDiffer(what: what, ranks: [2])) {
        _ = try InProcessCommunicator.run(count: 3) { try body($0) }
      }
    }
    expectDifference(of: "the input") { communicator in
      // The same number of texts, and none in all.
      let texts = communicator.rank == 2 ? ["the film"] : ["a film"]
      _ = try classifier.classify(texts: texts, over: communicator)
    }
    expectDifference(of: "the input") { communicator in
      _ = try classifier.classify(texts: communicator.rank == 2 ? [] : ["a film"], over: communicator)
    }
    expectDifference(of: "the model") { communicator in
      var own = classifier
      if communicator.rank == 2 {
        own.network = try own.network.changingOneBit()
      }
      try own.requireAgreement(over: communicator)
    }
    let model = SmallLanguage.model("abcdefgh \n")
    expectDifference(of: "what is asked for") { communicator in
      var request = GenerationRequest(prompt: "a", limit: 4)
      request.seed = communicator.rank == 2 ? 6 : 5
      _ = try model.generate(request, over: communicator)
    }
  }
}

extension Module {
  /// The same with the last bit of one number changed.
  fileprivate func changingOneBit() throws -> Self {
    var changed = self
    var tensors = Dictionary(uniqueKeysWithValues: tensors.map { ($0.path, $0.value) })
    let path = try #require(tensors.keys.sorted().last)
    let tensor = try #require(tensors[path])
    var scalars = tensor.scalars
    scalars[0] = scalars[0].nextUp
    tensors[path] = Tensor(scalars, shape: tensor.shape)
    try changed.load(tensors)
    return changed
  }
}
