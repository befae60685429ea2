import RecurrentTensor

/// A network that answers every step as it sees it: logits at every step.
public struct ManyToMany<Layer: SequenceLayer>: Module {
  /// What happens to the inputs before the recurrent layers.
  public var before: [any SequenceTransform]
  /// The recurrent layers.
  public var layer: Layer
  /// What makes the logits of the outputs.
  public var after: [any SequenceTransform]

  /// Recurrent layers between others.
  ///
  /// - Parameters:
  ///   - before: Layers without a state, for example a `TimeDistributed`.
  ///   - layer: A recurrent layer or stack.
  ///   - after: Layers without a state that make the logits.
  public init(before: [any SequenceTransform] = [], _ layer: Layer, after: [any SequenceTransform]) {
    self.before = before
    self.layer = layer
    self.after = after
  }

  /// Visits what stands before, the recurrent layers, and what stands after.
  @inlinable
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("before", &before)
    visitor.visit("layer", &layer)
    visitor.visit("after", &after)
  }

  /// All steps of a batch.
  ///
  /// - Parameters:
  ///   - inputs: `[T, N, C]`.
  ///   - state: Where the recurrent layers begin; nil is their own first state.
  /// - Returns: The logits, `[T, N, D]`, and the last states of the recurrent layers.
  public func callAsFunction(
    _ inputs: SequenceBatch, from state: Layer.State? = nil
  ) -> (logits: SequenceBatch, finalState: Layer.State) {
    let (outputs, finalState) = layer(before.reduce(inputs) { $1($0) }, from: state)
    return (after.reduce(outputs) { $1($0) }, finalState)
  }
}

extension ModuleVisitor {
  /// Visits layers of different kinds, below `name` and their position.
  @inlinable
  mutating func visit(_ name: StaticString, _ modules: inout [any SequenceTransform]) {
    enter(.name(name))
    for index in modules.indices {
      enter(.index(index))
      modules[index].visit(&self)
      leave()
    }
    leave()
  }
}
