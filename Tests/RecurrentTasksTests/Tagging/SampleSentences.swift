import RecurrentFormats
import RecurrentTasks
import RecurrentTraining

/// Sentences of a small made-up language: words that end in -o are nouns, in -a verbs, in -e adjectives, and `i` is the
/// same as the word before it.
enum SampleSentences {
  static func sentences(_ count: Int, seed: UInt64) -> [TaggedSentence] {
    var state = seed &* 2_654_435_761 &+ 12_345
    func draw(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(bound))
    }
    let kinds = [("o", "NOUN"), ("a", "VERB"), ("e", "ADJ")]
    return (0..<count).map { _ in
      var (words, labels): ([String], [String]) = ([], [])
      for _ in 0..<(1 + draw(7)) {
        if let last = labels.last, draw(4) == 0 {
          words.append("i")
          labels.append(last)
        } else {
          let (ending, label) = kinds[draw(3)]
          let stem = (0..<(1 + draw(3))).map { _ in String("bdgklmnprstv".randomElement(at: draw(12))) + "u" }.joined()
          words.append(stem + "t" + ending)
          labels.append(label)
        }
      }
      return TaggedSentence(words: words, labels: labels)
    }
  }

  /// Some as a corpus.
  static func corpus(_ count: Int, seed: UInt64) -> TaggedCorpus {
    TaggedCorpus(file: "sample", format: .columns, sentences: sentences(count, seed: seed))
  }

  /// Few and small settings.
  static func configuration(_ change: (inout TaggingConfiguration) -> Void = { _ in }) -> TaggingConfiguration {
    var configuration = TaggingConfiguration()
    configuration.wordSize = 8
    configuration.characterSize = 8
    configuration.characterUnits = 12
    configuration.architecture.hidden = [12]
    configuration.batchSize = 16
    configuration.training.epochs = 6
    configuration.training.optimizer.learningRate = 0.02
    configuration.training.schedule.warmUp = 10
    configuration.characterDropout = 0.1
    configuration.inputDropout = 0.1
    configuration.outputDropout = 0.1
    change(&configuration)
    return configuration
  }
}

extension String {
  fileprivate func randomElement(at place: Int) -> Character { self[index(startIndex, offsetBy: place)] }
}
