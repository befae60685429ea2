public import RecurrentTensor

/// What makes a long short-term memory differ from the plain one. Everything may be combined.
public struct LSTMVariant: Hashable, Sendable, Codable {
  /// Whether the gates see the cell state as well: i and f the one before, o the one after (Gers and Schmidhuber, 2000).
  public var hasPeepholes = false
  /// Whether i = 1 - f: three gates instead of four (Greff et al., 2017, "CIFG").
  public var couplesGates = false
  /// The width of the hidden state, when a matrix makes it from the output of the cell (Sak et al., 2014; PyTorch's
  /// `proj_size`); nil for none.
  public var projectionSize: Int?
  /// Of W x, of R h, and of the cell state before its tanh, each with gain, and one shift for the gates and one for the
  /// cell. The shift takes the place of the bias.
  public var normalization = Normalization.none
  /// Limits the cell state to ±clip after every step (TensorFlow's `cell_clip`); nil for no limit.
  public var cellClip: Double?
  /// Limits what goes into the gates' functions to ±clip (ONNX' `clip`); nil for no limit.
  public var gateClip: Double?
  /// Of i, f and o.
  public var gateActivation: CellActivation = .sigmoid
  /// Of g.
  public var inputActivation: CellActivation = .tanh
  /// Of the cell state on its way out.
  public var outputActivation: CellActivation = .tanh

  /// The plain LSTM.
  public init() {}
}

/// Long short-term memory with options:
///
///     i = σ(W_i x + R_i h + p_i ⊙ c + b_i)      or 1 − f
///     f = σ(W_f x + R_f h + p_f ⊙ c + b_f)
///     g = tanh(W_g x + R_g h + b_g)
///     c′ = clip(f ⊙ c + i ⊙ g)
///     o = σ(W_o x + R_o h + p_o ⊙ c′ + b_o)
///     h′ = P (o ⊙ tanh c′)                       or without P
///
/// The plain cell is `LSTMCell`, which is faster.
public struct LSTMVariantCell: EquationCell {
  /// The state before or after a step.
  public typealias State = LSTMState
  /// The matrices, bias and vectors.
  public var weights: EquationWeights
  /// What differs from the plain LSTM.
  public let variant: LSTMVariant

  /// A cell with random weights; peepholes begin with 0.
  public init(
    inputSize: Int, hiddenSize: Int, variant: LSTMVariant, hasBias: Bool = true,
    initialization: RecurrentInitialization = .pyTorch, key: RandomKey
  ) {
    precondition(
      variant.projectionSize.map { $0 > 0 && $0 < hiddenSize } ?? true, "a projection is narrower than the cell")
    self.variant = variant
    weights = EquationWeights(
      inputSize: inputSize, hiddenSize: hiddenSize, hasBias: hasBias && !variant.normalization.isPresent,
      normalization: variant.normalization, initialization: initialization, key: key
    ) { LSTMVariantCell.write(variant, $0) }
  }

  static func write(_ variant: LSTMVariant, _ cell: CellEquations) {
    let h = cell.state("hidden", width: variant.projectionSize)
    let c = cell.state("cell")
    var a = preactivations(variant, cell, h)
    // In the order i f g o; coupled, i is 1 - f.
    if variant.couplesGates { a.insert(a[0], at: 0) } else { cell.markForgetGate(1) }
    func gate(_ value: CellValue, _ peephole: StaticString, _ seen: CellValue) -> CellValue {
      let open = variant.hasPeepholes ? .multiplyAdd(cell.vector(peephole, initial: .zeros), seen, value) : value
      return clipped(open).applying(variant.gateActivation)
    }
    func clipped(_ value: CellValue) -> CellValue {
      variant.gateClip.map { value.applying(.clamp($0)) } ?? value
    }
    let i = variant.couplesGates ? nil : cell.named("input_gate", gate(a[0], "peephole_i", c))
    let f = cell.named("forget_gate", gate(a[1], "peephole_f", c))
    let g = cell.named("candidate", clipped(a[2]).applying(variant.inputActivation))
    var next = CellValue.multiplyAdd(f, c, (i ?? cell.named("input_gate", f.complement)) * g)
    if let clip = variant.cellClip { next = next.applying(.clamp(clip)) }
    let o = cell.named("output_gate", gate(a[3], "peephole_o", next))
    let output = o * normalized(variant, cell, next).applying(variant.outputActivation)
    cell.setNext(c, to: next)
    cell.setNext(
      h, to: variant.projectionSize.map { cell.product("weight_hr", width: $0, times: output) } ?? output)
  }

  private static func preactivations(_ variant: LSTMVariant, _ cell: CellEquations, _ h: CellValue) -> [CellValue] {
    let count = variant.couplesGates ? 3 : 4
    guard variant.normalization.isPresent else { return cell.inputs(count, adding: "weight_hh", times: h) }
    return cell.gates(of: cell.normalizedSum(count, "weight_hh", times: h, by: variant.normalization), count)
  }

  private static func normalized(_ variant: LSTMVariant, _ cell: CellEquations, _ c: CellValue) -> CellValue {
    guard variant.normalization.isPresent else { return c }
    return .multiplyAdd(
      cell.normalized(c, by: variant.normalization, .cell),
      cell.vector("norm_cell_gain", initial: variant.normalization.firstGain),
      cell.vector("norm_cell_shift", initial: .zeros))
  }
}
