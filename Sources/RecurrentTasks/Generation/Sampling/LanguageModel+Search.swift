import RecurrentFormats
import RecurrentLayers
import RecurrentTensor

/// A text that a beam search has found.
public struct FoundText: Hashable, Sendable {
  /// The symbols, without the end.
  public let symbols: [Int32]
  /// The text.
  public let text: String
  /// The sum of the logarithms of the probabilities.
  public let logProbability: Double
  /// What texts are compared by: that sum, divided by the number of symbols, the end among them, to the power of the length
  /// penalty.
  public let score: Double
  /// Why the text has ended.
  public let ending: GenerationEnding
}

extension LanguageModel {
  /// The likeliest texts that a beam search finds, the best first: at every step the best few beginnings go on, each with
  /// every symbol. With a wide enough beam they are the likeliest of all.
  ///
  /// - Throws: See `generate(_:)`.
  public func search(
    _ request: GenerationRequest, beamSize: Int, lengthPenalty: Double = 1
  ) throws(GenerationError) -> [FoundText] {
    let first = try firstSymbols(request.prompt)
    var settings = DecodingSettings()
    settings.beamSize = beamSize
    settings.nBest = min(request.count, beamSize)
    settings.lengthPenalty = lengthPenalty
    let found = LanguageWriter(model: self, first: first).decode(
      try conditionRow(request.conditions), of: [DecodingSource(length: 0, limit: request.limit)], settings)
    return found[0].map { sequence in
      FoundText(
        symbols: sequence.symbols, text: text(of: sequence.symbols, after: first),
        logProbability: sequence.logProbability, score: sequence.score, ending: sequence.ending)
    }
  }

  private func text(of symbols: [Int32], after first: [Int32]) -> String {
    var text = ""
    var previous = first.last.flatMap { $0 == endSymbol ? nil : $0 }
    for symbol in symbols {
      text += tokenizer.decode(symbol, after: previous)
      previous = symbol
    }
    return text
  }
}

/// A language model as a writer of what follows some symbols: one source, of which nothing is known but the conditions,
/// `[1, K]`.
struct LanguageWriter: StepwiseWriter {
  let model: LanguageModel
  /// What stands before the first symbol that is written; at least one.
  let first: [Int32]

  var vocabularySize: Int { model.tokenizer.vocabulary.count }
  var start: Int32 { first[first.count - 1] }
  var end: Int32? { model.endSymbol }
  var unknown: Int32? { model.tokenizer.vocabulary.unknown }

  /// Nil where nothing was read yet.
  func firstState(_ conditions: Tensor?) -> LanguageNetwork.State? {
    first.count > 1 ? model.reading(Array(first.dropLast()), conditions: conditions).state : nil
  }

  func step(
    _ previous: [Int32], _ conditions: Tensor?, from state: LanguageNetwork.State?, needsWeights: Bool
  ) -> (logits: Tensor, weights: Tensor?, state: LanguageNetwork.State?) {
    let index: Int32 = model.configuration.conditioning == .every || state == nil ? 0 : -1
    let beside = conditions.map { conditions in
      conditions.rows(at: [Int32](repeating: index, count: previous.count))
        .reshaped(to: [1, previous.count, conditions.shape[1]])
    }
    let output = model.network(TokenBatch(previous.map { [$0] }), conditions: beside, from: state)
    return (output.logits[0], nil, output.finalState)
  }

  func selecting(rows: [Int], of state: LanguageNetwork.State?) -> LanguageNetwork.State? {
    state?.selecting(rows: rows)
  }

  /// There is one source only.
  func selecting(sources: [Int], of conditions: Tensor?) -> Tensor? { conditions }
}
