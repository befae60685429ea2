import Foundation
import RecurrentTensor

@testable import RecurrentTasks

/// A writer whose next symbols are as likely as a table says that has a row for every beginning of every source: numbers
/// made from the source's seed and all symbols so far. Nothing can be shared, forgotten or mixed up without being seen.
struct TableWriter: StepwiseWriter {
  /// One source: what its table is made from, and its positions.
  struct Source: Hashable {
    var seed: UInt64
    var length: Int
  }

  var vocabularySize = 5
  var start: Int32 = 0
  var end: Int32? = 1
  var unknown: Int32?
  var excluded: [Int32] = []
  var hasAttention = true
  /// How much logits differ.
  var spread: Float = 4
  /// Changes the logits of a beginning.
  var change: @Sendable (_ symbols: [Int32], _ logits: inout [Float]) -> Void = { _, _ in }

  func firstState(_ memory: [Source]) -> [[Int32]] { memory.map { _ in [] } }

  func step(
    _ previous: [Int32], _ memory: [Source], from state: [[Int32]], needsWeights: Bool
  ) -> (logits: Tensor, weights: Tensor?, state: [[Int32]]) {
    precondition(previous.count == state.count && previous.count % memory.count == 0, "rows are [B, N]")
    let next = zip(state, previous).map { $0 + [$1] }
    let sources = next.indices.map { memory[$0 % memory.count] }
    let longest = memory.map(\.length).max() ?? 0
    let logits = zip(sources, next).flatMap { self.logits($0, after: Array($1.dropFirst())) }
    // What lies behind the end of a source is no weight of it.
    let weights = zip(sources, next).flatMap { source, symbols in
      self.weights(source, after: Array(symbols.dropFirst())) + [Float](repeating: 7, count: longest - source.length)
    }
    return (
      Tensor(logits, shape: [next.count, vocabularySize]),
      hasAttention && needsWeights ? Tensor(weights, shape: [next.count, longest]) : nil, next
    )
  }

  func selecting(rows: [Int], of state: [[Int32]]) -> [[Int32]] { rows.map { state[$0] } }
  func selecting(sources: [Int], of memory: [Source]) -> [Source] { sources.map { memory[$0] } }

  /// The logits of what follows some symbols.
  func logits(_ source: Source, after symbols: [Int32]) -> [Float] {
    var logits = (0..<vocabularySize).map { spread * number(source, symbols, UInt64($0)) }
    change(symbols, &logits)
    return logits
  }

  /// Weights that add up to 1.
  func weights(_ source: Source, after symbols: [Int32]) -> [Float] {
    let numbers = (0..<source.length).map { 0.01 + number(source, symbols, 1000 + UInt64($0)) }
    let sum = numbers.reduce(0, +)
    return numbers.map { $0 / sum }
  }

  /// A number in `[0, 1)`: SplitMix64 over everything that it depends on.
  private func number(_ source: Source, _ symbols: [Int32], _ index: UInt64) -> Float {
    var mixed = source.seed &+ 0x1234_5678_9ABC_DEF1
    for value in symbols.map({ UInt64($0) + 1 }) + [index &+ 0xFFFF] {
      mixed = (mixed ^ value) &+ 0x9E37_79B9_7F4A_7C15
      mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      mixed ^= mixed >> 31
    }
    return Float(mixed >> 40) / 0x1p24
  }
}

// MARK: - By brute force

extension TableWriter {
  /// A sequence with all that decoding gives of it.
  struct Sequence: Hashable {
    var symbols: [Int32] = []
    var logProbability = 0.0
    var score = 0.0
    var ending = GenerationEnding.limit
    var attention: [[Float]] = []
  }

  /// Every sequence of at most `limit` symbols, the end among them, the best first.
  func all(_ source: Source, limit: Int, _ settings: DecodingSettings) -> [Sequence] {
    var found: [Sequence] = []
    func finish(_ sequence: Sequence, _ ending: GenerationEnding, length: Int) {
      var sequence = sequence
      sequence.ending = ending
      sequence.score = sequence.logProbability / pow(Double(length), settings.lengthPenalty)
      if settings.coveragePenalty != 0, hasAttention {
        for position in 0..<source.length {
          let sum = sequence.attention.reduce(0.0) { $0 + Double($1[position]) }
          sequence.score += settings.coveragePenalty * log(min(sum, 1))
        }
      }
      found.append(sequence)
    }
    func go(_ sequence: Sequence, length: Int) {
      let logits = self.logits(source, after: sequence.symbols).map(Double.init)
      let sum = log(logits.reduce(0) { $0 + exp($1) })
      for symbol in 0..<Int32(vocabularySize) where symbol != unknown && !excluded.contains(symbol) {
        var longer = sequence
        longer.logProbability += logits[Int(symbol)] - sum
        longer.attention.append(weights(source, after: sequence.symbols))
        if symbol == end {
          finish(longer, .end, length: length)
          continue
        }
        longer.symbols.append(symbol)
        if let repeated = settings.noRepeatNgram, longer.symbols.repeats(repeated) { continue }
        if length == limit { finish(longer, .limit, length: length) } else { go(longer, length: length + 1) }
      }
    }
    go(Sequence(), length: 1)
    return found.sorted { $0.score > $1.score }
  }
}

extension [Int32] {
  /// Whether some sequence of `length` symbols comes twice.
  func repeats(_ length: Int) -> Bool {
    guard count >= length else { return false }
    let all = (0...count - length).map { Array(self[$0..<$0 + length]) }
    return Set(all).count < all.count
  }
}

extension DecodedSequence {
  /// Everything but the sums, which brute force adds in another order.
  var kind: [String] { [symbols.description, ending.rawValue, attention.description] }

  /// The bits of everything.
  var bits: [String] {
    kind + [String(logProbability.bitPattern), String(score.bitPattern)]
  }
}
