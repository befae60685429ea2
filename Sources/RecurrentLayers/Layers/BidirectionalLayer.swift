public import RecurrentTensor

/// The states of two directions.
public struct BidirectionalState<State: RecurrentState>: RecurrentState {
  /// The names of the parts, those of the backward direction with the suffix `_reverse`.
  public static var componentNames: [String] { State.componentNames + State.componentNames.map { $0 + "_reverse" } }
  /// After the last real step.
  public var forward: State
  /// After the first step, where the backward direction ends.
  public var backward: State

  /// A state from those of the two directions.
  public init(forward: State, backward: State) {
    self.forward = forward
    self.backward = backward
  }
  /// A state from its parts.
  public init(components: [Tensor]) {
    let half = components.count / 2
    self.init(
      forward: State(components: Array(components[..<half])), backward: State(components: Array(components[half...])))
  }
  /// The parts of the forward direction, then those of the backward one.
  public var components: [Tensor] { forward.components + backward.components }
  /// Both hidden states side by side, `[N, 2·H]`.
  public var hidden: Tensor { Tensor(concatenating: [forward.hidden, backward.hidden], axis: 1) }
}

/// How the outputs of two directions become one.
public enum DirectionMerge: String, Hashable, Sendable, CaseIterable, Codable {
  /// Side by side, forward first, `[T, N, 2·H]`: PyTorch and Keras' default.
  case concatenate
  /// Added, `[T, N, H]`.
  case sum
  /// Half of the sum, `[T, N, H]`.
  case average
  /// Multiplied element by element, `[T, N, H]`.
  case multiply
}

/// Two cells over the same sequence, one from its start and one from each row's own end (Schuster and Paliwal, 1997).
public struct BidirectionalLayer<Cell: RecurrentCell>: SequenceLayer {
  /// How the outputs of the two directions become one.
  public typealias Merge = DirectionMerge

  /// The direction from the start.
  public var forward: RecurrentLayer<Cell>
  /// The direction from the end.
  public var backward: RecurrentLayer<Cell>
  /// How the outputs of the two directions become one.
  public let merge: Merge

  /// A layer of two cells of the same sizes, with weights of their own; see `RecurrentLayer` for the options.
  public init(
    forward: Cell, backward: Cell, merge: Merge = .concatenate, initialState: InitialState = .zero,
    stateDropout: StateDropout? = nil, zoneout: Zoneout? = nil, weightDrop: WeightDrop? = nil,
    recomputation: Recomputation = .never
  ) {
    precondition(
      forward.inputSize == backward.inputSize && forward.hiddenSize == backward.hiddenSize,
      "the cells of a bidirectional layer must have the same sizes")
    self.forward = RecurrentLayer(
      forward, direction: .forward, initialState: initialState, stateDropout: stateDropout, zoneout: zoneout,
      weightDrop: weightDrop, recomputation: recomputation)
    self.backward = RecurrentLayer(
      backward, direction: .backward, initialState: initialState, stateDropout: stateDropout, zoneout: zoneout,
      weightDrop: weightDrop, recomputation: recomputation)
    self.merge = merge
  }

  /// The number of features of an input step, I.
  public var inputSize: Int { forward.inputSize }
  /// The number of features of an output step: 2·H when concatenated, else H.
  public var outputSize: Int { merge == .concatenate ? 2 * forward.outputSize : forward.outputSize }

  /// The first states of both directions.
  public func firstState(like inputs: Tensor) -> BidirectionalState<Cell.State> {
    BidirectionalState(forward: forward.firstState(like: inputs), backward: backward.firstState(like: inputs))
  }

  /// Visits the forward direction, then the backward one.
  @inlinable
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor, asLayer layer: Int?) {
    if let layer { visitor.enter(.layer(layer)) }
    forward.visit(&visitor, asLayer: nil)
    visitor.enter(.reverse)
    backward.visit(&visitor, asLayer: nil)
    visitor.leave()
    if layer != nil { visitor.leave() }
  }

  /// Both directions, merged; see `SequenceLayer`. Padding is 0.
  public func callAsFunction(
    _ inputs: SequenceBatch, from state: BidirectionalState<Cell.State>?
  ) -> (outputs: SequenceBatch, finalState: BidirectionalState<Cell.State>) {
    switch merge {
    case .concatenate: sideBySide(inputs, from: state)
    case .sum: merging(inputs, from: state) { $0 + $1 }
    case .average: merging(inputs, from: state) { ($0 + $1) * 0.5 }
    case .multiply: merging(inputs, from: state) { $0 * $1 }
    }
  }

  private func merging(
    _ inputs: SequenceBatch, from state: BidirectionalState<Cell.State>?, by merge: (Tensor, Tensor) -> Tensor
  ) -> (outputs: SequenceBatch, finalState: BidirectionalState<Cell.State>) {
    let (ahead, back, finalState) = separate(inputs, from: state)
    return (inputs.replacingValues(merge(ahead.values, back.values)), finalState)
  }

  /// Both directions at once: cells that the library has kernels for write where the merged outputs stand.
  private func sideBySide(
    _ inputs: SequenceBatch, from state: BidirectionalState<Cell.State>?
  ) -> (outputs: SequenceBatch, finalState: BidirectionalState<Cell.State>) {
    let result = Cell.scanBothWays(
      forward.cellOfStep, backward.cellOfStep, inputs,
      from: (
        forward.firstState(inputs, given: state?.forward), backward.firstState(inputs, given: state?.backward)
      ),
      modifiers: (forward.modifiers(for: inputs), backward.modifiers(for: inputs)))
    return (result.outputs, BidirectionalState(forward: result.forward, backward: result.backward))
  }

  /// Both directions apart: `[T, N, H]` each, at the times of the inputs.
  public func separate(
    _ inputs: SequenceBatch, from state: BidirectionalState<Cell.State>? = nil
  ) -> (forward: SequenceBatch, backward: SequenceBatch, finalState: BidirectionalState<Cell.State>) {
    let (ahead, forwardState) = forward(inputs, from: state?.forward)
    let (back, backwardState) = backward(inputs, from: state?.backward)
    return (ahead, back, BidirectionalState(forward: forwardState, backward: backwardState))
  }
}
