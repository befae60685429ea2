public import RecurrentTensor

/// Dropout on the hidden state on its way to the recurrent matrix: in training, a share of what each step sees of the step
/// before is 0, and the rest scaled up.
///
/// It acts only inside a gradient scope that was given a key.
public struct StateDropout: Module {
  /// How often masks are drawn: Keras' `recurrent_dropout` does so once for a sequence.
  public typealias Masks = DropoutMasks

  /// The share that is dropped, in `0..<1`.
  public let rate: Float
  /// How often masks are drawn.
  public let masks: Masks
  @usableFromInline var noise = NoiseSource()

  /// Drops the share `rate`.
  public init(_ rate: Float, masks: Masks = .perSequence) {
    precondition(rate >= 0 && rate < 1, "the dropped share \(rate) is not in 0..<1")
    self.rate = rate
    self.masks = masks
  }

  /// Visits the source of the masks.
  @inlinable
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("noise", &noise)
  }

  /// The mask of the running step for a layer of `hiddenSize` units, `[N, H]` or `[T, N, H]`; nil where nothing is dropped.
  @usableFromInline
  func mask(for inputs: SequenceBatch, hiddenSize: Int) -> Tensor? {
    guard rate > 0, let key = noise.key else { return nil }
    let state: Shape = [inputs.batchSize, hiddenSize]
    return Tensor(
      dropoutMask: masks == .perStep ? state.inserting(inputs.stepCount, at: 0) : state, rate: rate,
      elementType: inputs.values.elementType, key: key, on: inputs.values.node?.tape)
  }
}
