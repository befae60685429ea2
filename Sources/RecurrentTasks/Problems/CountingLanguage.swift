public import RecurrentLayers
public import RecurrentTensor

/// The languages aⁿbⁿ and aⁿbⁿcⁿ as a prediction of the next symbol (Gers and Schmidhuber, "LSTM recurrent networks learn
/// simple context-free and context-sensitive languages", 2001).
///
/// A word stands between two marks: S a a b b S. After each symbol a network has to say which symbols may follow: while
/// the first letter goes on it may go on or the second may begin; from then on all is certain. A network is right about n
/// if at every step it finds likely exactly the symbols that may follow.
public struct CountingLanguage: Hashable, Sendable {
  /// The letters of a word, each n times: 2 for aⁿbⁿ, 3 for aⁿbⁿcⁿ.
  public let letterCount: Int

  /// aⁿbⁿ
  public static let anbn = CountingLanguage(letterCount: 2)
  /// aⁿbⁿcⁿ
  public static let anbncn = CountingLanguage(letterCount: 3)

  /// The language of words that hold each of some letters n times, one after the other.
  public init(letterCount: Int) {
    precondition(letterCount >= 2, "counting takes at least two letters")
    self.letterCount = letterCount
  }

  /// The mark before and after a word; the letters are 1, 2, ….
  public static let mark: Int32 = 0
  /// The number of symbols, mark and letters, V.
  public var vocabularySize: Int { letterCount + 1 }

  /// A word with its two marks.
  public func word(_ n: Int) -> [Int32] {
    precondition(n >= 1, "a word has each letter at least once")
    let letters = (1...letterCount).flatMap { [Int32](repeating: Int32($0), count: n) }
    return [Self.mark] + letters + [Self.mark]
  }

  /// The symbols that may follow each symbol of a word but the last mark: after n·k + 1 symbols.
  public func legalContinuations(_ n: Int) -> [Set<Int32>] {
    let word = word(n)
    return (0..<word.count - 1).map { step in
      // The first letter must come; then nobody can know how often.
      (1...n).contains(step) ? [1, 2] : [word[step + 1]]
    }
  }

  /// A batch of words as training data.
  public struct Batch: Sendable {
    /// All symbols of each word but its last mark, `[T, N]`.
    public let inputs: TokenBatch
    /// The symbol after each, the N of the first step first; `TokenBatch.padding` behind the end of a word.
    public let targets: [Int32]
    /// 1 for each symbol that may follow and 0 for the others, `[T, N, V]`; 0 behind the end of a word.
    public let legal: Tensor
    /// n of each word.
    public let counts: [Int]
  }

  /// Words of given counts.
  public func batch(_ counts: [Int]) -> Batch {
    let words = counts.map(word)
    let inputs = TokenBatch(words.map { Array($0.dropLast()) })
    let size = vocabularySize
    var legal = [Float](repeating: 0, count: inputs.stepCount * counts.count * size)
    var targets = [Int32](repeating: TokenBatch.padding, count: inputs.stepCount * counts.count)
    for (row, n) in counts.enumerated() {
      for (step, symbols) in legalContinuations(n).enumerated() {
        let place = step * counts.count + row
        targets[place] = words[row][step + 1]
        for symbol in symbols { legal[place * size + Int(symbol)] = 1 }
      }
    }
    return Batch(
      inputs: inputs, targets: targets, legal: Tensor(legal, shape: [inputs.stepCount, counts.count, size]),
      counts: counts)
  }

  /// Words of random counts.
  ///
  /// - Parameters:
  ///   - batchSize: How many, N.
  ///   - counts: n is drawn evenly from these.
  ///   - key: What they are drawn from.
  public func batch(_ batchSize: Int, counts: ClosedRange<Int>, key: RandomKey) -> Batch {
    let key = key.folding(.data)
    return batch((0..<batchSize).map { counts.lowerBound + key.integer(at: $0, below: counts.count) })
  }

  /// Whether each word was predicted right: at every step exactly the symbols that may follow have a probability above
  /// `threshold`.
  ///
  /// - Parameters:
  ///   - probabilities: Those of the next symbol, `[T, N, V]`.
  ///   - batch: The words.
  ///   - threshold: What counts as likely; well below one half, because two symbols may follow.
  public func isRight(_ probabilities: Tensor, for batch: Batch, threshold: Float = 0.1) -> [Bool] {
    precondition(
      probabilities.shape == batch.legal.shape, "probabilities \(probabilities.shape) for \(batch.legal.shape)")
    let said = probabilities.scalars
    let legal = batch.legal.scalars
    let (rows, size) = (batch.counts.count, vocabularySize)
    return batch.counts.indices.map { row in
      (0..<letterCount * batch.counts[row] + 1).allSatisfy { step in
        let start = (step * rows + row) * size
        return (start..<start + size).allSatisfy { (said[$0] > threshold) == (legal[$0] == 1) }
      }
    }
  }
}
