public import RecurrentTensor

/// The state of some layer whose kind is not known when the program is compiled.
public struct AnyState: RecurrentState {
  /// Not known here; the layer that made the state knows them.
  public static var componentNames: [String] { [] }
  /// The parts, in the order of the layer's own state.
  public var components: [Tensor]

  /// A state from its parts.
  public init(components: [Tensor]) { self.components = components }
  /// The first part, which is the output in every state of this library.
  public var hidden: Tensor { components[0] }
}

/// A layer of any kind, chosen while the program runs, for example by a configuration.
public struct AnySequenceLayer: SequenceLayer {
  @usableFromInline var base: any SequenceLayer

  /// Wraps a layer.
  public init(_ base: any SequenceLayer) { self.base = base }

  /// The number of features of an input step.
  public var inputSize: Int { base.inputSize }
  /// The number of features of an output step.
  public var outputSize: Int { base.outputSize }

  /// The type of the wrapped layer.
  public var kind: any SequenceLayer.Type { base.kind }

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
    let (outputs, finalState) = layer(inputs, from: state.map { Layer.State(components: $0.components) })
    return (outputs, AnyState(components: finalState.components))
  }
}
