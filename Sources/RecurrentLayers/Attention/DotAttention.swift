public import RecurrentTensor

/// Attention by inner products: score = q · k (Luong et al., 2015), or q · k / √K (Vaswani et al., 2017).
public struct DotAttention: Attention {
  /// The number of features of queries, states and contexts.
  public let size: Int
  /// Whether scores are divided by the root of the number of features.
  public let isScaled: Bool

  /// Attention for queries and states of as many features each.
  public init(size: Int, isScaled: Bool = false) {
    precondition(size > 0, "attention needs at least one feature")
    self.size = size
    self.isScaled = isScaled
  }

  /// The number of features of a query.
  public var querySize: Int { size }
  /// The number of features of a state.
  public var keySize: Int { size }
  /// The number of features of a context.
  public var contextSize: Int { size }

  /// There is nothing to visit.
  @inlinable public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {}

  /// Keeps the states as they are.
  public func prepare(_ states: SequenceBatch) -> AttentionMemory {
    AttentionMemory(keys: states.values, values: states.values, of: states)
  }

  /// `[U, N, Q]` to `[U, N, T]`.
  public func scores(_ queries: Tensor, _ memory: AttentionMemory) -> Tensor {
    queries.sequenceScores(
      memory.keys, lengths: memory.lengths, scale: isScaled ? 1 / Double(size).squareRoot() : 1,
      packed: memory.packedKeys)
  }
}

/// Attention by a bilinear form: score = q · W k (Luong et al., 2015, "general").
public struct GeneralAttention: Attention {
  /// W, `[Q, K]`, without a bias.
  public var keyProjection: Linear

  /// Attention for queries of Q and states of K features.
  public init(querySize: Int, keySize: Int, key: RandomKey) {
    keyProjection = Linear(inputSize: keySize, outputSize: querySize, hasBias: false, key: key)
  }

  /// The number of features of a query, Q.
  public var querySize: Int { keyProjection.outputSize }
  /// The number of features of a state, K.
  public var keySize: Int { keyProjection.inputSize }
  /// The number of features of a context: K.
  public var contextSize: Int { keyProjection.inputSize }

  /// Visits W.
  @inlinable
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("key_projection", &keyProjection)
  }

  /// Projects the states, `[T, N, K]`, to `[T, N, Q]`.
  public func prepare(_ states: SequenceBatch) -> AttentionMemory {
    AttentionMemory(keys: keyProjection(states.values), values: states.values, of: states)
  }

  /// `[U, N, Q]` to `[U, N, T]`.
  public func scores(_ queries: Tensor, _ memory: AttentionMemory) -> Tensor {
    queries.sequenceScores(memory.keys, lengths: memory.lengths, packed: memory.packedKeys)
  }
}

/// Attention by the inner products of projections: score = (W_q q + b_q) · (W_k k + b_k) / √A (Vaswani et al., 2017, one
/// head).
public struct ProjectedAttention: Attention {
  /// W_q, `[A, Q]`.
  public var queryProjection: Linear
  /// W_k, `[A, K]`.
  public var keyProjection: Linear
  /// W_v, `[V, K]`; nil where contexts are means of the states themselves.
  public var valueProjection: Linear?

  /// Attention for queries of Q and states of K features.
  ///
  /// - Parameters:
  ///   - querySize: Q.
  ///   - keySize: K.
  ///   - size: The features of the projections, A.
  ///   - valueSize: The features of a context, V; nil to leave the states as they are.
  ///   - hasBias: Whether the projections have biases.
  ///   - key: Where the random numbers come from.
  public init(
    querySize: Int, keySize: Int, size: Int, valueSize: Int? = nil, hasBias: Bool = true, key: RandomKey
  ) {
    queryProjection = Linear(inputSize: querySize, outputSize: size, hasBias: hasBias, key: key.folding(0))
    keyProjection = Linear(inputSize: keySize, outputSize: size, hasBias: hasBias, key: key.folding(1))
    valueProjection = valueSize.map {
      Linear(inputSize: keySize, outputSize: $0, hasBias: hasBias, key: key.folding(2))
    }
  }

  /// The number of features of a query, Q.
  public var querySize: Int { queryProjection.inputSize }
  /// The number of features of a state, K.
  public var keySize: Int { keyProjection.inputSize }
  /// The number of features of a context, V, or K without a projection.
  public var contextSize: Int { valueProjection?.outputSize ?? keyProjection.inputSize }

  /// Visits the projections.
  @inlinable
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("query_projection", &queryProjection)
    visitor.visit("key_projection", &keyProjection)
    visitor.visit("value_projection", &valueProjection)
  }

  /// Projects the states, `[T, N, K]`, to `[T, N, A]` and `[T, N, V]`.
  public func prepare(_ states: SequenceBatch) -> AttentionMemory {
    AttentionMemory(
      keys: keyProjection(states.values), values: valueProjection?(states.values) ?? states.values, of: states)
  }

  /// `[U, N, Q]` to `[U, N, T]`.
  public func scores(_ queries: Tensor, _ memory: AttentionMemory) -> Tensor {
    queryProjection(queries).sequenceScores(
      memory.keys, lengths: memory.lengths, scale: 1 / Double(queryProjection.outputSize).squareRoot(),
      packed: memory.packedKeys)
  }
}
