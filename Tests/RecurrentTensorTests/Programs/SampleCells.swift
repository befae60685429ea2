import CRecurrentKernels
import RecurrentTensor
import RecurrentTestSupport
import Testing

/// Cells that together use every instruction of programs.
struct SampleCell: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let make: @Sendable (_ hidden: Int) -> CellProgram

  init(_ name: String, _ make: @escaping @Sendable (Int) -> CellProgram) {
    testDescription = name
    self.make = make
  }

  static let all = [lstm, gruAfter, gruBefore, peepholes, normalized, projected, independent, ratios, masked] + elman

  static let lstm = SampleCell("LSTM") { width in
    let graph = CellGraph()
    let (h, c) = (graph.state(width: width), graph.state(width: width))
    let a = graph.inputs(count: 4, width: width, adding: h)
    let (i, f, g, o) = (a[0].sigmoid, a[1].sigmoid, a[2].tanh, a[3].sigmoid)
    let next = CellValue.multiplyAdd(f, c, i * g)
    graph.setNext(c, to: next)
    graph.setNext(h, to: o * next.tanh)
    return graph.compiled(output: h)
  }

  static let gruAfter = SampleCell("GRU, reset after") { width in
    let graph = CellGraph()
    let h = graph.state(width: width)
    let a = graph.inputs(count: 2, width: width, adding: h)
    let outside = graph.inputs(count: 1, width: width)[0]
    let inside = graph.product(width: width, of: h)
    let (r, z) = (a[0].sigmoid, a[1].sigmoid)
    let n = CellValue.multiplyAdd(r, inside, outside).tanh
    graph.setNext(h, to: CellValue.multiplyAdd(z, h - n, n))
    return graph.compiled(output: h)
  }

  static let gruBefore = SampleCell("GRU, reset before") { width in
    let graph = CellGraph()
    let h = graph.state(width: width)
    let a = graph.inputs(count: 2, width: width, adding: h)
    let (r, z) = (a[0].sigmoid, a[1].sigmoid)
    let n = graph.inputs(count: 1, width: width, adding: r * h)[0].tanh
    graph.setNext(h, to: CellValue.multiplyAdd(z, h - n, n))
    return graph.compiled(output: h)
  }

  /// Coupled gates, peepholes on the cell before and after, and a clipped cell.
  static let peepholes = SampleCell("peepholes") { width in
    let graph = CellGraph()
    let (c, h) = (graph.state(width: width), graph.state(width: width))
    let a = graph.inputs(count: 3, width: width, adding: h)
    let (pi, po) = (graph.parameter(width: width), graph.parameter(width: width))
    let f = CellValue.multiplyAdd(pi, c, a[0]).sigmoid
    let next = CellValue.multiplyAdd(f, c, f.complement * a[1].tanh).applying(.clamp(0.4))
    let o = CellValue.multiplyAdd(po, next, a[2]).sigmoid
    graph.setNext(c, to: next)
    graph.setNext(h, to: o * next.tanh)
    return graph.compiled(output: h)
  }

  /// Layer normalisation of both products and of the cell (Ba et al., 2016), with an unused fifth gate.
  static let normalized = SampleCell("layer normalisation") { width in
    let graph = CellGraph()
    let (h, c) = (graph.state(width: width), graph.state(width: width))
    let x = graph.inputs(count: 1, width: 4 * width)[0].normalized(epsilon: 1e-5)
    let r = graph.product(width: 4 * width, of: h).normalized(epsilon: 1e-5)
    let (gx, gr, b) = (
      graph.parameter(width: 4 * width), graph.parameter(width: 4 * width), graph.parameter(width: 4 * width)
    )
    let a = graph.slices(of: CellValue.multiplyAdd(x, gx, CellValue.multiplyAdd(r, gr, b)), count: 4, width: width)
    let next = CellValue.multiplyAdd(a[1].sigmoid, c, a[0].sigmoid * a[2].tanh)
    let unused = graph.inputs(count: 2, width: width, adding: h)
    graph.setNext(c, to: next + unused[1])
    graph.setNext(h, to: a[3].sigmoid * (next.normalized(epsilon: 1e-5) * graph.parameter(width: width)).tanh)
    return graph.compiled(output: h)
  }

  /// A state narrower than the cell (Sak et al., 2014).
  static let projected = SampleCell("projection") { width in
    let graph = CellGraph()
    let (h, c) = (graph.state(width: max(1, width / 2)), graph.state(width: width))
    let a = graph.inputs(count: 4, width: width, adding: h)
    let next = CellValue.multiplyAdd(a[1].sigmoid, c, a[0].sigmoid * a[2].tanh)
    graph.setNext(c, to: next)
    graph.setNext(h, to: graph.product(width: max(1, width / 2), of: a[3].sigmoid * next.tanh))
    return graph.compiled(output: h)
  }

  /// No matrix in the recurrence at all (IndRNN), and a leak.
  static let independent = SampleCell("independent units") { width in
    let graph = CellGraph()
    let h = graph.state(width: width)
    let a = CellValue.multiplyAdd(graph.parameter(width: width), h, graph.inputs(count: 1, width: width)[0])
    graph.setNext(h, to: a.tanh.applying(.affine(scale: 0.3, offset: 0)) + h.applying(.affine(scale: 0.7, offset: 0.1)))
    return graph.compiled(output: h)
  }

  /// Normalised gates f / (f + i), as in minLSTM, and a difference used twice.
  static let ratios = SampleCell("ratios") { width in
    let graph = CellGraph()
    let h = graph.state(width: width)
    let a = graph.inputs(count: 3, width: width)
    let (f, i) = (a[0].sigmoid, a[1].sigmoid)
    let sum = f + i
    let kept = f / sum
    graph.setNext(h, to: kept * h + (i / sum) * a[2] - kept * a[2])
    return graph.compiled(output: h)
  }

  /// A mask on what the matrix sees, and a factor for each row.
  static let masked = SampleCell("step values") { width in
    let graph = CellGraph()
    let (h, unchanged) = (graph.state(width: width), graph.state(width: width))
    let mask = graph.stepValue(width: width)
    let factor = graph.stepValue(width: 1)
    let a = graph.inputs(count: 1, width: width, adding: h * mask)[0]
    graph.setNext(h, to: a.tanh.scaled(byRow: factor))
    graph.setNext(unchanged, to: unchanged)
    return graph.compiled(output: h)
  }

  static let elman = activations.map { name, activation in
    SampleCell("Elman, \(name)") { width in
      let graph = CellGraph()
      let h = graph.state(width: width)
      graph.setNext(h, to: graph.inputs(count: 1, width: width, adding: h)[0].applying(activation))
      return graph.compiled(output: h)
    }
  }

  static let activations: [(String, CellActivation)] = [
    ("identity", .identity), ("tanh", .tanh), ("sigmoid", .sigmoid), ("relu", CellActivation(RK_ACTIVATION_RELU)),
    ("leaky relu", CellActivation(RK_ACTIVATION_LEAKY_RELU, p: 0.2)),
    ("thresholded relu", CellActivation(RK_ACTIVATION_THRESHOLDED_RELU, p: 0.3)),
    ("hard sigmoid", CellActivation(RK_ACTIVATION_HARD_SIGMOID, p: 0.2, q: 0.5)), ("clamp", .clamp(0.7)),
    ("softsign", CellActivation(RK_ACTIVATION_SOFTSIGN)), ("softplus", CellActivation(RK_ACTIVATION_SOFTPLUS)),
    ("elu", CellActivation(RK_ACTIVATION_ELU, p: 0.8)), ("affine", .affine(scale: 0.9, offset: 0.1)),
    ("scaled tanh", CellActivation(RK_ACTIVATION_SCALED_TANH, p: 1.7, q: 0.6)),
  ]
}

/// A program with numbers to run it on.
struct SampleRun {
  let program: CellProgram
  let steps: Int
  let batch: Int
  let inputs: Int
  /// x, W, its bias, matrices, the biases of those that take one, vectors and first states.
  let operands: [Tensor]
  let stepValues: [Tensor]
  private let biased: [Int]

  init(_ cell: SampleCell, steps: Int = 4, batch: Int = 3, inputs: Int = 2, hidden: Int = 3) {
    let program = cell.make(hidden)
    let biased = program.matrixShapes.indices.filter { program.matricesTakeBias[$0] }
    (self.program, self.biased) = (program, biased)
    (self.steps, self.batch, self.inputs) = (steps, batch, inputs)
    let shapes: [Shape] =
      [[steps, batch, inputs], [program.inputWidth, inputs], [program.inputWidth]]
      + program.matrixShapes.map { [$0.rows, $0.columns] } + biased.map { [program.matrixShapes[$0].rows] }
      + program.parameters.map { [$0.width] } + program.stateWidths.map { [batch, $0] }
    // Recurrent matrices that keep the state in bounds whatever its width.
    operands = shapes.enumerated().map {
      let isMatrix = $0 == 1 || (3..<3 + program.matrixShapes.count).contains($0)
      return .doubles($1, seed: UInt64(50 + $0)) * (isMatrix ? (0.7 / Float($1[1])).squareRoot() : 1)
    }
    stepValues = program.stepValueWidths.enumerated().map { .doubles([steps, batch, $1], seed: UInt64(80 + $0)) }
  }

  static let ragged: [Int32] = [0, 4, 2]

  func scan(_ operands: [Tensor], lengths: [Int32]? = nil, isReversed: Bool = false) -> ProgramScan.Result {
    let count = program.matrixShapes.count
    let vectors = 3 + count + biased.count
    var biases = [Tensor?](repeating: nil, count: count)
    for (matrix, bias) in zip(biased, operands[3 + count..<vectors]) { biases[matrix] = bias }
    let states = vectors + program.parameters.count
    let type = operands[0].elementType
    return ProgramScan.apply(
      program, operands[0], lengths: lengths, isReversed: isReversed,
      weights: ProgramWeights(
        input: operands[1], inputBias: operands[2], matrices: Array(operands[3..<3 + count]),
        biases: biases, vectors: Array(operands[vectors..<states]), cache: ProgramCache()),
      initial: Array(operands[states...]), stepValues: stepValues.map { $0.converted(to: type) })
  }

  /// All results in one number.
  func sum(_ result: ProgramScan.Result) -> Tensor {
    result.last.enumerated().reduce(result.outputs.weighedSum()) { $0 + $1.element.weighedSum() * Float($1.offset + 2) }
  }
}
