public import RecurrentTensor

/// Attention by a small network: score = v · tanh(W_q q + W_k k) (Bahdanau et al., 2015).
public struct AdditiveAttention: Attention {
  /// W_q, `[A, Q]`, without a bias.
  public var queryProjection: Linear
  /// W_k, `[A, K]`, without a bias unless asked for.
  public var keyProjection: Linear
  /// v, `[A]`.
  public var weight: Parameter

  /// Attention for queries of Q and states of K features.
  ///
  /// - Parameters:
  ///   - querySize: Q.
  ///   - keySize: K.
  ///   - size: The hidden units of the small network, A.
  ///   - hasBias: Whether the sum under the tanh has a bias.
  ///   - key: Where the random numbers come from.
  public init(querySize: Int, keySize: Int, size: Int, hasBias: Bool = false, key: RandomKey) {
    queryProjection = Linear(inputSize: querySize, outputSize: size, hasBias: false, key: key.folding(0))
    keyProjection = Linear(inputSize: keySize, outputSize: size, hasBias: hasBias, key: key.folding(1))
    weight = Parameter(
      Initializer.uniform.values(
        [size], bound: 1 / Float(size).squareRoot(), key: key.folding(2).folding(.initialization)))
  }

  /// The number of features of a query, Q.
  public var querySize: Int { queryProjection.inputSize }
  /// The number of features of a state, K.
  public var keySize: Int { keyProjection.inputSize }
  /// The number of features of a context: K.
  public var contextSize: Int { keyProjection.inputSize }

  /// Visits both projections and v.
  @inlinable
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("query_projection", &queryProjection)
    visitor.visit("key_projection", &keyProjection)
    visitor.visit("weight", &weight)
  }

  /// Projects the states, `[T, N, K]`, to `[T, N, A]`.
  public func prepare(_ states: SequenceBatch) -> AttentionMemory {
    AttentionMemory(keys: keyProjection(states.values), values: states.values, of: states)
  }

  /// `[U, N, Q]` to `[U, N, T]`.
  public func scores(_ queries: Tensor, _ memory: AttentionMemory) -> Tensor {
    queryProjection(queries).additiveScores(memory.keys, weight: weight.value, lengths: memory.lengths)
  }
}
