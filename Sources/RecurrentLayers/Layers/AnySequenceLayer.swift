public import RecurrentTensor

/// The state of some layer whose kind is not known when the program is compiled.
public struct AnyState: LayerState {
  @usableFromInline let base: any LayerState

  /// Wraps a state.
  public init(_ base: some LayerState) { self.base = base }

  /// A state of unknown kind from its parts; the layer that it is given to knows the kind.
  public init(components: [Tensor]) { base = StateParts(components: components) }

  /// Reads the parts; the layer that they are given to knows the kind.
  public init(from decoder: any Decoder) throws { base = try StateParts(from: decoder) }

  /// Writes the parts.
  public func encode(to encoder: any Encoder) throws { try StateParts(components: components).encode(to: encoder) }

  /// The parts, in the order of the layer's own state.
  public var components: [Tensor] { base.components }
  /// A state of the same kind made of other parts.
  public func replacing(components: [Tensor]) -> AnyState { AnyState(base.replacing(components: components)) }
  /// The hidden state of the layer, `[N, H]`.
  public var hidden: Tensor { base.hidden }
}

/// The parts of a state on their way from a file to a layer.
private struct StateParts: LayerState {
  var components: [Tensor]
  func replacing(components: [Tensor]) -> StateParts { StateParts(components: components) }
  var hidden: Tensor { components[0] }
}

/// A layer of any kind, chosen while the program runs, for example by a configuration.
public struct AnySequenceLayer: SequenceLayer {
  @usableFromInline var base: any SequenceLayer

  /// Wraps a layer.
  public init(_ base: any SequenceLayer) { self.base = base }

  /// The wrapped layer, with its type.
  public var wrapped: any SequenceLayer { base }

  /// The number of features of an input step.
  public var inputSize: Int { base.inputSize }
  /// The number of features of an output step.
  public var outputSize: Int { base.outputSize }

  /// The type of the wrapped layer.
  public var kind: any SequenceLayer.Type { base.kind }

  /// The first state of the wrapped layer.
  public func firstState(like inputs: Tensor) -> AnyState { AnyState(base.firstState(like: inputs)) }

  /// Visits the wrapped layer, adding nothing to its names.
  @inlinable
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor, asLayer layer: Int?) {
    base.visit(&visitor, asLayer: layer)
  }

  /// All steps of a batch; see `SequenceLayer`.
  public func callAsFunction(
    _ inputs: SequenceBatch, from state: AnyState?
  ) -> (outputs: SequenceBatch, finalState: AnyState) {
    AnySequenceLayer.run(base, inputs, from: state)
  }

  private static func run<Layer: SequenceLayer>(
    _ layer: Layer, _ inputs: SequenceBatch, from state: AnyState?
  ) -> (outputs: SequenceBatch, finalState: AnyState) {
    let known = state.map { state in
      state.base as? Layer.State ?? layer.firstState(like: inputs.values).replacing(components: state.components)
    }
    let (outputs, finalState) = layer(inputs, from: known)
    return (outputs, AnyState(finalState))
  }
}
