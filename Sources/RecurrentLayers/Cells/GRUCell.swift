import CRecurrentKernels
public import RecurrentTensor

/// The gated recurrent unit (Cho et al., 2014).
///
/// With σ the logistic function and ⊙ the element-wise product, gates in PyTorch's order r, z, n. z keeps the old state:
///
///     r = σ(W_r x + b_ir + R_r h + b_hr)
///     z = σ(W_z x + b_iz + R_z h + b_hz)
///     n = tanh(W_n x + b_in + r ⊙ (R_n h + b_hn))      reset after the product
///     n = tanh(W_n x + b_in + R_n (r ⊙ h) + b_hn)      reset before the product
///     h′ = (1 − z) ⊙ n + z ⊙ h
public struct GRUCell: FusedCell {
  /// Where the reset gate acts. The two are different functions: weights trained for one do not fit the other.
  public enum Variant: String, Hashable, Sendable, CaseIterable, Codable {
    /// On the recurrent product: PyTorch, cuDNN, Keras' default; the first version of the paper.
    case resetAfter = "reset-after"
    /// On the hidden state, before the product: ONNX' default; the last version of the paper.
    case resetBefore = "reset-before"
  }

  /// The matrices and biases, three gates each.
  public var weights: FusedWeights
  /// Where the reset gate acts.
  public let variant: Variant

  private static let updateGate = 1

  /// A cell with random weights.
  ///
  /// - Parameters:
  ///   - inputSize: The number of features of a step, I.
  ///   - hiddenSize: The number of units, H.
  ///   - variant: Where the reset gate acts.
  ///   - bias: How many bias vectors there are.
  ///   - initialization: How the first weights are drawn; PyTorch's way unless told otherwise.
  ///   - key: Where the random numbers come from.
  public init(
    inputSize: Int, hiddenSize: Int, variant: Variant = .resetAfter, bias: RecurrentBias = .double,
    initialization: RecurrentInitialization = .pyTorch, key: RandomKey
  ) {
    self.variant = variant
    weights = FusedWeights(
      inputSize: inputSize, hiddenSize: hiddenSize, gates: 3, bias: bias, initialization: initialization, key: key)
    if let biases = initialization.timeScaleBiases(hiddenSize, key: key) {
      weights.setBiases(ofGate: GRUCell.updateGate, to: biases)
    }
  }

  /// Visits the weights. The names say which variant they belong to: `weight_hh` is PyTorch's, and a reset before the
  /// product calls it `weight_hh_reset_before`, so that neither loads as the other, here or in PyTorch.
  @inlinable
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    weights.visit(&visitor, hiddenHiddenName: variant == .resetAfter ? "weight_hh" : "weight_hh_reset_before")
  }

  var kind: RecurrentKind {
    RecurrentKind(cell: variant == .resetAfter ? RK_GRU_RESET_AFTER : RK_GRU_RESET_BEFORE)
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
      kind, inputs, from: state?.components, direction: direction, modifiers: modifiers)
    return (outputs, HiddenState(components: last))
  }

  /// All time steps with everything that a step computes; see `TraceableCell`.
  public func trace(
    _ inputs: SequenceBatch, from state: HiddenState?, direction: Direction, modifiers: StepModifiers
  ) -> StateTrace {
    weights.trace(kind, inputs, from: state?.components, direction: direction, modifiers: modifiers)
  }

  private func run(
    _ inputs: SequenceBatch, _ state: HiddenState?, _ direction: Direction, _ mask: OptionalTensor,
    _ recomputation: Recomputation = .never
  ) -> (SequenceBatch, HiddenState) {
    let result = weights.scan(
      kind, inputs, hidden: state.map { OptionalTensor($0.hidden) } ?? .absent, cell: .absent, direction: direction,
      hiddenMask: mask, recomputation: recomputation)
    return (inputs.replacingValues(result.outputs), HiddenState(hidden: result.lastHidden))
  }

  /// Both directions in one fused call where the equations are all that happens; see `RecurrentCell`.
  public static func scanBothWays(
    _ forward: GRUCell, _ backward: GRUCell, _ inputs: SequenceBatch,
    from states: (forward: HiddenState?, backward: HiddenState?),
    modifiers: (forward: StepModifiers, backward: StepModifiers)
  ) -> (outputs: SequenceBatch, forward: HiddenState, backward: HiddenState) {
    precondition(forward.variant == backward.variant, "the two directions have cells of different kinds")
    guard modifiers.forward.isMaskOnly, modifiers.backward.isMaskOnly else {
      return scanOneWayAfterTheOther(forward, backward, inputs, from: states, modifiers: modifiers)
    }
    let result = FusedWeights.scanBothWays(
      forward.kind, forward.weights, backward.weights, inputs,
      hidden: (states.forward?.hidden, states.backward?.hidden), modifiers: modifiers)
    return (
      inputs.replacingValues(result.outputs), HiddenState(hidden: result.lastHidden.forward),
      HiddenState(hidden: result.lastHidden.backward)
    )
  }
}
