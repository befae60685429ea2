import RecurrentTensor
import RecurrentTraining

@testable import RecurrentTasks

/// A small language and its translation: letters, written backwards in capitals.
enum SamplePairs {
  static func pairs(_ count: Int, seed: UInt64) -> [SentencePair] {
    let key = RandomKey(seed: seed)
    let letters = ["a", "b", "c", "d", "e"]
    return (0..<count).map { number in
      let key = key.folding(number)
      let words = (0..<1 + key.integer(at: 0, below: 4)).map { letters[key.integer(at: $0 + 1, below: 5)] }
      return SentencePair(
        source: words.joined(separator: " "), target: words.reversed().map { $0.uppercased() }.joined(separator: " "))
    }
  }

  static func corpus(_ count: Int, seed: UInt64) -> ParallelCorpus {
    ParallelCorpus(file: "pairs", pairs: pairs(count, seed: seed))
  }

  static let parts = TranslationParts(
    train: corpus(300, seed: 1), validation: corpus(40, seed: 2), test: corpus(60, seed: 3))

  static func configuration(_ change: (inout TranslationConfiguration) -> Void = { _ in }) -> TranslationConfiguration {
    var configuration = TranslationConfiguration()
    configuration.embedding = 12
    configuration.encoder.hidden = [12]
    configuration.decoder.hidden = [24]
    configuration.attentionSize = 8
    (configuration.embeddingDropout, configuration.outputDropout, configuration.labelSmoothing) = (0, 0, 0)
    configuration.batchSize = 16
    configuration.training.epochs = 25
    configuration.training.optimizer.learningRate = 0.02
    configuration.training.schedule.warmUp = 10
    change(&configuration)
    return configuration
  }
}
