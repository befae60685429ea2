import CRecurrentKernels
import Testing

/// A cell with the activation it runs with.
struct Cell: Sendable, CustomTestStringConvertible {
  let kind: rk_cell
  var activation = RK_TANH
  var slope = 0.0
  let gates: Int
  let testDescription: String

  static let lstm = Cell(kind: RK_LSTM, gates: 4, testDescription: "LSTM")
  static let gruResetAfter = Cell(kind: RK_GRU_RESET_AFTER, gates: 3, testDescription: "GRU reset after")
  static let gruResetBefore = Cell(kind: RK_GRU_RESET_BEFORE, gates: 3, testDescription: "GRU reset before")
  static let elman = elman(RK_TANH, "tanh")

  static func elman(_ activation: rk_unary, _ name: String, slope: Double = 0) -> Cell {
    Cell(kind: RK_ELMAN, activation: activation, slope: slope, gates: 1, testDescription: "Elman \(name)")
  }

  static let all: [Cell] = [
    lstm, gruResetAfter, gruResetBefore, elman, elman(RK_RELU, "relu"),
    elman(RK_LEAKY_RELU, "leaky relu", slope: 0.125), elman(RK_SIGMOID, "sigmoid"), elman(RK_IDENTITY, "identity"),
  ]

  var hasCellState: Bool { kind == RK_LSTM }
}

/// One recurrent layer in one direction over one batch, with everything its forward and backward pass take. `nil` is the
/// NULL of the contract.
struct RecurrentLayer: Sendable, CustomTestStringConvertible {
  var cell: Cell
  var steps: Int
  var batch: Int
  var inputSize: Int
  var hiddenSize: Int
  var lengths: [Int32]?
  var reverse = false
  /// Elements between the end of a row of y or dy and the start of the next.
  var gap = 0

  /// What states are multiplied by on their way to R: `[N, H]`, or `[T, N, H]` with a mask of its own for each step.
  var hiddenMask: [Double]?

  var x: [Double] = []
  var inputWeight: [Double] = []
  var hiddenWeight: [Double] = []
  var inputBias: [Double]?
  var hiddenBias: [Double]?
  var h0: [Double]?
  var c0: [Double]?

  /// Gradients from above: of y (rows without gaps) and of the last states.
  var dy: [Double]?
  var dhLast: [Double]?
  var dcLast: [Double]?

  /// A layer with random weights of the usual size, inputs, biases, states and gradients from above.
  init(_ cell: Cell, steps: Int, batch: Int, input: Int, hidden: Int, seed: Int = 0) {
    self.cell = cell
    (self.steps, self.batch, inputSize, hiddenSize) = (steps, batch, input, hidden)
    var numbers = Numbers(seed: seed)
    let rows = cell.gates * hidden
    let bound = 1 / Double(hidden).squareRoot()
    x = numbers.reals(steps * batch * input, -2, 2)
    inputWeight = numbers.reals(rows * input, -bound, bound)
    hiddenWeight = numbers.reals(rows * hidden, -bound, bound)
    inputBias = numbers.reals(rows, -bound, bound)
    hiddenBias = numbers.reals(rows, -bound, bound)
    h0 = numbers.reals(batch * hidden)
    c0 = cell.hasCellState ? numbers.reals(batch * hidden, -1.5, 1.5) : nil
    dy = numbers.reals(steps * batch * hidden)
    dhLast = numbers.reals(batch * hidden)
    dcLast = cell.hasCellState ? numbers.reals(batch * hidden) : nil
  }

  var testDescription: String {
    var text = "\(cell.testDescription) T\(steps) N\(batch) I\(inputSize) H\(hiddenSize)"
    if reverse { text += " reverse" }
    if let lengths { text += " lengths \(lengths)" }
    if h0 == nil { text += " no states" }
    if inputBias == nil { text += " no biases" }
    if hiddenMask != nil { text += hasMaskPerStep ? " masks" : " mask" }
    if gap > 0 { text += " gap \(gap)" }
    return text
  }

  var stride: Int { hiddenSize + gap }

  private var hasMaskPerStep: Bool { steps > 1 && hiddenMask?.count == steps * batch * hiddenSize }

  /// Drops about a third of the states, with the same mask for all steps or a new one for each.
  mutating func dropStates(perStep: Bool) {
    var numbers = Numbers(seed: 90)
    hiddenMask = (0..<((perStep ? steps : 1) * batch * hiddenSize)).map { _ in numbers.integer(0...2) == 0 ? 0 : 1.5 }
  }

  func length(_ row: Int) -> Int { lengths.map { Int($0[row]) } ?? steps }

  /// Calls `body` with the problem as C sees it; `mask` holds `hiddenMask` in the element type of the kernels.
  func withProblem<Result>(
    mask: UnsafeRawPointer? = nil, _ body: (UnsafePointer<rk_recurrent>) -> Result
  ) -> Result {
    func call(_ lengths: UnsafePointer<Int32>?) -> Result {
      var problem = rk_recurrent(
        cell: cell.kind, activation: cell.activation, slope: cell.slope, steps: Int64(steps), batch: Int64(batch),
        input_size: Int64(inputSize), hidden_size: Int64(hiddenSize), lengths: lengths, reverse: reverse ? 1 : 0,
        hidden_mask: mask, hidden_mask_step: hasMaskPerStep ? Int64(batch * hiddenSize) : 0, first_step: 0,
        end_step: 0)
      return body(&problem)
    }
    guard let lengths else { return call(nil) }
    return lengths.withUnsafeBufferPointer { call($0.baseAddress) }
  }
}

extension RecurrentLayer {
  /// The same layer over one step of its input, from the given states.
  func step(_ time: Int, h: [Double], c: [Double]?) -> RecurrentLayer {
    var one = self
    one.steps = 1
    one.lengths = lengths.map { $0.map { $0 > time ? 1 : 0 } }
    let width = batch * inputSize
    one.x = Array(x[(time * width)..<((time + 1) * width)])
    (one.h0, one.c0) = (h, c)
    if hasMaskPerStep, let hiddenMask {
      one.hiddenMask = Array(hiddenMask[(time * batch * hiddenSize)..<((time + 1) * batch * hiddenSize)])
    }
    (one.dy, one.dhLast, one.dcLast) = (nil, nil, nil)
    return one
  }

  /// Writes a value into the input past each row's length, where it must not matter.
  mutating func fillPadding(_ value: Double) {
    for n in 0..<batch {
      for t in length(n)..<steps {
        for i in 0..<inputSize { x[(t * batch + n) * inputSize + i] = value }
      }
    }
  }

  /// The same layer over one row of its batch.
  func row(_ n: Int) -> RecurrentLayer {
    func pick(_ values: [Double]?, _ outer: Int, _ width: Int) -> [Double]? {
      guard let values else { return nil }
      return (0..<outer).flatMap { (t: Int) -> ArraySlice<Double> in
        let start = (t * batch + n) * width
        return values[start..<(start + width)]
      }
    }
    var one = self
    one.batch = 1
    one.lengths = lengths.map { [$0[n]] }
    one.x = pick(x, steps, inputSize) ?? []
    (one.h0, one.c0) = (pick(h0, 1, hiddenSize), pick(c0, 1, hiddenSize))
    one.hiddenMask = pick(hiddenMask, hasMaskPerStep ? steps : 1, hiddenSize)
    one.dy = pick(dy, steps, hiddenSize)
    (one.dhLast, one.dcLast) = (pick(dhLast, 1, hiddenSize), pick(dcLast, 1, hiddenSize))
    return one
  }
}
