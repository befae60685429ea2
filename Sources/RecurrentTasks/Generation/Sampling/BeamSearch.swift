import Foundation
import RecurrentFormats
import RecurrentLayers
import RecurrentTensor

/// Looks for the likeliest texts: at every step the best few beginnings go on, each with every symbol.
///
/// The score of a text is the sum of the logarithms of its symbols' probabilities, the end among them, divided by their
/// number to the power of the length penalty, as in the library of Hugging Face. The search ends when no beginning can
/// still become better than the worst of the best texts, so that with a wide enough beam the result is the true optimum.
public struct BeamSearch {
  /// A text that was found.
  public struct Result: Hashable, Sendable {
    /// The symbols, without the end.
    public let symbols: [Int32]
    /// The text.
    public let text: String
    /// The sum of the logarithms of the probabilities.
    public let logProbability: Double
    /// What texts are compared by.
    public let score: Double
    /// Why the text has ended.
    public let ending: GenerationEnding
  }

  /// A beginning.
  private struct Beam {
    var symbols: [Int32]
    var logProbability: Double
    /// Its row in the batch of the step before.
    var row: Int
  }

  private let model: LanguageModel
  private let beamSize: Int
  private let limit: Int
  private let lengthPenalty: Double
  private let conditions: Tensor?

  init(_ model: LanguageModel, beamSize: Int, limit: Int, lengthPenalty: Double, conditions: Tensor?) {
    precondition(beamSize > 0 && limit > 0, "a search of \(beamSize) beams and \(limit) symbols")
    self.model = model
    self.beamSize = beamSize
    self.limit = limit
    self.lengthPenalty = lengthPenalty
    self.conditions = conditions
  }

  /// The best texts, the best one first.
  func run(after first: [Int32]) -> [Result] {
    let read = model.reading(first, conditions: conditions)
    var logits = read.logits
    var state = read.state
    var beams = [Beam(symbols: [], logProbability: 0, row: 0)]
    var found: [Result] = []
    for length in 1...limit {
      let (ended, going) = extend(beams, logSoftmax(logits), length: length)
      found += ended.map { result($0, ending: .end, first: first) }
      if length == limit { found += going.map { result($0, ending: .limit, first: first) } }
      found.sort { ($0.score, $1.symbols.count) > ($1.score, $0.symbols.count) }
      found = Array(found.prefix(beamSize))
      guard length < limit, !going.isEmpty, !isSettled(found, going) else { break }
      beams = going
      let beside = conditionsOfStep(rowCount: beams.count)
      let output = model.network(
        TokenBatch(beams.map { [$0.symbols[$0.symbols.count - 1]] }), conditions: beside,
        from: state.selecting(rows: beams.map(\.row)))
      state = output.finalState
      logits = output.logits[0]
    }
    return found
  }

  /// The best continuations: those that end the text, and as many others as there are beams.
  private func extend(_ beams: [Beam], _ logits: Tensor, length: Int) -> (ended: [Beam], going: [Beam]) {
    let width = logits.shape[1]
    let (end, unknown) = (model.endSymbol, model.tokenizer.vocabulary.unknown)
    var ended: [Beam] = []
    var going: [Beam] = []
    logits.withScalars { scalars in
      for (row, beam) in beams.enumerated() {
        var best: [(id: Int, value: Float)] = []
        for id in 0..<width where Int32(id) != unknown {
          let value = scalars[row * width + id]
          if Int32(id) == end {
            ended.append(
              Beam(symbols: beam.symbols, logProbability: beam.logProbability + Double(value), row: row))
          } else {
            best.append((id, value))
          }
        }
        // Of one beginning, no more continuations than there are beams can be among the best.
        best.sort { $0.value == $1.value ? $0.id < $1.id : $0.value > $1.value }
        for (id, value) in best.prefix(beamSize) {
          going.append(
            Beam(
              symbols: beam.symbols + [Int32(id)], logProbability: beam.logProbability + Double(value), row: row))
        }
      }
    }
    let order = going.indices.sorted { a, b in
      going[a].logProbability == going[b].logProbability ? a < b : going[a].logProbability > going[b].logProbability
    }
    return (ended, order.prefix(beamSize).map { going[$0] })
  }

  private func result(_ beam: Beam, ending: GenerationEnding, first: [Int32]) -> Result {
    let length = beam.symbols.count + (ending == .end ? 1 : 0)
    var text = ""
    var previous = first.last.flatMap { $0 == model.endSymbol ? nil : $0 }
    for symbol in beam.symbols {
      text += model.tokenizer.decode(symbol, after: previous)
      previous = symbol
    }
    return Result(
      symbols: beam.symbols, text: text, logProbability: beam.logProbability,
      score: score(beam.logProbability, length: length), ending: ending)
  }

  private func score(_ logProbability: Double, length: Int) -> Double {
    logProbability / pow(Double(length), lengthPenalty)
  }

  /// Whether no beginning can become better than the worst of the best: its sum can only fall, and its length be the limit.
  private func isSettled(_ found: [Result], _ going: [Beam]) -> Bool {
    guard found.count == beamSize, let worst = found.last, let best = going.first else { return false }
    let bound = max(
      score(best.logProbability, length: limit), score(best.logProbability, length: best.symbols.count + 1))
    return bound <= worst.score
  }

  private func conditionsOfStep(rowCount: Int) -> Tensor? {
    guard let conditions else { return nil }
    let index: Int32 = model.configuration.conditioning == .every ? 0 : -1
    return conditions.rows(at: Array(repeating: index, count: rowCount))
      .reshaped(to: [1, rowCount, conditions.shape[1]])
  }
}
