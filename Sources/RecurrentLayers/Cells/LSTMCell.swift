import CRecurrentKernels
public import RecurrentTensor

/// Long short-term memory (Hochreiter and Schmidhuber, 1997; with forget gate, Gers et al., 2000).
///
/// With σ the logistic function and ⊙ the element-wise product, gates in PyTorch's order i, f, g, o:
///
///     i = σ(W_i x + b_ii + R_i h + b_hi)
///     f = σ(W_f x + b_if + R_f h + b_hf)
///     g = tanh(W_g x + b_ig + R_g h + b_hg)
///     o = σ(W_o x + b_io + R_o h + b_ho)
///     c′ = f ⊙ c + i ⊙ g
///     h′ = o ⊙ tanh c′
public struct LSTMCell: FusedCell {
  /// The matrices and biases, four gates each.
  public var weights: FusedWeights

  static let kind = RecurrentKind(cell: RK_LSTM)
  private static let inputGate = 0
  private static let forgetGate = 1

  /// A cell with random weights.
  ///
  /// - Parameters:
  ///   - inputSize: The number of features of a step, I.
  ///   - hiddenSize: The number of units, H.
  ///   - bias: How many bias vectors there are.
  ///   - initialization: How the first weights are drawn; PyTorch's way unless told otherwise.
  ///   - key: Where the random numbers come from.
  public init(
    inputSize: Int, hiddenSize: Int, bias: RecurrentBias = .double,
    initialization: RecurrentInitialization = .pyTorch, key: RandomKey
  ) {
    weights = FusedWeights(
      inputSize: inputSize, hiddenSize: hiddenSize, gates: 4, bias: bias, initialization: initialization, key: key)
    if let forgetBias = initialization.forgetBias { weights.setBias(ofGate: LSTMCell.forgetGate, to: forgetBias) }
    if let biases = initialization.timeScaleBiases(hiddenSize, key: key) {
      weights.setBiases(ofGate: LSTMCell.forgetGate, to: biases)
      weights.setBiases(ofGate: LSTMCell.inputGate, to: biases.map { -$0 })
    }
  }

  /// All time steps in one fused call; see `RecurrentCell`.
  public func scan(
    _ inputs: SequenceBatch, from state: LSTMState?, direction: Direction
  ) -> (SequenceBatch, LSTMState) {
    run(inputs, state, direction, .absent)
  }

  /// The same with whatever else happens to the state at every step; see `RecurrentCell`. A mask on what the recurrent
  /// matrix sees stays in the fastest loop, everything else runs in the one for equations.
  public func scan(
    _ inputs: SequenceBatch, from state: LSTMState?, direction: Direction, modifiers: StepModifiers
  ) -> (SequenceBatch, LSTMState) {
    if modifiers.isMaskOnly {
      return run(inputs, state, direction, OptionalTensor(modifiers.hiddenMask), modifiers.recomputation)
    }
    let (outputs, last) = weights.scanAsEquations(
      LSTMCell.kind, inputs, from: state?.components, direction: direction, modifiers: modifiers)
    return (outputs, LSTMState(components: last))
  }

  /// All time steps with everything that a step computes; see `TraceableCell`.
  public func trace(
    _ inputs: SequenceBatch, from state: LSTMState?, direction: Direction, modifiers: StepModifiers
  ) -> StateTrace {
    weights.trace(LSTMCell.kind, inputs, from: state?.components, direction: direction, modifiers: modifiers)
  }

  private func run(
    _ inputs: SequenceBatch, _ state: LSTMState?, _ direction: Direction, _ mask: OptionalTensor,
    _ recomputation: Recomputation = .never
  ) -> (SequenceBatch, LSTMState) {
    if let state {
      return run(inputs, OptionalTensor(state.hidden), OptionalTensor(state.cell), direction, mask, recomputation)
    }
    return run(inputs, .absent, .absent, direction, mask, recomputation)
  }

  private func run(
    _ inputs: SequenceBatch, _ hidden: OptionalTensor, _ cell: OptionalTensor, _ direction: Direction,
    _ mask: OptionalTensor, _ recomputation: Recomputation
  ) -> (SequenceBatch, LSTMState) {
    let result = weights.scan(
      LSTMCell.kind, inputs, hidden: hidden, cell: cell, direction: direction, hiddenMask: mask,
      recomputation: recomputation)
    return (inputs.replacingValues(result.outputs), LSTMState(hidden: result.lastHidden, cell: result.lastCell))
  }

  /// Both directions in one fused call where the equations are all that happens; see `RecurrentCell`.
  public static func scanBothWays(
    _ forward: LSTMCell, _ backward: LSTMCell, _ inputs: SequenceBatch,
    from states: (forward: LSTMState?, backward: LSTMState?),
    modifiers: (forward: StepModifiers, backward: StepModifiers)
  ) -> (outputs: SequenceBatch, forward: LSTMState, backward: LSTMState) {
    guard modifiers.forward.isMaskOnly, modifiers.backward.isMaskOnly else {
      return scanOneWayAfterTheOther(forward, backward, inputs, from: states, modifiers: modifiers)
    }
    let result = FusedWeights.scanBothWays(
      kind, forward.weights, backward.weights, inputs,
      hidden: (states.forward?.hidden, states.backward?.hidden),
      cell: (states.forward?.cell, states.backward?.cell), modifiers: modifiers)
    return (
      inputs.replacingValues(result.outputs),
      LSTMState(hidden: result.lastHidden.forward, cell: result.lastCell.forward),
      LSTMState(hidden: result.lastHidden.backward, cell: result.lastCell.backward)
    )
  }
}
