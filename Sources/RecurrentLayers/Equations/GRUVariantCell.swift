public import RecurrentTensor

/// What makes a gated recurrent unit differ from PyTorch's.
public struct GRUVariant: Hashable, Sendable, Codable {
  /// Which state the update gate z lets through.
  public enum UpdateGate: String, Hashable, Sendable, CaseIterable, Codable {
    /// h′ = (1 − z) ⊙ n + z ⊙ h: PyTorch, Keras, ONNX, the first version of the paper.
    case keepsOldState = "keeps-old-state"
    /// h′ = z ⊙ n + (1 − z) ⊙ h: the last version of the paper (Chung et al., 2014).
    case takesNewState = "takes-new-state"
  }

  /// Where the reset gate acts.
  public var reset: GRUCell.Variant = .resetAfter
  /// Which state the update gate lets through.
  public var updateGate: UpdateGate = .keepsOldState
  /// Of the products with W and R, with gain and one shift, which takes the place of the bias; where the reset comes before
  /// the product, the candidate's product by itself.
  public var normalization = Normalization.none
  /// Limits what goes into the functions to ±clip (ONNX' `clip`); nil for no limit.
  public var gateClip: Double?
  /// Of r and z.
  public var gateActivation: CellActivation = .sigmoid
  /// Of n.
  public var candidateActivation: CellActivation = .tanh

  /// PyTorch's gated recurrent unit.
  public init() {}
}

/// A gated recurrent unit with options, gates in the order r, z, n; the plain cell is `GRUCell`, which is faster.
///
///     r = σ(W_r x + R_r h + b_r)
///     z = σ(W_z x + R_z h + b_z)
///     n = tanh(W_n x + b_n + r ⊙ (R_n h + b_hn))      or tanh(W_n x + b_n + R_n (r ⊙ h))
///     h′ = (1 − z) ⊙ n + z ⊙ h                        or z ⊙ n + (1 − z) ⊙ h
public struct GRUVariantCell: EquationCell {
  /// The state before or after a step.
  public typealias State = HiddenState
  /// The matrices, bias and vectors.
  public var weights: EquationWeights
  /// What differs from PyTorch's unit.
  public let variant: GRUVariant

  /// A cell with random weights.
  public init(
    inputSize: Int, hiddenSize: Int, variant: GRUVariant, hasBias: Bool = true,
    initialization: RecurrentInitialization = .pyTorch, key: RandomKey
  ) {
    self.variant = variant
    weights = EquationWeights(
      inputSize: inputSize, hiddenSize: hiddenSize, hasBias: hasBias && !variant.normalization.isPresent,
      normalization: variant.normalization, initialization: initialization, key: key
    ) { GRUVariantCell.write(variant, hasBias: hasBias, $0) }
  }

  static func write(_ variant: GRUVariant, hasBias: Bool, _ cell: CellEquations) {
    let h = cell.state("hidden")
    let (gates, candidate) = products(variant, hasBias, cell, h)
    func clipped(_ value: CellValue) -> CellValue {
      variant.gateClip.map { value.applying(.clamp($0)) } ?? value
    }
    let r = cell.named("reset_gate", clipped(gates[0]).applying(variant.gateActivation))
    let z = cell.named("update_gate", clipped(gates[1]).applying(variant.gateActivation))
    let n = cell.named("candidate", clipped(candidate(r)).applying(variant.candidateActivation))
    switch variant.updateGate {
    case .keepsOldState: cell.setNext(h, to: .multiplyAdd(z, h - n, n))
    case .takesNewState: cell.setNext(h, to: .multiplyAdd(z, n - h, h))
    }
  }

  /// What goes into r and z, and into n once r is known.
  private static func products(
    _ variant: GRUVariant, _ hasBias: Bool, _ cell: CellEquations, _ h: CellValue
  ) -> (gates: [CellValue], candidate: (CellValue) -> CellValue) {
    let width = cell.hiddenSize
    switch (variant.normalization.isPresent, variant.reset) {
    case (false, .resetAfter):
      let gates = cell.inputs(2, adding: "weight_hh", times: h)
      let outside = cell.inputs()[0]
      let product = cell.product("weight_hn", width: width, times: h)
      let inside = hasBias ? product + cell.vector("bias_hn", initial: .zeros) : product
      return (gates, { .multiplyAdd($0, inside, outside) })
    case (false, .resetBefore):
      let gates = cell.inputs(2, adding: "weight_hh", times: h)
      return (gates, { cell.inputs(adding: "weight_hn", times: $0 * cell.asSeen(h))[0] })
    case (true, .resetAfter):
      let x = normalized(variant, cell, cell.wholeInput(3), .input, "norm_ih_gain", "norm_shift")
      let product = cell.product("weight_hh", width: 3 * width, times: h)
      let r = normalized(variant, cell, product, .hidden, "norm_hh_gain", nil)
      let (outside, inside) = (cell.gates(of: x, 3), cell.gates(of: r, 3))
      return ([outside[0] + inside[0], outside[1] + inside[1]], { .multiplyAdd($0, inside[2], outside[2]) })
    case (true, .resetBefore):
      let x = cell.gates(of: normalized(variant, cell, cell.wholeInput(3), .input, "norm_ih_gain", "norm_shift"), 3)
      let gates = cell.product("weight_hh", width: 2 * width, times: h)
      let r = cell.gates(of: normalized(variant, cell, gates, .hidden, "norm_hh_gain", nil), 2)
      return (
        [x[0] + r[0], x[1] + r[1]],
        { reset in
          let product = cell.product("weight_hn", width: width, times: reset * cell.asSeen(h))
          return x[2] + normalized(variant, cell, product, .candidate, "norm_hn_gain", nil)
        }
      )
    }
  }

  private static func normalized(
    _ variant: GRUVariant, _ cell: CellEquations, _ value: CellValue, _ names: CellEquations.StatisticNames,
    _ gain: StaticString, _ shift: StaticString?
  ) -> CellValue {
    let even = cell.normalized(value, by: variant.normalization, names)
    let gain = cell.vector(gain, width: value.width, initial: variant.normalization.firstGain)
    guard let shift else { return even * gain }
    return .multiplyAdd(even, gain, cell.vector(shift, width: value.width, initial: .zeros))
  }
}
