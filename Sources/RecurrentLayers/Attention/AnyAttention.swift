public import RecurrentTensor

/// Attention of any kind, chosen while the program runs, for example by a configuration.
public struct AnyAttention: Attention {
  @usableFromInline var base: any Attention

  /// Wraps an attention.
  public init(_ base: any Attention) { self.base = base }

  /// The number of features of a query, Q.
  public var querySize: Int { base.querySize }
  /// The number of features of a state, K.
  public var keySize: Int { base.keySize }
  /// The number of features of a context, V.
  public var contextSize: Int { base.contextSize }

  /// Visits the wrapped attention, adding nothing to its names.
  @inlinable
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) { base.visit(&visitor) }

  /// What the wrapped attention makes of the states.
  public func prepare(_ states: SequenceBatch) -> AttentionMemory { base.prepare(states) }

  /// The scores of the wrapped attention: `[U, N, Q]` to `[U, N, T]`.
  public func scores(_ queries: Tensor, _ memory: AttentionMemory) -> Tensor { base.scores(queries, memory) }
}
