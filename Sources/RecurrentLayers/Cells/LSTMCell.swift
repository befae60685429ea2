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

  private static let kind = RecurrentKind(cell: RK_LSTM)
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
  }

  /// All time steps in one fused call; see `RecurrentCell`.
  public func scan(
    _ inputs: SequenceBatch, from state: LSTMState?, direction: Direction
  ) -> (SequenceBatch, LSTMState) {
    if let state {
      return run(inputs, OptionalTensor(state.hidden), OptionalTensor(state.cell), direction)
    }
    return run(inputs, .absent, .absent, direction)
  }

  private func run(
    _ inputs: SequenceBatch, _ hidden: OptionalTensor, _ cell: OptionalTensor, _ direction: Direction
  ) -> (SequenceBatch, LSTMState) {
    let result = weights.scan(LSTMCell.kind, inputs, hidden: hidden, cell: cell, direction: direction)
    return (inputs.replacingValues(result.outputs), LSTMState(hidden: result.lastHidden, cell: result.lastCell))
  }
}
