import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

struct RealTimeRecurrentLearningTests {
  static let (steps, rows) = (7, 2)

  /// The gradient of the loss of every step is that of back-propagation through all steps up to it.
  private static func check<Cell: CellWithEquations>(_ cell: Cell, isDiagonal: Bool) {
    let x = Tensor.doubles([steps, rows, cell.inputSize], seed: 7)
    let upstream = Tensor.doubles([steps, rows, cell.hiddenSize], seed: 8)
    let state = CellsWithEquations.state(of: cell, rows: rows, seed: 9)
    var rtrl = RealTimeRecurrentLearning(cell, batchSize: rows, from: state)
    #expect(rtrl.isDiagonal == isDiagonal, "\(Cell.self)")
    var model = cell
    let scope = GradientScope()
    for time in 0..<steps {
      let output = rtrl.step(x[time])
      let expected = scope.evaluate(at: &model) { model in
        let outputs = model.scan(SequenceBatch(x.slice(axis: 0, 0..<time + 1)), from: state, direction: .forward).0
        return (innerProduct(outputs.values[time], upstream[time]), outputs.values[time].detached())
      }.auxiliary
      expectClose(output.doubles, expected.doubles, within: 1e-13, "\(Cell.self)")
      let found = rtrl.gradient(ofOutputGradient: upstream[time])
      expectClose(found.flat.doubles, scope.gradients.flat.doubles, within: 1e-12, "\(Cell.self) at \(time)")
    }
  }

  @Test(arguments: CellsWithEquations.dense.indices) func equalsBPTT(_ number: Int) {
    Self.check(CellsWithEquations.dense[number], isDiagonal: false)
  }

  @Test(arguments: CellsWithEquations.diagonal.indices) func equalsBPTTWithIndependentUnits(_ number: Int) {
    Self.check(CellsWithEquations.diagonal[number], isDiagonal: true)
  }

  /// Floats go in and come out; inside everything is double.
  @Test func singlePrecision() {
    let cell = LSTMCell(inputSize: 2, hiddenSize: 6, key: RandomKey(seed: 3))
    let x = Tensor(normal: [20, 1, 2], key: RandomKey(seed: 4))
    var rtrl = RealTimeRecurrentLearning(cell)
    var sum: Gradients?
    for time in 0..<20 {
      let output = rtrl.step(x[time])
      let gradient = rtrl.gradient(ofOutputGradient: output)
      if sum == nil { sum = gradient } else { sum?.add(gradient) }
    }
    let expected = valueWithGradient(at: cell) { cell in
      cell.scan(SequenceBatch(x), from: nil, direction: .forward).0.values.squared().sum() * 0.5
    }.gradients
    let (a, b) = (sum?.flat.doubles ?? [], expected.flat.doubles)
    expectClose(a, b, within: 1e-5)
    expectClose(
      rtrl.state.hidden.doubles, cell.scan(SequenceBatch(x), from: nil, direction: .forward).1.hidden.doubles,
      within: 1e-5)
  }

  /// Says the number of some steps ago, trained on a stream, one step in and one update out. Returns the mean squared
  /// error of the last 200 steps; saying a half each time makes 0.25.
  private static func onlineError<Cell: CellWithEquations>(_ cell: Cell, lag: Int, steps: Int, rate: Float) -> Double {
    var rtrl = RealTimeRecurrentLearning(cell)
    var head = Linear(inputSize: cell.hiddenSize, outputSize: 1, key: RandomKey(seed: 6))
    let scope = GradientScope()
    let key = RandomKey(seed: 5)
    let stream = (0..<steps).map { Float(key.integer(at: $0, below: 2)) }
    var recent = 0.0
    for time in lag..<steps {
      let output = rtrl.step(Tensor([stream[time]], shape: [1, 1]))
      var readout = Readout(head: head, hidden: Parameter(output))
      let loss = scope.evaluate(at: &readout) { ($0.head($0.hidden.value) - stream[time - lag]).squared().sum() }
      rtrl.cell.descend(rtrl.gradient(ofOutputGradient: scope.gradients[2]), rate: rate)
      readout.descend(scope.gradients, rate: rate)
      head = readout.head
      if time >= steps - 200 { recent += Double(loss) / 200 }
    }
    return recent
  }

  @Test func learnsOnline() {
    let key = RandomKey(seed: 2)
    let elman = ElmanCell(inputSize: 1, hiddenSize: 8, key: key)
    #expect(Self.onlineError(elman, lag: 2, steps: 1200, rate: 0.1) < 0.01)
    let gru = GRUCell(inputSize: 1, hiddenSize: 8, key: key)
    #expect(Self.onlineError(gru, lag: 1, steps: 1200, rate: 0.1) < 0.02)
    let independent = LeakyElmanCell(inputSize: 1, hiddenSize: 8, hasIndependentUnits: true, key: key)
    #expect(Self.onlineError(independent, lag: 1, steps: 1200, rate: 0.1) < 0.03)
  }

  @Test func beginsAnew() {
    let cell = MinimalGRUCell(inputSize: 1, hiddenSize: 2, key: RandomKey(seed: 2))
    let x = Tensor([0.5], shape: [1, 1])
    var rtrl = RealTimeRecurrentLearning(cell)
    let first = rtrl.step(x).scalars
    #expect(rtrl.step(x).scalars != first)
    rtrl.restart()
    #expect(rtrl.step(x).scalars == first)
  }
}

/// A linear readout, and what it reads as a parameter, so that the gradient of both comes out.
private struct Readout: Module {
  var head: Linear
  var hidden: Parameter

  mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("head", &head)
    visitor.visit("hidden", &hidden)
  }
}

extension Module {
  /// A step of plain gradient descent.
  fileprivate mutating func descend(_ gradients: Gradients, rate: Float) {
    var number = 0
    mapParameters { _, value in
      defer { number += 1 }
      return value - gradients[number] * rate
    }
  }
}
