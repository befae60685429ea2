public import RecurrentTensor

/// A vector for each symbol of a vocabulary.
public struct Embedding: Module {
  /// The vectors, `[V, C]`.
  public var weight: Parameter

  /// Vectors of C normal numbers for V symbols, as PyTorch draws them.
  ///
  /// - Parameters:
  ///   - vocabularySize: V.
  ///   - size: C.
  ///   - initializer: How the vectors are drawn.
  ///   - key: Where the random numbers come from.
  public init(
    vocabularySize: Int, size: Int, initializer: Initializer = .normal(deviation: 1), key: RandomKey
  ) {
    precondition(vocabularySize > 0 && size > 0, "an embedding needs at least one symbol and one feature")
    let bound = 1 / Float(size).squareRoot()
    weight = Parameter(
      initializer.values([vocabularySize, size], bound: bound, key: key.folding(.initialization)))
    weight.isTable = true
  }

  /// Visits the vectors.
  @inlinable
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("weight", &weight)
  }

  /// The vectors of a time-major batch of symbols: `[T, N]` to `[T, N, C]`; a padded symbol gives zeros.
  public func callAsFunction(_ tokens: TokenBatch) -> SequenceBatch {
    let vectors = weight.value.rows(at: tokens.tokens)
    return SequenceBatch(
      vectors.reshaped(to: [tokens.stepCount, tokens.batchSize, weight.value.shape[1]]), sharing: tokens.lengths)
  }
}
