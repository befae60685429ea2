import RecurrentLayers
import RecurrentTensor

/// The weights of one direction as ONNX has them, G gates of H units: i o f c, or z r h.
struct OneWayWeights {
  /// W, `[G·H, I]`.
  let input: Tensor
  /// R, `[G·H, H]`.
  let recurrent: Tensor
  /// Wb and Rb, each `[G·H]`.
  let biases: (input: Tensor, recurrent: Tensor)?
  /// P, `[3·H]` in the order i o f.
  let peepholes: Tensor?

  private var hiddenSize: Int { recurrent.shape[1] }

  /// Blocks of H rows in another order.
  func blocks(_ order: [Int], of tensor: Tensor) -> Tensor {
    let units = hiddenSize
    return Tensor(concatenating: order.map { tensor.slice(axis: 0, $0 * units..<($0 + 1) * units) }, axis: 0)
  }

  /// Both biases added up.
  var biasSum: Tensor? { biases.map { $0.input + $0.recurrent } }
}

/// A cell that a recurrent node runs.
protocol NodeCell: RecurrentCell {
  /// Takes over the weights of a direction, in the order of its own gates, with their places on a tape.
  mutating func take(_ weights: OneWayWeights)
}

extension FusedCell {
  fileprivate mutating func take(_ direction: OneWayWeights, gates order: [Int]) {
    func arranged(_ tensor: Tensor) -> Parameter {
      Parameter(order.count == 1 ? tensor : direction.blocks(order, of: tensor))
    }
    weights.inputHidden = arranged(direction.input)
    weights.hiddenHidden = arranged(direction.recurrent)
    if let biases = direction.biases {
      weights.inputBias = arranged(biases.input)
      weights.hiddenBias = arranged(biases.recurrent)
    }
  }
}

extension LSTMCell: NodeCell {
  mutating func take(_ weights: OneWayWeights) { take(weights, gates: [0, 2, 3, 1]) }
}

extension GRUCell: NodeCell {
  mutating func take(_ weights: OneWayWeights) { take(weights, gates: [1, 0, 2]) }
}

extension ElmanCell: NodeCell {
  mutating func take(_ weights: OneWayWeights) { take(weights, gates: [0]) }
}

extension GRUVariantCell: NodeCell {
  mutating func take(_ direction: OneWayWeights) {
    weights.inputHidden = Parameter(direction.blocks([1, 0, 2], of: direction.input))
    weights["weight_hh"] = Parameter(direction.blocks([1, 0], of: direction.recurrent))
    weights["weight_hn"] = Parameter(direction.blocks([2], of: direction.recurrent))
    guard let biases = direction.biases else { return }
    switch variant.reset {
    case .resetBefore:
      weights.inputBias = Parameter(direction.blocks([1, 0, 2], of: biases.input + biases.recurrent))
    case .resetAfter:
      // The reset gate multiplies the candidate's recurrent bias.
      let gates = direction.blocks([1, 0], of: biases.input + biases.recurrent)
      let candidate = direction.blocks([2], of: biases.input)
      weights.inputBias = Parameter(Tensor(concatenating: [gates, candidate], axis: 0))
      weights["bias_hn"] = Parameter(direction.blocks([2], of: biases.recurrent))
    }
  }
}

/// The LSTM of ONNX with all its options, gates in its order i o f c:
///
///     i = f(W_i x + R_i h + p_i ⊙ c + b_i)
///     f = f(W_f x + R_f h + p_f ⊙ c + b_f)      or 1 − i
///     g = g(W_c x + R_c h + b_c)
///     c′ = f ⊙ c + i ⊙ g
///     o = f(W_o x + R_o h + p_o ⊙ c′ + b_o)
///     h′ = o ⊙ h(c′)
///
/// What goes into the functions f and g may be limited.
struct ONNXLSTMCell: EquationCell, NodeCell {
  typealias State = LSTMState
  var weights: EquationWeights
  private let couplesGates: Bool

  /// A cell whose weights are still to be taken.
  init(inputSize: Int, hiddenSize: Int, _ settings: RecurrentSettings, functions: [CellActivation]) {
    couplesGates = settings.couplesGates
    weights = EquationWeights(
      inputSize: inputSize, hiddenSize: hiddenSize, hasBias: settings.hasBias, initialization: .unset,
      key: RandomKey(seed: 0)
    ) { ONNXLSTMCell.write(settings, functions, $0) }
  }

  private static func write(_ settings: RecurrentSettings, _ functions: [CellActivation], _ cell: CellEquations) {
    let (h, c) = (cell.state("hidden"), cell.state("cell"))
    // In the order i o c where i says what f is.
    let a = cell.inputs(settings.couplesGates ? 3 : 4, adding: "weight_hh", times: h)
    func apply(_ function: CellActivation, _ value: CellValue) -> CellValue {
      (settings.clip.map { value.applying(.clamp($0)) } ?? value).applying(function)
    }
    func gate(_ value: CellValue, _ peephole: StaticString, _ seen: CellValue) -> CellValue {
      guard settings.hasPeepholes else { return apply(functions[0], value) }
      return apply(functions[0], .multiplyAdd(cell.vector(peephole, initial: .zeros), seen, value))
    }
    let i = gate(a[0], "peephole_i", c)
    let f = settings.couplesGates ? i.complement : gate(a[2], "peephole_f", c)
    let next = CellValue.multiplyAdd(f, c, i * apply(functions[1], a[a.count - 1]))
    let o = gate(a[1], "peephole_o", next)
    cell.setNext(c, to: next)
    cell.setNext(h, to: o * next.applying(functions[2]))
  }

  mutating func take(_ direction: OneWayWeights) {
    func arranged(_ tensor: Tensor) -> Parameter {
      Parameter(couplesGates ? direction.blocks([0, 1, 3], of: tensor) : tensor)
    }
    weights.inputHidden = arranged(direction.input)
    weights["weight_hh"] = arranged(direction.recurrent)
    weights.inputBias = direction.biasSum.map(arranged)
    guard let peepholes = direction.peepholes else { return }
    let names = ["peephole_i", "peephole_o", "peephole_f"]
    for (block, name) in names.prefix(couplesGates ? 2 : 3).enumerated() {
      weights[name] = Parameter(direction.blocks([block], of: peepholes))
    }
  }
}

/// The simple network with any function and a limit on what goes into it: h′ = f(W x + R h + b).
struct ClippedElmanCell: EquationCell, NodeCell {
  typealias State = HiddenState
  var weights: EquationWeights

  /// A cell whose weights are still to be taken.
  init(inputSize: Int, hiddenSize: Int, activation: CellActivation, clip: Double?, hasBias: Bool) {
    weights = EquationWeights(
      inputSize: inputSize, hiddenSize: hiddenSize, hasBias: hasBias, initialization: .unset, key: RandomKey(seed: 0)
    ) { cell in
      let h = cell.state("hidden")
      let a = cell.inputs(adding: "weight_hh", times: h)[0]
      cell.setNext(h, to: (clip.map { a.applying(.clamp($0)) } ?? a).applying(activation))
    }
  }

  mutating func take(_ direction: OneWayWeights) {
    weights.inputHidden = Parameter(direction.input)
    weights["weight_hh"] = Parameter(direction.recurrent)
    weights.inputBias = direction.biasSum.map { Parameter($0) }
  }
}

extension RecurrentInitialization {
  /// For cells that get their weights from elsewhere.
  static let unset = RecurrentInitialization(input: .zeros, recurrent: .zeros, bias: .zeros)
}
