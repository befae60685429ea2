import Foundation
import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

/// Reading symbols from logits, against all ways written out.
struct CTCTests {
  /// All ways through the real steps of a row of `[T, N, V]`: what each spells, and the log of its probability.
  private static func ways(_ logits: SequenceBatch, _ row: Int, _ ctc: CTC) -> [(way: [Int32], score: Double)] {
    let p = logSoftmax(logits.values)
    let length = logits.lengths.map { Int($0[row]) } ?? logits.stepCount
    var ways: [(way: [Int32], score: Double)] = [([], 0)]
    for step in 0..<length {
      let scores = p[step][row].doubles
      ways = ways.flatMap { way in scores.indices.map { (way.way + [Int32($0)], way.score + scores[$0]) } }
    }
    return ways
  }

  private static func spelled(_ way: [Int32], _ ctc: CTC) -> [Int32] {
    zip(way, [-1] + way).filter { $0.0 != $0.1 }.map(\.0).filter { $0 != ctc.blank }
  }

  /// The probability of each target of a row.
  private static func probabilities(_ logits: SequenceBatch, _ row: Int, _ ctc: CTC) -> [[Int32]: Double] {
    ways(logits, row, ctc).reduce(into: [:]) { $0[spelled($1.way, ctc), default: 0] += exp($1.score) }
  }

  private static func logits(steps: Int, symbols: Int, lengths: [Int], seed: UInt64) -> SequenceBatch {
    SequenceBatch(.doubles([steps, lengths.count, symbols], seed: seed) * 2, lengths: lengths)
  }

  @Test(arguments: [(6, 3, 0), (5, 4, 3), (6, 3, 1), (4, 5, 2)])
  func aWideBeamFindsAllTargets(_ steps: Int, _ symbols: Int, _ blank: Int) {
    let ctc = CTC(blank: Int32(blank))
    let logits = Self.logits(
      steps: steps, symbols: symbols, lengths: [steps, 0, steps - 2], seed: UInt64(steps + blank))
    let found = ctc.beamSearch(logits, beamSize: 2000, count: 2000)
    for row in 0..<3 {
      let truth = Self.probabilities(logits, row, ctc)
      #expect(found[row].count == truth.count)
      for hypothesis in found[row] {
        let expected = truth[hypothesis.symbols] ?? 0
        #expect(abs(exp(hypothesis.logProbability) - expected) < 1e-12, "\(hypothesis)")
      }
      #expect(zip(found[row], found[row].dropFirst()).allSatisfy { $0.logProbability >= $1.logProbability })
    }
    #expect(found[1] == [CTCHypothesis(symbols: [], logProbability: 0)])
  }

  /// A beam of ordinary width finds the likeliest target of most sequences, and never more than its probability.
  @Test func aNarrowBeamIsALowerBound() {
    let ctc = CTC()
    let logits = Self.logits(steps: 6, symbols: 4, lengths: [Int](repeating: 6, count: 12), seed: 8)
    let found = ctc.beamSearch(logits, beamSize: 4, count: 3)
    var hits = 0
    for row in 0..<12 {
      let truth = Self.probabilities(logits, row, ctc)
      let best = truth.max { $0.value < $1.value }
      #expect(found[row].allSatisfy { exp($0.logProbability) <= (truth[$0.symbols] ?? 0) + 1e-12 })
      hits += found[row][0].symbols == best?.key ? 1 : 0
    }
    #expect(hits >= 10, "\(hits) of 12")
  }

  /// More symbols than the beam is wide: leaving the unlikely ones out of each step changes nothing.
  @Test(arguments: [1, 2, 3, 5]) func narrowBeamsFollowTheRule(beamSize: Int) {
    let logits = Self.logits(steps: 5, symbols: 9, lengths: [5, 5, 5, 5], seed: 4)
    for (row, found) in CTC(blank: 8).beamSearch(logits, beamSize: beamSize).enumerated() {
      let plain = Self.plainSearch(logits, row, blank: 8, beamSize: beamSize)
      #expect(found.map(\.symbols) == [plain.symbols])
      #expect(abs(found[0].logProbability - plain.logProbability) < 1e-12)
    }
  }

  /// The search as it is written down, in probabilities, over whole beginnings and all symbols.
  private static func plainSearch(_ logits: SequenceBatch, _ row: Int, blank: Int32, beamSize: Int) -> CTCHypothesis {
    var beam: [[Int32]: (blank: Double, symbol: Double)] = [[]: (1, 0)]
    for step in 0..<logits.stepCount {
      let p = softmax(logits.values)[step][row].doubles
      var next: [[Int32]: (blank: Double, symbol: Double)] = [:]
      for (prefix, mass) in beam {
        for symbol in p.indices.map({ Int32($0) }) {
          if symbol == blank {
            next[prefix, default: (0, 0)].blank += (mass.blank + mass.symbol) * p[Int(symbol)]
          } else if symbol == prefix.last {
            next[prefix, default: (0, 0)].symbol += mass.symbol * p[Int(symbol)]
            next[prefix + [symbol], default: (0, 0)].symbol += mass.blank * p[Int(symbol)]
          } else {
            next[prefix + [symbol], default: (0, 0)].symbol += (mass.blank + mass.symbol) * p[Int(symbol)]
          }
        }
      }
      let best = next.sorted { $0.value.blank + $0.value.symbol > $1.value.blank + $1.value.symbol }.prefix(beamSize)
      beam = Dictionary(uniqueKeysWithValues: best.map { ($0.key, $0.value) })
    }
    let best = beam.max { $0.value.blank + $0.value.symbol < $1.value.blank + $1.value.symbol }
    return CTCHypothesis(
      symbols: best?.key ?? [], logProbability: log((best?.value.blank ?? 0) + (best?.value.symbol ?? 0)))
  }

  /// Nothing is likelier than anything: the order of the symbols decides.
  @Test func tiesGoByTheOrderOfSymbols() {
    let found = CTC().beamSearch(SequenceBatch(Tensor(zeros: [1, 1, 4])), beamSize: 4, count: 4)[0]
    #expect(found.map(\.symbols) == [[], [1], [2], [3]])
    let last = CTC(blank: 3).beamSearch(SequenceBatch(Tensor(zeros: [1, 1, 4])), beamSize: 2, count: 2)[0]
    #expect(last.map(\.symbols) == [[], [0]])
  }

  @Test func bestPathIsTheLikeliestWay() {
    let ctc = CTC(blank: 2)
    let logits = Self.logits(steps: 6, symbols: 3, lengths: [6, 4, 0], seed: 5)
    let found = ctc.bestPath(logits)
    for row in 0..<3 {
      let best = Self.ways(logits, row, ctc).max { $0.score < $1.score }
      #expect(found[row].symbols == Self.spelled(best?.way ?? [], ctc))
      #expect(abs(found[row].logProbability - (best?.score ?? 1)) < 1e-12)
      for span in found[row].spans { #expect(span.steps.allSatisfy { best?.way[$0] == span.symbol }) }
    }
  }

  @Test func bestPathOfAKnownWay() {
    // – 3 3 – 3 1 1 –
    let way = [0, 3, 3, 0, 3, 1, 1, 0]
    let values = way.flatMap { symbol in (0..<4).map { Float($0 == symbol ? 9 : 0) } }
    let found = CTC().bestPath(SequenceBatch(Tensor(values, shape: [8, 1, 4])))[0]
    #expect(found.symbols == [3, 3, 1])
    #expect(found.spans.map(\.steps) == [1..<3, 4..<5, 5..<7])
  }

  @Test func alignmentIsTheBestWayThatSpellsTheTarget() {
    let ctc = CTC(blank: 1)
    let rows: [[Int32]] = [[0, 2], [2, 2], [], [0, 0, 0, 0]]
    let logits = Self.logits(steps: 6, symbols: 3, lengths: [6, 5, 3, 6], seed: 6)
    let found = ctc.align(logits, to: TokenBatch(rows))
    #expect(found[3] == nil)
    for row in 0..<3 {
      let best = Self.ways(logits, row, ctc).filter { Self.spelled($0.way, ctc) == rows[row] }
        .max { $0.score < $1.score }
      #expect(found[row]?.symbols == rows[row])
      #expect(abs((found[row]?.logProbability ?? 1) - (best?.score ?? 1)) < 1e-12)
      let steps = found[row]?.spans.flatMap { span in span.steps.map { ($0, span.symbol) } } ?? []
      let symbols = Dictionary(uniqueKeysWithValues: steps)
      #expect(best?.way.enumerated().allSatisfy { symbols[$0.offset, default: ctc.blank] == $0.element } == true)
    }
  }

  @Test func stepsNeeded() {
    #expect(CTC().stepsNeeded(for: []) == 0)
    #expect(CTC().stepsNeeded(for: [4]) == 1)
    #expect(CTC().stepsNeeded(for: [1, 1, 2, 2, 2]) == 8)
  }

  /// A network that has gone astray gives no answer, and no trap.
  @Test func notANumber() {
    let logits = SequenceBatch(Tensor(repeating: .nan, shape: [3, 1, 3]))
    #expect(CTC().bestPath(logits)[0].spans.isEmpty)
    #expect(CTC().beamSearch(logits)[0].isEmpty)
    #expect(CTC().align(logits, to: TokenBatch([[1, 2]])) == [nil])
  }
}
