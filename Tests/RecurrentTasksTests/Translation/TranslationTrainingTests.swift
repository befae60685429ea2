import Foundation
import RecurrentFormats
import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import RecurrentTraining
import Testing

@testable import RecurrentTasks

struct TranslationTrainingTests {
  private static func trained(_ configuration: TranslationConfiguration) throws -> Translator {
    let training = try TranslationTraining(configuration, parts: SamplePairs.parts)
    var translator = training.initial
    translator.network = try TrainingRunner(
      training, model: translator.network, configuration: configuration.training
    ).run().model
    return translator
  }

  private static func share(of translator: Translator, on pairs: [SentencePair]) throws -> Double {
    let found = try translator.translate(pairs.map(\.source))
    let right = zip(found, pairs).count { $0.translations.first?.text == $1.target }
    return Double(right) / Double(pairs.count)
  }

  // MARK: Learning

  @Test(arguments: [AttentionKind.additive, .general, .projected, .none])
  func learnsToReverse(attention: AttentionKind) throws {
    let translator = try Self.trained(
      SamplePairs.configuration {
        $0.attention = attention
        if attention == .none { $0.contextRoute = .both }
      })
    let right = try Self.share(of: translator, on: SamplePairs.pairs(100, seed: 9))
    #expect(right > (attention == .none ? 0.6 : 0.9), "\(right)")
  }

  /// Without a decoder symbols come in the order of the source.
  @Test func learnsToAlign() throws {
    func capitals(_ count: Int, seed: UInt64) -> ParallelCorpus {
      let pairs = SamplePairs.pairs(count, seed: seed).map { pair in
        // A pause stands behind every letter, so that there is room for nothing between equal ones.
        let letters = pair.source.split(separator: " ")
        return SentencePair(
          source: letters.flatMap { [$0, "x"] }.joined(separator: " "),
          target: letters.map { $0.uppercased() }.joined(separator: " "))
      }
      return ParallelCorpus(file: "pairs", pairs: pairs)
    }
    let configuration = SamplePairs.configuration {
      $0.writer = .ctc
      $0.training.epochs = 15
    }
    let training = try TranslationTraining(configuration, parts: TranslationParts(train: capitals(300, seed: 1)))
    var translator = training.initial
    translator.network = try TrainingRunner(
      training, model: translator.network, configuration: configuration.training
    ).run().model
    let right = try Self.share(of: translator, on: capitals(80, seed: 6).pairs)
    #expect(right > 0.95, "\(right)")
    // Before training any symbol may come, but none of those that mean something beside the text.
    for beamSize in [1, 4] {
      var settings = DecodingSettings()
      settings.beamSize = beamSize
      let written = try training.initial.translate(capitals(40, seed: 7).pairs.map(\.source), settings)
      #expect(written.allSatisfy { source in source.translations.allSatisfy { !$0.text.contains("<") } })
    }
  }

  @Test(arguments: [ScheduledSampling.perToken, .perSequence])
  func learnsFromItsOwnSymbols(sampling: ScheduledSampling) throws {
    let translator = try Self.trained(
      SamplePairs.configuration {
        ($0.scheduledSampling, $0.samplingShare) = (sampling, 0.5)
        $0.training.epochs = 15
      })
    let right = try Self.share(of: translator, on: SamplePairs.pairs(60, seed: 9))
    #expect(right > 0.8, "\(right)")
  }

  // MARK: The loss

  private static let variants: [@Sendable (inout TranslationConfiguration) -> Void] = [
    { $0.attention = .none },
    { ($0.attention, $0.contextRoute) = (.none, .everyStep) },
    { ($0.attention, $0.contextRoute, $0.context, $0.isTied) = (.none, .both, .transformedMean, false) },
    { ($0.attention, $0.encoder.isBidirectional, $0.bridge, $0.encoder.hidden) = (.dot, false, .identity, [4]) },
    { ($0.attention, $0.attentionOrder, $0.encoder.cell) = (.additive, .beforeStep, .gru) },
    { ($0.attention, $0.attentionOrder, $0.decoder.cell) = (.general, .afterStepWithFeeding, .gru) },
    { ($0.attention, $0.coverage, $0.coverageLoss) = (.additive, true, 0.5) },
    { ($0.attention, $0.context, $0.contextRoute, $0.decoder.layers) = (.projected, .transformedLast, .both, 2) },
    { $0.writer = .ctc },
  ]

  private static func small(_ variant: Int) -> TranslationConfiguration {
    SamplePairs.configuration {
      ($0.embedding, $0.attentionSize, $0.batchSize) = (3, 3, 4)
      ($0.encoder.hidden, $0.decoder.hidden) = ([2], [4])
      variants[variant](&$0)
    }
  }

  @Test(arguments: 0..<9)
  func gradients(variant: Int) throws {
    let training = try TranslationTraining(
      Self.small(variant), parts: TranslationParts(train: SamplePairs.corpus(4, seed: 4)))
    var model = training.initial.network
    // At zero coverage would not count, and its gradient could not be seen to be right.
    if let shape = model.decoder?.coverageWeight?.value.shape {
      model.decoder?.coverageWeight = Parameter(Tensor(repeating: 0.7, shape: shape, elementType: .float32))
    }
    let batch = BatchPosition(epoch: 0, index: 0, step: 0, key: RandomKey(seed: 1))
    let check = checkGradient(of: model, key: RandomKey(seed: 2), sample: 120) { model in
      var carry = NoCarry()
      return training.loss(of: model, on: batch, carry: &carry).mean
    }
    #expect(check.agrees, "\(check)")
  }

  @Test(arguments: 0..<9)
  func moduleLaws(variant: Int) throws {
    let training = try TranslationTraining(
      Self.small(variant), parts: TranslationParts(train: SamplePairs.corpus(4, seed: 4)))
    #expect(checkModule(training.initial.network).isEmpty)
  }

  /// What is computed at once under a teacher is what comes step by step.
  @Test(arguments: [0, 1, 2, 3, 7])
  func fusedIsStepwise(variant: Int) throws {
    let translator = try TranslationTraining(
      Self.small(variant), parts: TranslationParts(train: SamplePairs.corpus(9, seed: 4))
    ).initial
    let pairs = EncodedPairs(SamplePairs.corpus(9, seed: 4), translator)
    let batch = pairs.batch(Array(0..<9))
    let decoder = try #require(translator.network.decoder)
    let memory = decoder.memory(of: translator.network.encoder(batch.sources))
    #expect(decoder.isFused)
    let fused = decoder.fused(batch.fed, memory)
    let steps = decoder.stepwise(batch.fed, memory).outputs
    let width = fused.shape[2]
    let rows = batch.realSteps.flatMap { row in (0..<width).map { Int(row) * width + $0 } }
    let (a, b) = (fused.scalars, steps.scalars)
    #expect(rows.allSatisfy { abs(a[$0] - b[$0]) <= 1e-6 })
    #expect(rows.contains { a[$0] != 0 })
  }

  @Test func batchesHoldAllSymbolsOnce() throws {
    let training = try TranslationTraining(SamplePairs.configuration(), parts: SamplePairs.parts)
    var count = 0
    for index in 0..<training.batchCount(inEpoch: 0) {
      var carry = NoCarry()
      let batch = BatchPosition(epoch: 0, index: index, step: index, key: RandomKey(seed: 1))
      count += training.loss(of: training.initial.network, on: batch, carry: &carry).count
    }
    let symbols = SamplePairs.parts.train.pairs.reduce(0) { $0 + $1.target.split(separator: " ").count + 1 }
    #expect(count == symbols)
  }

  // MARK: The translator

  @Test(arguments: 0..<9)
  func translationsDoNotDependOnTheOtherSources(variant: Int) throws {
    let translator = try TranslationTraining(Self.small(variant), parts: SamplePairs.parts).initial
    let sources = SamplePairs.pairs(60, seed: 8).map(\.source) + ["", "a q b", "  "]
    var settings = DecodingSettings()
    settings.nBest = 3
    let together = try translator.translate(sources, settings)
    #expect(together[60].translations.isEmpty && together[62].translations.isEmpty)
    #expect(together[61].unknownCount == 1)
    for number in stride(from: 0, to: 63, by: 7) {
      let alone = try translator.translate([sources[number]], settings)[0]
      #expect(alone.translations.map(\.text) == together[number].translations.map(\.text))
      #expect(alone.translations.map(\.logProbability) == together[number].translations.map(\.logProbability))
    }
  }

  @Test func savedAndLoaded() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for variant in 0..<9 {
      let translator = try TranslationTraining(Self.small(variant), parts: SamplePairs.parts).initial
      try translator.write(to: folder, trainedBy: [:])
      let loaded = try Translator(modelFolder: folder)
      let sources = SamplePairs.pairs(10, seed: 5).map(\.source) + ["<unk> 東京"]
      #expect(
        try loaded.translate(sources).map { $0.translations[0].text }
          == translator.translate(sources).map { $0.translations[0].text })
    }
    // Whoever changes a file takes the list of digests away.
    try FileManager.default.removeItem(atPath: folder + "/MANIFEST.sha256")
    let path = folder + "/config.json"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    for (old, new) in [("\"source_symbols\"", "\"symbols\""), ("\"target_symbols\": 9", "\"target_symbols\": 10")] {
      #expect(text.contains(old))
      try text.replacing(old, with: new).write(toFile: path, atomically: true, encoding: .utf8)
      #expect(throws: ModelDataError.self) { try Translator(modelFolder: folder) }
    }
  }

  @Test func settingsThatDoNotGoTogether() {
    let wrong: [(inout TranslationConfiguration) -> Void] = [
      { $0.decoder.isBidirectional = true },
      { ($0.attention, $0.coverage) = (.none, true) },
      { ($0.attention, $0.attentionOrder) = (.none, .beforeStep) },
      { $0.coverageLoss = 1 },
      {
        $0.attention = .dot; $0.decoder.hidden = [7]
      },
      { ($0.attentionOrder, $0.decoder.cell) = (.beforeStep, .convolution) },
      { $0.bridge = .identity },
      { ($0.encoder.cell, $0.encoder.hasPeepholes) = (.gru, true) },
    ]
    for change in wrong {
      #expect(throws: TranslationError.self) {
        try TranslationTraining(SamplePairs.configuration(change), parts: SamplePairs.parts)
      }
    }
  }

  @Test func longPairsAreLeftOutAndCounted() throws {
    let long = SentencePair(source: "a a a a a a a", target: "A")
    let training = try TranslationTraining(
      SamplePairs.configuration { $0.maximumLength = 4 },
      parts: TranslationParts(train: ParallelCorpus(file: "pairs", pairs: SamplePairs.pairs(20, seed: 1) + [long])))
    #expect(training.notes.count == 1 && training.notes[0].contains("1 pair has more than maximum_length 4"))
    #expect(throws: TranslationError.noPairs(file: "pairs")) {
      try TranslationTraining(
        SamplePairs.configuration { $0.maximumLength = 1 },
        parts: TranslationParts(
          train: ParallelCorpus(file: "pairs", pairs: [SentencePair(source: "a b c", target: "A B")])))
    }
  }
}
