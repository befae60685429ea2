import CRecurrentKernels
public import RecurrentTensor

/// The simple recurrent network (Elman, 1990):
///
///     h′ = f(W x + b_ih + R h + b_hh)
public struct ElmanCell: FusedCell {
  /// The function f.
  public enum Activation: Hashable, Sendable {
    /// The hyperbolic tangent.
    case tanh
    /// The positive part.
    case relu
    /// The positive part plus `slope` times the negative one.
    case leakyReLU(slope: Float = 0.01)
    /// The logistic function.
    case sigmoid
    /// None: a linear recurrence.
    case identity

    var kind: RecurrentKind {
      switch self {
      case .tanh: RecurrentKind(cell: RK_ELMAN, activation: RK_TANH)
      case .relu: RecurrentKind(cell: RK_ELMAN, activation: RK_RELU)
      case .leakyReLU(let slope): RecurrentKind(cell: RK_ELMAN, activation: RK_LEAKY_RELU, slope: slope)
      case .sigmoid: RecurrentKind(cell: RK_ELMAN, activation: RK_SIGMOID)
      case .identity: RecurrentKind(cell: RK_ELMAN, activation: RK_IDENTITY)
      }
    }
  }

  /// The matrices and biases.
  public var weights: FusedWeights
  /// The function f.
  public let activation: Activation

  /// A cell with random weights.
  ///
  /// - Parameters:
  ///   - inputSize: The number of features of a step, I.
  ///   - hiddenSize: The number of units, H.
  ///   - activation: The function f.
  ///   - bias: How many bias vectors there are.
  ///   - initialization: How the first weights are drawn; PyTorch's way unless told otherwise.
  ///   - key: Where the random numbers come from.
  public init(
    inputSize: Int, hiddenSize: Int, activation: Activation = .tanh, bias: RecurrentBias = .double,
    initialization: RecurrentInitialization = .pyTorch, key: RandomKey
  ) {
    self.activation = activation
    weights = FusedWeights(
      inputSize: inputSize, hiddenSize: hiddenSize, gates: 1, bias: bias, initialization: initialization, key: key)
  }

  /// Rectified units that begin with the identity, so that the state stays as it is until training finds something better
  /// (IRNN; Le, Jaitly and Hinton, "A simple way to initialize recurrent networks of rectified linear units", 2015): relu,
  /// the identity as recurrent matrix, inputs drawn from a narrow normal distribution, zero biases.
  ///
  /// - Parameters:
  ///   - inputSize: The number of features of a step, I.
  ///   - hiddenSize: The number of units, H.
  ///   - scale: What stands on the diagonal; below 1 for tasks that need less memory.
  ///   - inputDeviation: The standard deviation of the weights of the inputs.
  ///   - key: Where the random numbers come from.
  public static func irnn(
    inputSize: Int, hiddenSize: Int, scale: Float = 1, inputDeviation: Float = 0.001, key: RandomKey
  ) -> ElmanCell {
    ElmanCell(
      inputSize: inputSize, hiddenSize: hiddenSize, activation: .relu, bias: .single,
      initialization: RecurrentInitialization(
        input: .normal(deviation: inputDeviation), recurrent: .identity(scale: scale), bias: .zeros),
      key: key)
  }

  /// All time steps in one fused call; see `RecurrentCell`.
  public func scan(
    _ inputs: SequenceBatch, from state: HiddenState?, direction: Direction
  ) -> (SequenceBatch, HiddenState) {
    run(inputs, state, direction, .absent)
  }

  /// The same with whatever else happens to the state at every step; see `RecurrentCell`. A mask on what the recurrent
  /// matrix sees stays in the fastest loop, everything else runs in the one for equations.
  public func scan(
    _ inputs: SequenceBatch, from state: HiddenState?, direction: Direction, modifiers: StepModifiers
  ) -> (SequenceBatch, HiddenState) {
    if modifiers.isMaskOnly {
      return run(inputs, state, direction, OptionalTensor(modifiers.hiddenMask), modifiers.recomputation)
    }
    let (outputs, last) = weights.scanAsEquations(
      activation.kind, inputs, from: state?.components, direction: direction, modifiers: modifiers)
    return (outputs, HiddenState(components: last))
  }

  /// All time steps with everything that a step computes; see `TraceableCell`.
  public func trace(
    _ inputs: SequenceBatch, from state: HiddenState?, direction: Direction, modifiers: StepModifiers
  ) -> StateTrace {
    weights.trace(activation.kind, inputs, from: state?.components, direction: direction, modifiers: modifiers)
  }

  private func run(
    _ inputs: SequenceBatch, _ state: HiddenState?, _ direction: Direction, _ mask: OptionalTensor,
    _ recomputation: Recomputation = .never
  ) -> (SequenceBatch, HiddenState) {
    let result = weights.scan(
      activation.kind, inputs, hidden: state.map { OptionalTensor($0.hidden) } ?? .absent, cell: .absent,
      direction: direction, hiddenMask: mask, recomputation: recomputation)
    return (inputs.replacingValues(result.outputs), HiddenState(hidden: result.lastHidden))
  }

  /// Both directions in one fused call where the equations are all that happens; see `RecurrentCell`.
  public static func scanBothWays(
    _ forward: ElmanCell, _ backward: ElmanCell, _ inputs: SequenceBatch,
    from states: (forward: HiddenState?, backward: HiddenState?),
    modifiers: (forward: StepModifiers, backward: StepModifiers)
  ) -> (outputs: SequenceBatch, forward: HiddenState, backward: HiddenState) {
    precondition(forward.activation == backward.activation, "the two directions have cells of different kinds")
    guard modifiers.forward.isMaskOnly, modifiers.backward.isMaskOnly else {
      return scanOneWayAfterTheOther(forward, backward, inputs, from: states, modifiers: modifiers)
    }
    let result = FusedWeights.scanBothWays(
      forward.activation.kind, forward.weights, backward.weights, inputs,
      hidden: (states.forward?.hidden, states.backward?.hidden), modifiers: modifiers)
    return (
      inputs.replacingValues(result.outputs), HiddenState(hidden: result.lastHidden.forward),
      HiddenState(hidden: result.lastHidden.backward)
    )
  }
}
