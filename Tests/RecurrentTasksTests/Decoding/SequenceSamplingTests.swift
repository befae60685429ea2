import Foundation
import RecurrentTensor
import Testing

@testable import RecurrentTasks

@Suite struct SequenceSamplingTests {
  private static let sources = (0..<6).map { TableWriter.Source(seed: UInt64($0), length: ($0 * 5) % 7) }

  private func draw(
    _ writer: TableWriter = TableWriter(), which: [Int] = Array(0..<6), count: Int = 1, limit: Int = 12,
    change: (inout DecodingSettings) -> Void = { _ in }
  ) -> [[DecodedSequence]] {
    var settings = DecodingSettings()
    settings.sampling = SamplingSettings()
    settings.nBest = count
    settings.keepsAttention = true
    change(&settings)
    return writer.decode(
      which.map { Self.sources[$0] },
      of: which.map { DecodingSource(length: Self.sources[$0].length, limit: limit + $0, number: $0) }, settings)
  }

  /// Bit for bit: what is drawn depends on the number of the source and of the draw alone.
  @Test func theSameSeedDrawsTheSameInAnyBatch() {
    let all = draw(count: 3)
    for source in 0..<6 {
      #expect(draw(which: [source], count: 3)[0].map(\.bits) == all[source].map(\.bits))
    }
    #expect(draw(which: [4, 1, 5], count: 1).map { $0[0].bits } == [4, 1, 5].map { all[$0][0].bits })
    #expect(draw(count: 3) { $0.seed = 43 }.map { $0.map(\.bits) } != all.map { $0.map(\.bits) })
    #expect(all.contains { Set($0.map(\.bits)).count > 1 })
  }

  /// Whole sequences come as often as the model says.
  @Test func sequencesComeAsOftenAsTheModelSays() {
    let writer = TableWriter(vocabularySize: 3)
    let count = 5000
    let drawn = draw(writer, which: [2], count: count, limit: 1)[0]
    let truth = writer.all(Self.sources[2], limit: 3, DecodingSettings())
    for sequence in truth {
      let share = Double(drawn.count { $0.symbols == sequence.symbols && $0.ending == sequence.ending }) / Double(count)
      let probability = exp(sequence.logProbability)
      // Four deviations of a binomial share.
      #expect(abs(share - probability) < 4 * (probability * (1 - probability) / Double(count)).squareRoot() + 1e-9)
    }
    for sequence in drawn.prefix(50) {
      let theirs = truth.first { $0.symbols == sequence.symbols && $0.ending == sequence.ending }
      #expect(abs(sequence.logProbability - (theirs?.logProbability ?? 0)) < 1e-5)
      #expect(sequence.attention == theirs?.attention)
    }
  }

  @Test func temperatureZeroIsGreedy() {
    let drawn = draw { $0.sampling?.temperature = 0 }
    let found = draw {
      $0.sampling = nil
      $0.beamSize = 1
    }
    #expect(drawn.map { $0.map(\.kind) } == found.map { $0.map(\.kind) })
  }

  @Test func filtersAndForbiddenSymbolsHold() {
    let writer = TableWriter(vocabularySize: 8, unknown: 2, excluded: [3], spread: 1)
    let drawn = draw(writer, count: 40) {
      $0.sampling?.topK = 3
      $0.noRepeatNgram = 2
    }
    for sequence in drawn.joined() {
      #expect(!sequence.symbols.contains(2) && !sequence.symbols.contains(3) && !sequence.symbols.repeats(2))
    }
    let onlyFirst = draw(writer, which: [1], count: 200, limit: 1) { $0.sampling?.topK = 3 }[0]
    #expect(Set(onlyFirst.map { $0.symbols.first ?? -1 }).count == 3)
  }

  @Test func drawsWithoutPossibleSymbolsStop() {
    for bad in [Float.nan, -.infinity] {
      let writer = TableWriter(change: { symbols, logits in
        if symbols.count == 2 { logits = logits.map { _ in bad } }
      })
      for sequence in draw(writer, count: 4).joined() {
        #expect(sequence.symbols.count <= 2 && sequence.logProbability.isFinite)
      }
    }
  }
}
