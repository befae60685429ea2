public import RecurrentTensor

/// A network that answers once for a whole sequence.
public struct ManyToOne<Layer: SequenceLayer, Pooling: SequencePooling>: Module {
  /// What happens to the inputs before the recurrent layers.
  public var before: [any SequenceTransform]
  /// The recurrent layers.
  public var layer: Layer
  /// How their outputs and last state become one vector.
  public var pooling: Pooling
  /// From the vector to the logits.
  public var head: Linear

  /// Recurrent layers whose outputs are pooled.
  ///
  /// - Parameters:
  ///   - before: Layers without a state, for example a `TimeDistributed`.
  ///   - layer: A recurrent layer or stack.
  ///   - pooling: `.last`, `.mean`, `.max`, an `AttentionPooling`, or any other.
  ///   - head: From the features of the pooled vector to the logits.
  public init(before: [any SequenceTransform] = [], _ layer: Layer, pooling: Pooling, head: Linear) {
    self.before = before
    self.layer = layer
    self.pooling = pooling
    self.head = head
  }

  /// Visits what stands before, the recurrent layers, the pooling and the head.
  @inlinable
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("before", &before)
    visitor.visit("layer", &layer)
    visitor.visit("pooling", &pooling)
    visitor.visit("head", &head)
  }

  /// The logits of each row.
  ///
  /// - Parameters:
  ///   - inputs: `[T, N, C]`.
  ///   - state: Where the recurrent layers begin; nil is their own first state.
  /// - Returns: `[N, D]`.
  public func callAsFunction(_ inputs: SequenceBatch, from state: Layer.State? = nil) -> Tensor {
    let (outputs, finalState) = layer(before.reduce(inputs) { $1($0) }, from: state)
    return head(pooling(outputs, finalState: finalState))
  }
}
