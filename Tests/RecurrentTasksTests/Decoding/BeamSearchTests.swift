import RecurrentTensor
import Testing

@testable import RecurrentTasks

@Suite struct BeamSearchTests {
  private static let sources: [TableWriter.Source] = [
    .init(seed: 1, length: 3), .init(seed: 2, length: 7), .init(seed: 3, length: 1), .init(seed: 4, length: 5),
    .init(seed: 5, length: 0), .init(seed: 6, length: 4), .init(seed: 7, length: 2),
  ]
  private static let limits = [4, 3, 1, 4, 2, 3, 4]

  private func decode(
    _ writer: TableWriter, _ settings: DecodingSettings, which: [Int]? = nil, limits: [Int] = Self.limits
  ) -> [[DecodedSequence]] {
    let which = which ?? Array(Self.sources.indices)
    return writer.decode(
      which.map { Self.sources[$0] },
      of: which.map { DecodingSource(length: Self.sources[$0].length, limit: limits[$0], number: $0) }, settings)
  }

  /// Wide enough that no beginning is ever left out.
  private func wide(_ change: (inout DecodingSettings) -> Void = { _ in }) -> DecodingSettings {
    var settings = DecodingSettings()
    settings.beamSize = 400
    settings.nBest = 20
    change(&settings)
    return settings
  }

  private func expectAllOf(_ writer: TableWriter, _ settings: DecodingSettings, _ what: String) {
    for (source, found) in decode(writer, settings).enumerated() {
      let truth = writer.all(Self.sources[source], limit: Self.limits[source], settings)
      #expect(found.count == min(settings.nBest, truth.count), "\(what), source \(source)")
      for (mine, theirs) in zip(found, truth) {
        #expect(mine.symbols == theirs.symbols && mine.ending == theirs.ending, "\(what), source \(source)")
        #expect(abs(mine.score - theirs.score) < 1e-4, "\(what), source \(source)")
        #expect(abs(mine.logProbability - theirs.logProbability) < 1e-4, "\(what), source \(source)")
        if settings.keepsAttention { #expect(mine.attention == theirs.attention, "\(what), source \(source)") }
      }
    }
  }

  @Test(arguments: [0, 0.6, 1, 2.5]) func aWideBeamFindsTheBestOfAll(_ lengthPenalty: Double) {
    for coveragePenalty in [0, 0.4, 3] {
      for nBest in [1, 3, 20] {
        let settings = wide {
          $0.lengthPenalty = lengthPenalty
          $0.coveragePenalty = coveragePenalty
          $0.nBest = nBest
          $0.keepsAttention = nBest == 3
        }
        expectAllOf(TableWriter(), settings, "penalties \(lengthPenalty), \(coveragePenalty), \(nBest) best")
      }
    }
  }

  @Test(arguments: [1, 2, 3]) func noSequenceComesTwice(_ length: Int) {
    let settings = wide { $0.noRepeatNgram = length }
    expectAllOf(TableWriter(vocabularySize: 4), settings, "no \(length) symbols twice")
    // Long ones, in which it matters.
    let narrow = wide {
      $0.beamSize = 3
      $0.nBest = 3
      $0.noRepeatNgram = length
    }
    let writer = TableWriter(vocabularySize: 4, end: nil, spread: 1)
    for found in decode(writer, narrow, limits: [Int](repeating: 12, count: 7)) {
      #expect(!found.isEmpty && found.allSatisfy { !$0.symbols.repeats(length) })
    }
  }

  @Test func forbiddenSymbolsAreNotWrittenAndTakeTheirShare() {
    expectAllOf(TableWriter(vocabularySize: 6, unknown: 3, excluded: [0, 4]), wide(), "without three symbols")
    let writer = TableWriter(vocabularySize: 4, unknown: 3)
    #expect(!decode(writer, wide()).joined().contains { $0.symbols.contains(3) })
    let some = decode(writer, wide { $0.replacesUnknown = true })
    #expect(some.joined().contains { $0.symbols.contains(3) })
    // Whoever replaces symbols sees where attention looked.
    #expect(some[1][0].attention.count == some[1][0].symbols.count + (some[1][0].ending == .end ? 1 : 0))
  }

  @Test func modelsWithoutAttentionOrEndAreSearchedToo() {
    expectAllOf(TableWriter(hasAttention: false), wide { $0.coveragePenalty = 2 }, "no attention")
    expectAllOf(TableWriter(end: nil), wide(), "no end")
  }

  /// Bit for bit: neither padding nor the sources beside it change what is found for a source.
  @Test(arguments: [1, 2, 5, 400]) func aBatchGivesWhatEachSourceGivesAlone(_ beamSize: Int) {
    let limits = [9, 30, 1, 14, 3, 22, 12]
    for coveragePenalty in [0, 0.5] {
      let settings = wide {
        $0.beamSize = beamSize
        $0.nBest = min(beamSize, 4)
        $0.coveragePenalty = coveragePenalty
        $0.keepsAttention = true
        $0.noRepeatNgram = 3
      }
      let shortened = beamSize > 5 ? Self.limits : limits
      let writer = TableWriter(spread: 2)
      let together = decode(writer, settings, limits: shortened)
      let backwards = decode(writer, settings, which: [6, 5, 4, 3, 2, 1, 0], limits: shortened)
      for source in Self.sources.indices {
        let alone = decode(writer, settings, which: [source], limits: shortened)[0]
        #expect(together[source].map(\.bits) == alone.map(\.bits), "source \(source)")
        #expect(backwards[6 - source].map(\.bits) == alone.map(\.bits), "source \(source)")
      }
    }
  }

  @Test func aSingleBeamTakesTheLikeliestAndStopsAtTheEnd() {
    var settings = DecodingSettings()
    settings.beamSize = 1
    let writer = TableWriter(vocabularySize: 8)
    let limits = [Int](repeating: 15, count: 7)
    for (source, found) in decode(writer, settings, limits: limits).enumerated() {
      var symbols: [Int32] = []
      var ending = GenerationEnding.limit
      while symbols.count < 15 {
        let logits = writer.logits(Self.sources[source], after: symbols)
        let best = Int32(logits.indices.max { logits[$0] < logits[$1] } ?? 0)
        if best == 1 {
          ending = .end
          break
        }
        symbols.append(best)
      }
      #expect(found.count == 1 && found[0].symbols == symbols && found[0].ending == ending, "source \(source)")
    }
  }

  /// What a narrow beam must find, step by step, with sorting and nothing else.
  @Test(arguments: [2, 3, 5]) func aNarrowBeamKeepsTheLikeliestBeginnings(_ beamSize: Int) {
    let writer = TableWriter(vocabularySize: 9, spread: 3)
    var settings = DecodingSettings()
    settings.beamSize = beamSize
    settings.nBest = beamSize
    let limits = [Int](repeating: 8, count: 7)
    for (source, found) in decode(writer, settings, limits: limits).enumerated() {
      let truth = plainSearch(writer, Self.sources[source], beamSize: beamSize, limit: 8)
      #expect(found.map(\.symbols) == truth.prefix(beamSize).map(\.symbols), "source \(source)")
    }
  }

  private func plainSearch(
    _ writer: TableWriter, _ source: TableWriter.Source, beamSize: Int, limit: Int
  ) -> [(symbols: [Int32], score: Double)] {
    var beams: [(symbols: [Int32], sum: Double)] = [([], 0)]
    var found: [(symbols: [Int32], score: Double)] = []
    for length in 1...limit {
      let continuations = beams.flatMap { beam in
        let logarithms = logSoftmax(Tensor(writer.logits(source, after: beam.symbols))).scalars
        return logarithms.enumerated().map { (beam.symbols + [Int32($0)], beam.sum + Double($1)) }
      }.sorted { $0.1 > $1.1 }
      for (symbols, sum) in continuations.prefix(beamSize) where symbols.last == 1 {
        found.append((symbols.dropLast(), sum / Double(length)))
      }
      beams = Array(continuations.filter { $0.0.last != 1 }.prefix(beamSize))
      if length == limit { found += beams.map { ($0.symbols, $0.sum / Double(length)) } }
    }
    return found.sorted { $0.score > $1.score }
  }

  @Test func equallyLikelySymbolsComeInTheOrderOfTheirNumbers() {
    let writer = TableWriter(vocabularySize: 4, end: nil, spread: 0)
    var settings = wide { $0.nBest = 5 }
    settings.beamSize = 5
    let found = decode(writer, settings, limits: [2, 2, 2, 2, 2, 2, 2])
    // Of the four first symbols, each with all second ones: the lower second symbol first, then the better beam.
    #expect(found[0].map(\.symbols) == [[0, 0], [1, 0], [2, 0], [3, 0], [0, 1]])
  }

  @Test func aSequenceMayEndAtOnce() {
    let writer = TableWriter(change: { symbols, logits in if symbols.isEmpty { logits[1] = 40 } })
    for found in decode(writer, DecodingSettings()) {
      #expect(found[0].symbols.isEmpty && found[0].ending == .end && found[0].logProbability > -1e-6)
    }
  }

  @Test func sequencesStopAtTheirLimits() {
    let writer = TableWriter(change: { _, logits in logits[1] = -.infinity })
    let found = decode(writer, DecodingSettings())
    #expect(found.map { $0[0].symbols.count } == Self.limits)
    #expect(found.joined().allSatisfy { $0.ending == .limit })
  }

  /// Logits that are no numbers, or none that is possible, end a search and nothing else.
  @Test func aSearchWithoutPossibleSymbolsStops() {
    for bad in [Float.nan, -.infinity] {
      let writer = TableWriter(change: { symbols, logits in
        if symbols.count == 2 { logits = logits.map { _ in bad } }
      })
      for beamSize in [1, 5] {
        var settings = DecodingSettings()
        settings.beamSize = beamSize
        let found = decode(writer, settings, which: [0, 1], limits: [9, 9, 9, 9, 9, 9, 9])
        #expect(found.allSatisfy { $0.count == 1 && $0[0].symbols.count <= 2 && $0[0].score.isFinite })
      }
    }
  }

  @Test func nothingToWriteForGivesNothing() {
    #expect(TableWriter().decode([], of: []).isEmpty)
  }
}
