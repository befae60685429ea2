import Foundation
import RecurrentFormats
import RecurrentLayers
import RecurrentTasks
import RecurrentTensor
import RecurrentTestSupport
import RecurrentTraining
import Testing

struct TaggingTrainingTests {
  private static let parts = TaggingParts(
    train: SampleSentences.corpus(160, seed: 1), validation: SampleSentences.corpus(40, seed: 2),
    test: SampleSentences.corpus(40, seed: 3))

  private static func trained(_ configuration: TaggingConfiguration, _ parts: TaggingParts = parts) throws -> Tagger {
    let training = try TaggingTraining(configuration, parts: parts)
    let runner = try TrainingRunner(
      training, model: training.initial.network, configuration: configuration.training)
    var tagger = training.initial
    tagger.network = try runner.run().model
    return tagger
  }

  /// Nearly all words of the test part are unknown: only the characters, and the word before, tell their labels.
  @Test(arguments: [CharacterPart.lstm, .convolution], [TaggingHead.softmax, .crf])
  func learnsEndings(characters: CharacterPart, head: TaggingHead) throws {
    let tagger = try Self.trained(
      SampleSentences.configuration {
        $0.characters = characters
        $0.head = head
      })
    let test = try #require(Self.parts.test)
    let scores = tagger.scores(on: test.sentences)
    #expect(scores.all.accuracy > 0.97, "\(scores.all)")
    #expect(scores.unknown.words > 50)
    #expect(scores.unknown.accuracy > 0.95, "\(scores.unknown)")
  }

  @Test func withoutCharactersUnknownWordsAreGuesses() throws {
    let tagger = try Self.trained(SampleSentences.configuration { $0.characters = .none })
    let scores = tagger.scores(on: try #require(Self.parts.test).sentences)
    #expect(scores.unknown.accuracy < 0.8 && scores.all.accuracy > scores.unknown.accuracy)
  }

  // MARK: The loss

  @Test(arguments: [CharacterPart.lstm, .convolution, .none], [TaggingHead.softmax, .crf])
  func gradients(characters: CharacterPart, head: TaggingHead) throws {
    let configuration = SampleSentences.configuration {
      $0.characters = characters
      $0.head = head
      $0.wordSize = 3
      $0.characterSize = 3
      $0.characterUnits = 2
      $0.architecture.hidden = [2]
      $0.batchSize = 3
    }
    let training = try TaggingTraining(configuration, parts: TaggingParts(train: SampleSentences.corpus(3, seed: 4)))
    let batch = BatchPosition(epoch: 0, index: 0, step: 0, key: RandomKey(seed: 1))
    let check = checkGradient(of: training.initial.network, key: RandomKey(seed: 2), sample: 120) { model in
      var carry = NoCarry()
      return training.loss(of: model, on: batch, carry: &carry).mean
    }
    #expect(check.agrees, "\(check)")
  }

  @Test func batchesHoldAllSentencesOnce() throws {
    let training = try TaggingTraining(SampleSentences.configuration(), parts: Self.parts)
    var count = 0
    for index in 0..<training.batchCount(inEpoch: 0) {
      var carry = NoCarry()
      let batch = BatchPosition(epoch: 0, index: index, step: index, key: RandomKey(seed: 1))
      count += training.loss(of: training.initial.network, on: batch, carry: &carry).count
    }
    #expect(count == Self.parts.train.wordCount)
  }

  // MARK: The tagger

  @Test func tagsDoNotDependOnTheOtherSentences() throws {
    let tagger = try TaggingTraining(SampleSentences.configuration { $0.head = .crf }, parts: Self.parts).initial
    let sentences = SampleSentences.sentences(150, seed: 9).map(\.words) + [[]]
    let together = tagger.labels(of: sentences)
    #expect(together.last == [])
    #expect(zip(together, sentences).allSatisfy { $0.count == $1.count })
    for number in stride(from: 0, to: 151, by: 10) {
      #expect(tagger.labels(of: [sentences[number]]) == [together[number]])
    }
    #expect(tagger.labels(of: []).isEmpty)
  }

  @Test func savedAndLoaded() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for head in [TaggingHead.softmax, .crf] {
      let tagger = try TaggingTraining(
        SampleSentences.configuration {
          $0.head = head
          $0.architecture.layers = 2
        }, parts: Self.parts
      ).initial
      try tagger.write(to: folder, trainedBy: [:])
      let loaded = try Tagger(modelFolder: folder)
      let sentences = SampleSentences.sentences(30, seed: 5).map(\.words) + [["ÅÄ", "<unk>", "<w>", "東京"]]
      #expect(loaded.labels(of: sentences) == tagger.labels(of: sentences))
      #expect(loaded.vocabularies.knownWords == tagger.vocabularies.knownWords)
    }
    // Whoever changes a file takes the list of digests away.
    try FileManager.default.removeItem(atPath: folder + "/MANIFEST.sha256")
    let path = folder + "/config.json"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    for (old, new) in [("\"labels\"", "\"names\""), ("NOUN", "VERB")] {
      try text.replacing(old, with: new).write(toFile: path, atomically: true, encoding: .utf8)
      #expect(throws: ModelDataError.self) { try Tagger(modelFolder: folder) }
    }
  }

  @Test func spansAreLearnedInAnotherSchemeAndAnsweredInTheirs() throws {
    // Runs of nouns are things, runs of verbs are places.
    func spans(_ count: Int, seed: UInt64) -> TaggedCorpus {
      let kinds = ["NOUN": "THING", "VERB": "PLACE"]
      let sentences = SampleSentences.sentences(count, seed: seed).map { sentence in
        var previous: String?
        let labels = sentence.labels.map { label -> String in
          defer { previous = label }
          return kinds[label].map { (label == previous ? "I-" : "B-") + $0 } ?? "O"
        }
        return TaggedSentence(words: sentence.words, labels: labels)
      }
      return TaggedCorpus(file: "spans", format: .columns, sentences: sentences)
    }
    let parts = TaggingParts(train: spans(160, seed: 1), test: spans(40, seed: 3))
    let tagger = try Self.trained(
      SampleSentences.configuration {
        $0.spans = .bioes
        $0.head = .crf
        $0.training.epochs = 12
      }, parts)
    #expect(tagger.scheme == .bio)
    #expect(tagger.vocabularies.labels.symbols.contains("S-THING"))
    let sentences = try #require(parts.test).sentences
    let found = tagger.labels(of: sentences.map(\.words))
    #expect(found.allSatisfy { SpanScheme.bio.firstFault(in: $0) == nil })
    let scores = tagger.scores(on: sentences)
    #expect(scores.metrics.first?.name == "f1")
    #expect(try #require(scores.spans).all.f1 > 0.9, "\(scores.metrics)")
  }

  // MARK: Judging

  @Test func unseenLabelsAreCountedAndWrong() throws {
    let tagger = try TaggingTraining(SampleSentences.configuration(), parts: Self.parts).initial
    let scores = tagger.scores(on: [TaggedSentence(words: ["x", "y"], labels: ["ODD", "ODD"])])
    #expect(scores.unseenLabels == ["ODD": 2])
    #expect(scores.all.correct == 0 && scores.all.words == 2)
    #expect(scores.unknown.words == 2)
  }

  @Test func mostFrequentTags() {
    let baseline = FrequentTagBaseline([
      TaggedSentence(words: ["a", "a", "a", "b", "c", "d"], labels: ["X", "Y", "Y", "Z", "Z", "X"])
    ])
    #expect(baseline.labels(of: ["a", "b", "d", "new"]) == ["Y", "Z", "X", "Z"])
    #expect(FrequentTagBaseline([]).labels(of: ["a"]) == [""])
  }

  // MARK: Data and settings

  @Test func partsOfOneFile() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let lines = (1...20).map { "w\($0)|A x|B" }.joined(separator: "\n")
    try lines.write(toFile: path, atomically: true, encoding: .utf8)
    var configuration = TaggingConfiguration()
    configuration.data = path
    let parts = try TaggingParts(configuration)
    #expect(parts.train.sentences.count == 18)
    let held = try #require(parts.validation).sentences
    #expect(held.count == 2 && Set(held).isDisjoint(with: Set(parts.train.sentences)))
    for share in ["0", "1", "-0.5", "nan", "1e9"] {
      configuration.validation = share
      #expect(throws: TaggingError.validationShare(share, sentences: 20)) { try TaggingParts(configuration) }
    }
    configuration.data = nil
    #expect(throws: TaggingError.noData) { try TaggingParts(configuration) }
  }

  @Test(arguments: [
    ("just some text\n", "FILE: plain text without labels"), ("\n\n", "FILE: there is no word in it"),
    ("a|X b|Y\na|X b\n", "FILE:2:5: the word 'b' has no label"),
    ("1\ta\t_\tX\t_\t_\t_\t_\t_\t_\n2\tb\t_\t_\t_\t_\t_\t_\t_\t_\n", "FILE:2:1: the word 'b' has no label"),
  ])
  func unusableFiles(text: String, message: String) throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    let error = #expect(throws: TaggingError.self) {
      try TaggedCorpus(path: path, format: text.hasPrefix("a|") ? .bars : nil)
    }
    let description = try #require(error).description.replacing(path, with: "FILE")
    #expect(description.hasPrefix(message), "\(description)")
  }

  @Test func pretrainedVectors() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try "i 1 2 3\nnowhere 4 5 6\n".write(toFile: path, atomically: true, encoding: .utf8)
    func training(wordSize: Int) throws -> TaggingTraining {
      try TaggingTraining(
        SampleSentences.configuration {
          $0.vectors = path
          $0.wordSize = wordSize
        }, parts: Self.parts)
    }
    let tagger = try training(wordSize: 3).initial
    let id = Int(try #require(tagger.vocabularies.words.id(of: "i")))
    #expect(tagger.network.words?.weight.value[id].scalars == [1, 2, 3])
    #expect(throws: TaggingError.vectorSize(file: path, found: 3, expected: 4)) { try training(wordSize: 4) }
  }

  @Test(arguments: TaggingConfiguration.presets.map(\.name))
  func presetsAreSettings(name: String) throws {
    let preset = try TaggingConfiguration.preset(named: name)
    let configuration = try TaggingConfiguration(resolving: preset.assignments)
    #expect(configuration.column == .upos && configuration.architecture.isBidirectional)
  }

  @Test func contradictingSettings() {
    #expect(throws: TaggingError.noInputs) {
      try TaggingTraining(
        SampleSentences.configuration {
          $0.wordSize = 0
          $0.characters = .none
        }, parts: Self.parts)
    }
    #expect(throws: TaggingError.self) {
      try TaggingTraining(
        SampleSentences.configuration {
          $0.architecture.cell = .gru
          $0.architecture.hasPeepholes = true
        }, parts: Self.parts)
    }
  }

  // MARK: Real data

  /// The plain rule gets what others measured on the same files, so these are read and counted as by them.
  @Test(
    .enabled(if: SharedData.has(DataFile.englishTrain), SharedData.comment),
    arguments: [
      (DataFile.englishTrain, DataFile.englishDev, 86.13), (DataFile.englishTrain, DataFile.englishTest, 86.20),
      (DataFile.chineseTrain, DataFile.chineseDev, 84.02), (DataFile.chineseTrain, DataFile.chineseTest, 84.07),
    ])
  func mostFrequentTagsOfTreebanks(train: String, other: String, accuracy: Double) throws {
    let sentences = try TaggedCorpus(path: SharedData.path(train), column: .upos).sentences
    let judged = try TaggedCorpus(path: SharedData.path(other), column: .upos).sentences
    let baseline = FrequentTagBaseline(sentences)
    var scores = TaggingScores(
      knownWords: Set(sentences.flatMap(\.words)), knownLabels: Set(sentences.flatMap(\.labels)), countsSpans: false)
    for sentence in judged { scores.add(sentence, found: baseline.labels(of: sentence.words)) }
    #expect(abs(scores.all.accuracy * 100 - accuracy) < 0.005, "\(scores.all)")
  }

  /// Reading a treebank and writing its own labels gives the same bytes.
  @Test(.enabled(if: SharedData.has(DataFile.englishDev), SharedData.comment))
  func treebankRoundTrip() throws {
    let source = try TextFile.open(SharedData.path(DataFile.englishDev))
    var bytes: [UInt8] = []
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    defer { chunk.deallocate() }
    while true {
      let count = try source.read(into: chunk)
      if count == 0 { break }
      bytes += chunk[..<count]
    }
    let reader = try AnnotationReader(path: SharedData.path(DataFile.englishDev))
    var written: [UInt8] = []
    var sentences = 0
    while let sentence = try reader.next() {
      written += sentence.bytes(withLabels: sentence.labels)
      sentences += sentence.words.isEmpty ? 0 : 1
    }
    #expect(written == bytes)
    #expect(sentences == 2001)
  }
}

extension DataFile {
  static let englishTrain = "ud-english-ewt/en_ewt-ud-train.conllu.gz"
  static let englishDev = "ud-english-ewt/en_ewt-ud-dev.conllu.gz"
  static let englishTest = "ud-english-ewt/en_ewt-ud-test.conllu.gz"
  static let chineseTrain = "ud-chinese-gsd/zh_gsd-ud-train.conllu.gz"
  static let chineseDev = "ud-chinese-gsd/zh_gsd-ud-dev.conllu"
  static let chineseTest = "ud-chinese-gsd/zh_gsd-ud-test.conllu"
}
