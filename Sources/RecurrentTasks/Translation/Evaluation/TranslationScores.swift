import RecurrentFormats
import RecurrentTraining

/// How good translations are, beside the right ones.
struct TranslationScores {
  /// BLEU, chrF, the share of exact ones and edits a symbol, in this order.
  let metrics: [Metric]
  /// How BLEU was computed, in the words of sacreBLEU.
  let signature: String
  /// Symbols of sources, and those of them that the model does not know.
  let sourceCount: Int
  let unknownCount: Int
  private let shown: [Example]

  private struct Example {
    let source: String
    let target: String
    let written: String
  }

  /// How many examples are shown to people.
  private static let exampleCount = 5

  init(_ translated: [TranslatedSource], of corpus: ParallelCorpus, _ translator: Translator) {
    let written = translated.map { $0.translations.first?.text ?? "" }
    let right = corpus.pairs.map(\.target)
    // Targets of words are tokenised already; characters are compared one by one.
    let tokenization: BLEU.Tokenization = translator.configuration.targetLevel == .character ? .character : .none
    let bleu = BLEU(tokenization: tokenization)
    metrics = [
      Metric("bleu", bleu.score(of: written, against: right).value, .higherIsBetter),
      Metric("chrf", ChrF().score(of: written, against: right).value, .higherIsBetter),
      Metric("exact_match", ExactMatch().score(of: written, against: right).value, .higherIsBetter),
      Metric("token_error_rate", TokenErrorRate(tokenization: tokenization).score(of: written, against: right).value),
    ]
    signature = bleu.signature()
    sourceCount = translated.reduce(0) { $0 + $1.symbols.count }
    unknownCount = translated.reduce(0) { $0 + $1.unknownCount }
    // The same ones for each model of the data, so that models can be compared: evenly over the part.
    let step = max(1, written.count / Self.exampleCount)
    shown = stride(from: 0, to: written.count, by: step).prefix(Self.exampleCount).map {
      Example(source: corpus.pairs[$0].source, target: right[$0], written: written[$0])
    }
  }

  /// Some sources with what was and what should have been written.
  var examples: TextTable {
    var table = TextTable(["source", "translation", "right"], alignments: [.left, .left, .left])
    for example in shown {
      table.append([example.source, example.written, example.target].map { $0.printable(limit: 60) })
    }
    return table
  }

  /// The same for programs.
  var exampleDetails: JSONValue {
    .array(
      shown.map {
        ["source": .string($0.source), "translation": .string($0.written), "target": .string($0.target)]
      })
  }
}
