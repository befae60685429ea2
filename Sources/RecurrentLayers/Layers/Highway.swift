public import RecurrentTensor

/// A layer with a gate that lets its inputs pass by (Srivastava et al., 2015):
///
///     t = σ(W_t x + b_t)
///     y = t ⊙ layer(x) + (1 − t) ⊙ x
///
/// Where the widths differ, `P x` with a trained matrix P stands for the x that passes by. Padding is 0.
public struct Highway<Layer: SequenceLayer>: SequenceLayer {
  /// The layer that is gone round.
  public var layer: Layer
  /// The gate t before its logistic function, from the inputs to the width of the outputs.
  public var gate: Linear
  /// The matrix P, `[outputSize, inputSize]`, without a bias; nil where the widths agree.
  public var projection: Linear?

  /// A layer of any widths with a random gate.
  ///
  /// - Parameters:
  ///   - layer: The layer that is gone round.
  ///   - gateBias: The first b_t. Below 0 the inputs pass by at first, and deep stacks begin as shallow ones.
  ///   - key: Where the random numbers come from.
  public init(_ layer: Layer, gateBias: Float = -1, key: RandomKey) {
    self.layer = layer
    gate = Linear(inputSize: layer.inputSize, outputSize: layer.outputSize, key: key.folding(0))
    gate.bias?.value = Tensor(repeating: gateBias, shape: [layer.outputSize])
    projection = skipProjection(round: layer, key: key.folding(1))
  }

  /// The number of features of an input step.
  public var inputSize: Int { layer.inputSize }
  /// The number of features of an output step.
  public var outputSize: Int { layer.outputSize }

  /// The first state of the layer.
  public func firstState(like inputs: Tensor) -> Layer.State { layer.firstState(like: inputs) }

  /// Visits the layer, the gate, then the projection.
  @inlinable
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor, asLayer number: Int?) {
    visitor.enter(.name("layer"))
    layer.visit(&visitor, asLayer: number)
    visitor.leave()
    if let number { visitor.enter(.layer(number)) }
    visitor.visit("gate", &gate)
    visitor.visit("projection", &projection)
    if number != nil { visitor.leave() }
  }

  /// All steps of a batch; see `SequenceLayer`.
  public func callAsFunction(
    _ inputs: SequenceBatch, from state: Layer.State?
  ) -> (outputs: SequenceBatch, finalState: Layer.State) {
    let (outputs, finalState) = layer(inputs, from: state)
    let x = inputs.zeroPadded.values
    let passed = projection?(x) ?? x
    // t · new + (1 − t) · passed, with one product less.
    return (outputs.replacingValues(passed + sigmoid(gate(x)) * (outputs.values - passed)), finalState)
  }
}
