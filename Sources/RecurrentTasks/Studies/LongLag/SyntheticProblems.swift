public import RecurrentLayers
public import RecurrentTensor

extension AddingProblem: LongLagProblem {
  /// `adding`
  public var name: String { "adding" }
  /// A number and a mark.
  public var inputSize: Int { 2 }
  /// The sum.
  public var outputSize: Int { 1 }
  /// Once, after the last step.
  public var answersEveryStep: Bool { false }
  /// All steps.
  public var lag: Int { stepCount }
  /// The mean squared error of the sum.
  public var measure: LongLagMeasure {
    LongLagMeasure("mse", isError: true, baseline: AddingProblem.baseline, goal: 0.01)
  }

  /// Random sequences; see `batch`.
  public func trainingBatch(_ batchSize: Int, step: Int, key: RandomKey) -> LongLagBatch {
    let (inputs, targets) = batch(batchSize, key: key)
    return LongLagBatch(inputs, .numbers(targets))
  }

  /// The mean squared error over 1,000 sequences.
  public func evaluate(key: RandomKey, _ predict: (SequenceBatch) -> Tensor) -> Double {
    let errors = (0..<10).flatMap { part in
      let (inputs, targets) = batch(100, key: key.folding(part))
      return zip(predict(inputs).scalars, targets.scalars).map { Double($0 - $1) }
    }
    return errors.reduce(0) { $0 + $1 * $1 } / Double(errors.count)
  }
}

extension CopyMemory: LongLagProblem {
  /// `copy`
  public var name: String { "copy" }
  /// One for each symbol, blank and delimiter.
  public var inputSize: Int { vocabularySize }
  /// One for each symbol and the blank.
  public var outputSize: Int { alphabetSize + 1 }
  /// At every step.
  public var answersEveryStep: Bool { true }
  /// From a symbol to its recall.
  public var lag: Int { delay + length }
  /// The share of the symbols that come back right.
  public var measure: LongLagMeasure {
    LongLagMeasure("accuracy", isError: false, baseline: 1 / Double(alphabetSize), goal: 0.99)
  }

  /// Random sequences; see `batch`.
  public func trainingBatch(_ batchSize: Int, step: Int, key: RandomKey) -> LongLagBatch {
    let (inputs, targets) = batch(batchSize, key: key)
    return LongLagBatch(inputs.oneHot(vocabularySize), .classes(targets))
  }

  /// The share of right symbols among the 5,000 of 500 sequences; the blanks before are not counted.
  public func evaluate(key: RandomKey, _ predict: (SequenceBatch) -> Tensor) -> Double {
    let rows = 100
    let hits = (0..<5).map { part in
      let (inputs, targets) = batch(rows, key: key.folding(part))
      let said = predict(inputs.oneHot(vocabularySize)).mostLikely
      return zip(said, targets).suffix(length * rows).count { $0 == $1 }
    }
    return Double(hits.reduce(0, +)) / Double(5 * rows * length)
  }
}

extension Tensor {
  /// The place of the greatest number of each row of the last axis.
  var mostLikely: [Int32] {
    let width = shape[shape.rank - 1]
    return withScalars { scalars in
      stride(from: 0, to: scalars.count, by: width).map { start in
        var best = start
        for place in start..<start + width where scalars[place] > scalars[best] { best = place }
        return Int32(best - start)
      }
    }
  }
}
