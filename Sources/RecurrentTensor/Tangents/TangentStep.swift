import CRecurrentKernels

/// A value of the equations for N rows, `[N, 1, width]`, with its derivatives along K directions, `[N, K, width]` or, where
/// they are the same for all rows, `[1, K, width]`; nil where they are zero.
struct Dual {
  var value: Tensor
  var tangents: Tensor?
}

/// The directions along which the results of a step are derived. What is nil does not move.
struct TangentSeeds {
  /// Of the parts of the state before the step, `[N or 1, K, width]`.
  var states: [Tensor?]
  /// Of W x + bias, `[N or 1, K, columns]`.
  var input: Tensor?
  /// Of the trained vectors.
  var vectors: [Tensor?]
  /// Of the product of a matrix with a value `[N, 1, columns]`, as far as the matrix itself moves.
  var product: (_ matrix: Int, _ source: Tensor) -> Tensor? = { _, _ in nil }
}

/// One step of a cell in forward mode: each node of its equations passes its value on, and with it a bundle of tangents
/// (Wengert, 1964).
struct TangentStep {
  let nodes: CellNodes
  let weights: ProgramWeights

  /// What a step gives.
  struct Result {
    var states: [Dual]
    /// The values that the matrices were multiplied by, `[N, 1, columns]`.
    var sources: [Tensor]
  }

  /// Runs the equations.
  ///
  /// - Parameters:
  ///   - input: W x + bias, `[N, columns]`.
  ///   - states: The parts of the state before the step, `[N, width]`.
  ///   - stepValues: The numbers given for the step, `[N or 1, width]`.
  func callAsFunction(_ input: Tensor, _ states: [Tensor], stepValues: [Tensor], along seeds: TangentSeeds) -> Result {
    var values: [Dual] = []
    values.reserveCapacity(nodes.entries.count)
    let input = Dual(value: input.withBundleAxis, tangents: seeds.input)
    for entry in nodes.entries {
      switch entry.node {
      case .state(let part): values.append(Dual(value: states[part].withBundleAxis, tangents: seeds.states[part]))
      case .stepValue(let number): values.append(Dual(value: stepValues[number].withBundleAxis))
      case .parameter(let number):
        values.append(
          Dual(value: weights.vectors[number].reshaped(to: [1, 1, entry.width]), tangents: seeds.vectors[number]))
      case .input(let from, let adding):
        let own = input.slice(from..<from + entry.width)
        values.append(adding.map { own + product($0.matrix, values[$0.source], seeds) } ?? own)
      case .product(let matrix, let source): values.append(product(matrix, values[source], seeds))
      case .slice(let whole, let from): values.append(values[whole].slice(from..<from + entry.width))
      case .binary(let operation, let a, let b): values.append(.combining(operation, values[a], values[b]))
      case .multiplyAdd(let a, let b, let c): values.append(values[a] * values[b] + values[c])
      case .activation(let f, let a): values.append(values[a].applying(f))
      case .scaledRows(let a, let factor):
        let factor = values[factor].value
        values.append(Dual(value: values[a].value * factor, tangents: values[a].tangents.map { $0 * factor }))
      case .normalized(let a, let epsilon): values.append(values[a].normalized(epsilon: epsilon))
      case .batchNormalized: preconditionFailure("rows that are normalised together have no derivatives apart")
      }
    }
    return Result(states: nodes.next.map { values[$0] }, sources: nodes.matrices.map { values[$0.source].value })
  }

  /// R s: its tangents are R times those of s, and what R's own directions make of s.
  private func product(_ matrix: Int, _ source: Dual, _ seeds: TangentSeeds) -> Dual {
    let (weight, cache) = (weights.matrices[matrix], weights.cache.matrices[matrix])
    return Dual(
      value: source.value.linear(weight: weight, bias: weights.biases[matrix], cache: cache),
      tangents: .sum(
        source.tangents.map { $0.linear(weight: weight, bias: nil, cache: cache) },
        seeds.product(matrix, source.value)))
  }
}

// MARK: The rules

extension Dual {
  func slice(_ columns: Range<Int>) -> Dual {
    Dual(value: value.slice(axis: 2, columns), tangents: tangents.map { $0.slice(axis: 2, columns) })
  }

  static func combining(_ operation: rk_operation, _ a: Dual, _ b: Dual) -> Dual {
    switch operation {
    case RK_ADD_SLOTS: return a + b
    case RK_SUBTRACT_SLOTS:
      return Dual(value: a.value - b.value, tangents: .sum(a.tangents, b.tangents.map { 0 - $0 }))
    case RK_MULTIPLY_SLOTS: return a * b
    default:
      // y = a / b: (da - y db) / b.
      let y = a.value / b.value
      let change = Tensor.sum(a.tangents, b.tangents.map { 0 - $0 * y })
      return Dual(value: y, tangents: change.map { $0 / b.value })
    }
  }

  static func + (a: Dual, b: Dual) -> Dual { Dual(value: a.value + b.value, tangents: .sum(a.tangents, b.tangents)) }

  static func * (a: Dual, b: Dual) -> Dual {
    Dual(
      value: a.value * b.value,
      tangents: .sum(a.tangents.map { $0 * b.value }, b.tangents.map { a.value * $0 }))
  }

  func applying(_ f: CellActivation) -> Dual {
    let y = value.applying(f)
    return Dual(value: y, tangents: tangents.map { $0 * y.slope(of: f) })
  }

  /// y = (a - mean) / deviation: dy = (da - mean(da) - y mean(da y)) / deviation.
  func normalized(epsilon: Double) -> Dual {
    func mean(_ x: Tensor) -> Tensor { x.mean(axis: 2).reshaped(to: x.shape.replacing(axis: 2, with: 1)) }
    let centred = value - mean(value)
    let variance = mean(centred.squared())
    let added = Tensor(uninitialized: [1, 1, 1], elementType: value.elementType)
    value.kernels.pointee.fill(1, epsilon, added.mutablePointer)
    let deviation = sqrt(variance + added)
    let y = centred / deviation
    return Dual(value: y, tangents: tangents.map { ($0 - mean($0) - y * mean($0 * y)) / deviation })
  }
}

extension Tensor {
  /// `[N, width]` as `[N, 1, width]`.
  fileprivate var withBundleAxis: Tensor { reshaped(to: [shape[0], 1, shape[1]]) }

  /// The sum of what is there; nil for zero.
  static func sum(_ a: Tensor?, _ b: Tensor?) -> Tensor? {
    guard let a, let b else { return a ?? b }
    return a + b
  }

  /// `f` of every number, as programs compute it.
  func applying(_ f: CellActivation) -> Tensor {
    let y = Tensor(uninitialized: shape, elementType: elementType)
    kernels.pointee.activation(f.function, f.p, f.q, Int64(count), pointer, y.mutablePointer)
    extendLifetime(self)
    return y
  }

  /// The derivative of `f` at every x for which this is f(x).
  fileprivate func slope(of f: CellActivation) -> Tensor {
    let slope = Tensor(repeating: 1, shape: shape, elementType: elementType)
    kernels.pointee.activation_gradient(
      f.function, f.p, f.q, Int64(count), pointer, slope.pointer, slope.mutablePointer)
    extendLifetime(self)
    return slope
  }
}
