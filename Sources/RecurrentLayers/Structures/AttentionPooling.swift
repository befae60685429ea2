public import RecurrentTensor

/// A mean of all outputs, weighed by how well each matches a learned query (Yang et al., 2016).
///
/// ```swift
/// let attention = AdditiveAttention(querySize: 32, keySize: 64, size: 32, key: key)
/// let model = ManyToOne(layer, pooling: AttentionPooling(attention, key: key), head: head)
/// ```
public struct AttentionPooling<Score: Attention>: SequencePooling {
  /// How query and outputs are matched.
  public var attention: Score
  /// What is looked for, `[Q]`.
  public var query: Parameter

  /// A pooling with a query of random numbers.
  ///
  /// - Parameters:
  ///   - attention: How query and outputs are matched; its keys are as wide as the outputs.
  ///   - key: Where the random numbers come from.
  public init(_ attention: Score, key: RandomKey) {
    self.attention = attention
    query = Parameter(
      Initializer.uniform.values(
        [attention.querySize], bound: 1 / Float(attention.querySize).squareRoot(), key: key.folding(.initialization)))
  }

  /// Visits the attention, then the query.
  @inlinable
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("attention", &attention)
    visitor.visit("query", &query)
  }

  /// `[T, N, C]` to `[N, V]`; zeros for a row of length 0.
  public func callAsFunction(_ outputs: SequenceBatch, finalState: some LayerState) -> Tensor {
    attending(to: outputs).context
  }

  /// The mean of each row, `[N, V]`, and the weight of each of its steps, `[N, T]`.
  public func attending(to outputs: SequenceBatch) -> (context: Tensor, weights: Tensor) {
    let single = query.value.reshaped(to: [1, query.value.count])
    return attention(single.rows(at: [Int32](repeating: 0, count: outputs.batchSize)), over: outputs)
  }
}
