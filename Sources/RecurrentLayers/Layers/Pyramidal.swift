public import RecurrentTensor

/// A layer that sees two steps at a time, so that those above it have half as many to read (the pyramidal encoder of Chan et
/// al., 2016):
///
///     y[t] = layer([x[2t]; x[2t + 1]])
///
/// A row of L steps becomes one of ⌈L / 2⌉; where the second step is missing, zeros stand for it. Stacks, decoders and
/// attention take the new lengths from the outputs. Around it nothing fits that puts steps of inputs and outputs side by
/// side, such as `Residual`.
public struct Pyramidal<Layer: SequenceLayer>: SequenceLayer {
  /// The layer that sees two steps at a time, from 2 C features.
  public var layer: Layer

  /// Goes round a layer with an even number of inputs.
  public init(_ layer: Layer) {
    precondition(layer.inputSize % 2 == 0, "two steps at a time have an even number of features")
    self.layer = layer
  }

  /// The number of features of an input step, C.
  public var inputSize: Int { layer.inputSize / 2 }
  /// The number of features of an output step.
  public var outputSize: Int { layer.outputSize }

  /// The first state of the layer.
  public func firstState(like inputs: Tensor) -> Layer.State { layer.firstState(like: inputs) }

  /// Visits the layer.
  @inlinable
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor, asLayer number: Int?) {
    visitor.enter(.name("layer"))
    layer.visit(&visitor, asLayer: number)
    visitor.leave()
  }

  /// All steps of a batch: `[T, N, C]` to `[⌈T / 2⌉, N, outputSize]`; see `SequenceLayer`.
  public func callAsFunction(
    _ inputs: SequenceBatch, from state: Layer.State?
  ) -> (outputs: SequenceBatch, finalState: Layer.State) {
    layer(inputs.joiningPairs(), from: state)
  }
}

extension SequenceBatch {
  /// Each two steps as one, the features of the second behind those of the first: `[T, N, C]` to `[⌈T / 2⌉, N, 2 C]`. A row
  /// of L steps has ⌈L / 2⌉ then, the last half of zeros where L is odd.
  public func joiningPairs() -> SequenceBatch {
    requireWholeRows(in: "joiningPairs")
    let pairs = (stepCount + 1) / 2
    var indices: [Int32] = []
    for pair in 0..<pairs {
      for row in 0..<batchSize {
        let length = lengths.map { Int($0[row]) } ?? stepCount
        for step in [2 * pair, 2 * pair + 1] {
          indices.append(step < length ? Int32(step * batchSize + row) : -1)
        }
      }
    }
    let values = flatRows.rows(at: indices).reshaped(to: [pairs, batchSize, 2 * featureCount])
    return SequenceBatch(values, sharing: lengths?.map { ($0 + 1) / 2 })
  }
}
