public import RecurrentLayers
public import RecurrentTensor

/// Words of a counting language, trained up to some count and tested on longer ones.
public struct CountingProblem: LongLagProblem {
  /// The language.
  public let language: CountingLanguage
  /// The n of the words to learn from.
  public let trained: ClosedRange<Int>
  /// The greatest n that is tested.
  public let longest: Int

  /// Words of counts in `trained`, tested from 1 to `longest`.
  public init(_ language: CountingLanguage = .anbn, trained: ClosedRange<Int> = 1...30, longest: Int = 100) {
    precondition(trained.lowerBound >= 1 && longest >= trained.upperBound, "words of \(trained), tested to \(longest)")
    self.language = language
    self.trained = trained
    self.longest = longest
  }

  /// `counting`
  public var name: String { "counting" }
  /// One for each symbol.
  public var inputSize: Int { language.vocabularySize }
  /// One for each symbol.
  public var outputSize: Int { language.vocabularySize }
  /// At every step.
  public var answersEveryStep: Bool { true }
  /// The length of the longest word.
  public var lag: Int { language.letterCount * longest }
  /// The share of the counts from 1 on that are right.
  public var measure: LongLagMeasure {
    LongLagMeasure("share_right", isError: false, baseline: 0, goal: 1)
  }

  /// Words of random counts.
  public func trainingBatch(_ batchSize: Int, step: Int, key: RandomKey) -> LongLagBatch {
    let words = language.batch(batchSize, counts: trained, key: key)
    return LongLagBatch(words.inputs.oneHot(inputSize), .allowed(words.legal))
  }

  /// The share of the words of all counts from 1 to `longest` that are right at every step.
  public func evaluate(key: RandomKey, _ predict: (SequenceBatch) -> Tensor) -> Double {
    let right = rightWords(upTo: longest, predict)
    return Double(right.count { $0 }) / Double(right.count)
  }

  /// Whether the word of each count from 1 on is right at every step: exactly the allowed symbols get more than one
  /// half.
  ///
  /// - Parameters:
  ///   - greatest: The greatest count.
  ///   - predict: What the network says, `[T, N, V]`.
  public func rightWords(upTo greatest: Int, _ predict: (SequenceBatch) -> Tensor) -> [Bool] {
    let words = language.batch(Array(1...greatest))
    return language.isRight(sigmoid(predict(words.inputs.oneHot(inputSize))), for: words, threshold: 0.5)
  }
}
