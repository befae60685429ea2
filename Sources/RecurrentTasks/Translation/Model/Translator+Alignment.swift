import RecurrentFormats
import RecurrentLayers
import RecurrentTensor

extension Translator {
  /// Connectionist temporal classification over the symbols of targets, where padding stands for nothing.
  var alignment: CTC { CTC(blank: tokenizers.target.vocabulary[TranslationTokenizers.padding]) }

  /// Minus the logarithm of the probability of each target, over all its alignments with the steps of its source, `[N]`; 0 where
  /// there is none.
  func alignmentLosses(of pairs: PairBatch, by network: TranslationNetwork) -> Tensor {
    guard let head = network.head else { preconditionFailure("a network with a decoder aligns nothing") }
    return alignment.losses(
      network.stepLogits(pairs.sources, head), TokenBatch(pairs.targets), zeroInfinity: true)
  }

  /// Minus infinity at the special symbols that no target holds, `[V]`; they are never written.
  private var forbidden: Tensor {
    let vocabulary = tokenizers.target.vocabulary
    var values = [Float](repeating: 0, count: vocabulary.count)
    for special in vocabulary.specials where special != alignment.blank { values[Int(special)] = -.infinity }
    return Tensor(values, shape: [vocabulary.count])
  }

  /// What the steps of the sources say: with one beam the likeliest symbol of each, with several the likeliest sequences over
  /// all their alignments.
  func aligned(_ sources: SourceBatch, _ settings: DecodingSettings) -> [[DecodedSequence]] {
    guard let head = network.head else { preconditionFailure("a network with a decoder aligns nothing") }
    let logits = network.stepLogits(sources, head)
    let written = logits.replacingValues(logits.values + forbidden)
    let found: [[CTCHypothesis]] =
      if settings.beamSize == 1 {
        alignment.bestPath(written).map { [CTCHypothesis(symbols: $0.symbols, logProbability: $0.logProbability)] }
      } else {
        alignment.beamSearch(written, beamSize: settings.beamSize, count: settings.nBest)
      }
    return found.map { hypotheses in
      hypotheses.map {
        DecodedSequence(
          symbols: $0.symbols, logProbability: $0.logProbability, score: $0.logProbability, ending: .end, attention: [])
      }
    }
  }
}
