import RecurrentLayers
import RecurrentTensor

/// The equations of the variants written out a second time, with operations on tensors, one step at a time.
enum ReferenceCells {
  private static func product(_ x: Tensor, _ w: Tensor?) -> Tensor {
    guard let w else { return Tensor(zeros: [x.shape[0], 0]) }
    return matmul(x, w.permuted([1, 0]))
  }

  /// Zero mean and unit variance: of every row, of every column, or by the given running moments.
  private static func normalized(_ x: Tensor, _ kind: Normalization, _ w: [String: Tensor], _ name: String) -> Tensor {
    if case .batch = kind, let mean = w["running_mean_\(name)"], let variance = w["running_var_\(name)"] {
      return (x - mean) / sqrt(variance + Tensor(repeating: 1, shape: [1], elementType: x.elementType) / 100_000)
    }
    let (axis, shape): (Int, Shape) = kind == .layer ? (1, [x.shape[0], 1]) : (0, [1, x.shape[1]])
    let centred = x - x.mean(axis: axis).reshaped(to: shape)
    let variance = (centred * centred).mean(axis: axis).reshaped(to: shape)
    let epsilon = Tensor(repeating: 1, shape: [1], elementType: x.elementType) / 100_000
    return centred / sqrt(variance + epsilon)
  }

  private static func limited(_ x: Tensor, _ limit: Double?) -> Tensor {
    guard let limit else { return x }
    let bound = Tensor(repeating: 1, shape: x.shape, elementType: x.elementType) * Float(limit)
    return maximum(minimum(x, bound), -bound)
  }

  static func apply(_ f: CellActivation, _ x: Tensor) -> Tensor {
    switch f {
    case .identity: x
    case .relu: maximum(x, x * 0)
    case .sigmoid: sigmoid(x)
    case .tanh: tanh(x)
    case .hardTanh: limited(x, 1)
    case .softsign: x / (1 + abs(x))
    default: limited(x * 0.5, 1) * 0.5 + 0.5  // hard sigmoid of slope 1/4: half of a limited line, moved up
    }
  }

  /// One step; normalisation over the batch goes by the running moments of the step where `w` has them.
  static func step(_ variant: LSTMVariant, _ w: [String: Tensor], _ x: Tensor, _ h: Tensor, _ c: Tensor) -> LSTMState {
    let gates = variant.couplesGates ? 3 : 4
    var sum = product(x, w["weight_ih"])
    let recurrent = product(h, w["weight_hh"])
    let kind = variant.normalization
    if kind.isPresent, let gx = w["norm_ih_gain"], let gh = w["norm_hh_gain"], let shift = w["norm_shift"] {
      sum = normalized(sum, kind, w, "ih") * gx + normalized(recurrent, kind, w, "hh") * gh + shift
    } else {
      sum = sum + recurrent
      if let bias = w["bias"] { sum = sum + bias }
    }
    var parts = sum.split(into: gates, axis: 1)
    if gates == 3 { parts.insert(parts[0], at: 0) }
    func gate(_ part: Int, _ name: String, _ seen: Tensor) -> Tensor {
      let open = w["peephole_\(name)"].map { parts[part] + $0 * seen } ?? parts[part]
      return apply(variant.gateActivation, limited(open, variant.gateClip))
    }
    let f = gate(1, "f", c)
    let i = variant.couplesGates ? 1 - f : gate(0, "i", c)
    let g = apply(variant.inputActivation, limited(parts[2], variant.gateClip))
    let next = limited(f * c + i * g, variant.cellClip)
    let o = gate(3, "o", next)
    var shown = next
    if let gain = w["norm_cell_gain"], let shift = w["norm_cell_shift"] {
      shown = normalized(next, kind, w, "cell") * gain + shift
    }
    let output = o * apply(variant.outputActivation, shown)
    return LSTMState(hidden: w["weight_hr"].map { product(output, $0) } ?? output, cell: next)
  }

  static func step(_ variant: GRUVariant, _ w: [String: Tensor], _ x: Tensor, _ h: Tensor) -> HiddenState {
    let (width, kind) = (h.shape[1], variant.normalization)
    var outside = product(x, w["weight_ih"])
    if let bias = w["bias"] { outside = outside + bias }
    var inside = product(h, w["weight_hh"])
    if let gain = w["norm_ih_gain"], let shift = w["norm_shift"] {
      outside = normalized(outside, kind, w, "ih") * gain + shift
    }
    if let gain = w["norm_hh_gain"] { inside = normalized(inside, kind, w, "hh") * gain }
    let a = outside.split(into: 3, axis: 1)
    let r = sigmoid(a[0] + inside.slice(axis: 1, 0..<width))
    let z = sigmoid(a[1] + inside.slice(axis: 1, width..<2 * width))
    let candidate: Tensor
    switch variant.reset {
    case .resetAfter:
      var own = inside.shape[1] == 3 * width ? inside.slice(axis: 1, 2 * width..<3 * width) : product(h, w["weight_hn"])
      if let bias = w["bias_hn"] { own = own + bias }
      candidate = a[2] + r * own
    case .resetBefore:
      var own = product(r * h, w["weight_hn"])
      if let gain = w["norm_hn_gain"] { own = normalized(own, kind, w, "hn") * gain }
      candidate = a[2] + own
    }
    let n = tanh(candidate)
    switch variant.updateGate {
    case .keepsOldState: return HiddenState(hidden: (1 - z) * n + z * h)
    case .takesNewState: return HiddenState(hidden: z * n + (1 - z) * h)
    }
  }

  /// Elman's cell with a leak, or with a vector in the place of the recurrent matrix.
  static func leaky(
    _ f: CellActivation, _ leak: Double, _ w: [String: Tensor], _ x: Tensor, _ h: Tensor
  ) -> Tensor {
    let recurrent = w["weight_hh"].map { $0.shape.rank == 1 ? h * $0 : product(h, $0) } ?? h
    var sum = product(x, w["weight_ih"]) + recurrent
    if let bias = w["bias"] { sum = sum + bias }
    let rate = Tensor(doubles: [leak], shape: [1])
    return (1 - rate) * h + rate * apply(f, sum)
  }

  static func minimalGated(_ w: [String: Tensor], _ x: Tensor, _ h: Tensor) -> Tensor {
    let outside = (product(x, w["weight_ih"]) + (w["bias"] ?? x)).split(into: 2, axis: 1)
    let f = sigmoid(outside[0] + product(h, w["weight_hh"]))
    return (1 - f) * h + f * tanh(outside[1] + product(f * h, w["weight_hn"]))
  }

  static func minimalGRU(_ w: [String: Tensor], _ x: Tensor, _ h: Tensor) -> Tensor {
    let a = (product(x, w["weight_ih"]) + (w["bias"] ?? x)).split(into: 2, axis: 1)
    let z = sigmoid(a[0])
    return (1 - z) * h + z * a[1]
  }

  static func minimalLSTM(_ w: [String: Tensor], _ x: Tensor, _ h: Tensor) -> Tensor {
    let a = (product(x, w["weight_ih"]) + (w["bias"] ?? x)).split(into: 3, axis: 1)
    let (f, i) = (sigmoid(a[0]), sigmoid(a[1]))
    return f / (f + i) * h + i / (f + i) * a[2]
  }
}
