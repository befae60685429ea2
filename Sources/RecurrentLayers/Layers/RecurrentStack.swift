public import RecurrentTensor

/// The states of the layers of a stack, first layer first.
public struct StackState<State: LayerState>: LayerState {
  /// One state for each layer.
  public var layers: [State]

  /// States, first layer first.
  public init(layers: [State]) { self.layers = layers }

  /// The parts of all states, first layer first.
  public var components: [Tensor] { layers.flatMap(\.components) }

  /// States of the same layers made of other parts.
  public func replacing(components: [Tensor]) -> StackState {
    var rest = components[...]
    return StackState(
      layers: layers.map { state in
        let count = state.components.count
        precondition(rest.count >= count, "the parts are those of another stack")
        defer { rest = rest.dropFirst(count) }
        return state.replacing(components: Array(rest.prefix(count)))
      })
  }

  /// The hidden state of the last layer, `[N, H]`.
  public var hidden: Tensor { layers[layers.count - 1].hidden }
}

/// Recurrent layers on top of each other: the outputs of one are the inputs of the next.
///
/// A stack of layers of one kind and width has the tensor names of `torch.nn.LSTM(num_layers: …)`, `weight_ih_l0`, and
/// so loads there without a converter. Layers may have different widths, and layers of different kinds may be written one
/// after the other; the names are then `layers.0.weight_ih`:
///
/// ```swift
/// RecurrentStack(
///   BidirectionalLayer(forward: a, backward: b), Residual(GRU(inputSize: 64, hiddenSize: 64, key: key)), dropout: 0.2)
/// ```
///
/// A stack is itself a layer: it stands in wrappers, in other stacks and in the structures made of layers.
public struct RecurrentStack<Layer: SequenceLayer>: SequenceLayer {
  /// The layers, first one first. A layer may be replaced by one of the same kind and sizes.
  public var layers: [Layer]
  /// Whether one module of PyTorch could hold all layers: they are of one kind and width.
  @usableFromInline let hasEqualLayers: Bool
  /// What drops outputs of every layer but the last in training.
  public var dropout: SequenceDropout

  /// A stack of at least one layer, each as wide at its input as the one below at its output.
  ///
  /// - Parameters:
  ///   - layers: The layers, first one first.
  ///   - dropout: The share of the outputs between layers that a training step drops.
  ///   - dropoutMasks: How often its masks are drawn.
  public init(_ layers: [Layer], dropout: Float = 0, dropoutMasks: DropoutMasks = .perStep) {
    precondition(!layers.isEmpty, "a stack needs at least one layer")
    for (below, above) in zip(layers, layers.dropFirst()) {
      precondition(
        below.outputSize == above.inputSize,
        "a layer with \(above.inputSize) inputs stands on one with \(below.outputSize) outputs")
    }
    self.layers = layers
    hasEqualLayers = layers.allSatisfy { $0.kind == layers[0].kind && $0.outputSize == layers[0].outputSize }
    self.dropout = SequenceDropout(dropout, masks: dropoutMasks)
  }

  /// The number of features of an input step.
  public var inputSize: Int { layers[0].inputSize }
  /// The number of features of an output step.
  public var outputSize: Int { layers[layers.count - 1].outputSize }

  /// The first states of all layers.
  public func firstState(like inputs: Tensor) -> StackState<Layer.State> {
    StackState(layers: layers.map { $0.firstState(like: inputs) })
  }

  /// Visits the layers as part of another stack, below their place there.
  @inlinable
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor, asLayer layer: Int?) {
    if let layer { visitor.enter(.index(layer)) }
    visit(&visitor)
    if layer != nil { visitor.leave() }
  }

  /// Visits the layers in order, each with its number.
  @inlinable
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    if hasEqualLayers {
      for index in layers.indices { layers[index].visit(&visitor, asLayer: index) }
    } else {
      visitor.enter(.name("layers"))
      for index in layers.indices {
        visitor.enter(.index(index))
        layers[index].visit(&visitor, asLayer: nil)
        visitor.leave()
      }
      visitor.leave()
    }
    visitor.visit("dropout", &dropout)
  }

  /// All steps of a batch through all layers.
  ///
  /// - Parameters:
  ///   - inputs: `[T, N, inputSize]`.
  ///   - state: Where each layer begins; nil is each layer's own first state.
  /// - Returns: The outputs of the last layer, `[T, N, outputSize]`, and the last states of all layers.
  @inlinable
  public func callAsFunction(
    _ inputs: SequenceBatch, from state: StackState<Layer.State>? = nil
  ) -> (outputs: SequenceBatch, finalState: StackState<Layer.State>) {
    precondition(state.map { $0.layers.count == layers.count } ?? true, "the state is that of another stack")
    var sequence = inputs
    var finalStates: [Layer.State] = []
    finalStates.reserveCapacity(layers.count)
    for index in layers.indices {
      if index > 0 && dropout.isActive { sequence = dropout(sequence, stream: index) }
      let (outputs, finalState) = layers[index](sequence, from: state?.layers[index])
      sequence = outputs
      finalStates.append(finalState)
    }
    return (sequence, StackState(layers: finalStates))
  }
}

extension RecurrentStack where Layer == AnySequenceLayer {
  /// A stack of layers of different kinds, first one first.
  ///
  /// - Parameters:
  ///   - layers: The layers, each as wide at its input as the one below at its output.
  ///   - dropout: The share of the outputs between layers that a training step drops.
  ///   - dropoutMasks: How often its masks are drawn.
  public init(_ layers: any SequenceLayer..., dropout: Float = 0, dropoutMasks: DropoutMasks = .perStep) {
    self.init(layers.map { AnySequenceLayer($0) }, dropout: dropout, dropoutMasks: dropoutMasks)
  }
}
