public import RecurrentTensor

/// A layer whose inputs are added to its outputs, so that it learns what is to change (He et al., 2016):
///
///     y = layer(x) + x
///
/// Where the widths differ, `P x` with a trained matrix P stands for x. Padding is 0.
public struct Residual<Layer: SequenceLayer>: SequenceLayer {
  /// The layer that is gone round.
  public var layer: Layer
  /// The matrix P, `[outputSize, inputSize]`, without a bias; nil where the widths agree.
  public var projection: Linear?

  /// A layer as wide at its output as at its input.
  public init(_ layer: Layer) {
    precondition(
      layer.inputSize == layer.outputSize,
      "a residual connection from \(layer.inputSize) to \(layer.outputSize) features needs a projection: give a key")
    self.layer = layer
  }

  /// A layer of any widths; `key` draws the projection where they differ.
  public init(_ layer: Layer, key: RandomKey) {
    self.layer = layer
    projection = skipProjection(round: layer, key: key)
  }

  /// The number of features of an input step.
  public var inputSize: Int { layer.inputSize }
  /// The number of features of an output step.
  public var outputSize: Int { layer.outputSize }

  /// The first state of the layer.
  public func firstState(like inputs: Tensor) -> Layer.State { layer.firstState(like: inputs) }

  /// Visits the layer, then the projection.
  @inlinable
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor, asLayer number: Int?) {
    visitor.enter(.name("layer"))
    layer.visit(&visitor, asLayer: number)
    visitor.leave()
    if let number { visitor.enter(.layer(number)) }
    visitor.visit("projection", &projection)
    if number != nil { visitor.leave() }
  }

  /// All steps of a batch; see `SequenceLayer`.
  public func callAsFunction(
    _ inputs: SequenceBatch, from state: Layer.State?
  ) -> (outputs: SequenceBatch, finalState: Layer.State) {
    let (outputs, finalState) = layer(inputs, from: state)
    let x = inputs.zeroPadded.values
    return (outputs.replacingValues(outputs.values + (projection?(x) ?? x)), finalState)
  }
}

/// The matrix that brings the inputs of a layer to the width of its outputs; nil where they agree.
func skipProjection(round layer: some SequenceLayer, key: RandomKey) -> Linear? {
  if layer.inputSize == layer.outputSize { return nil }
  return Linear(inputSize: layer.inputSize, outputSize: layer.outputSize, hasBias: false, key: key)
}
