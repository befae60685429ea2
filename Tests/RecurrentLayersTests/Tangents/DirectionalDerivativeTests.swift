import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

struct DirectionalDerivativeTests {
  static let (steps, rows) = (5, 3)
  static let lengths: [[Int]?] = [nil, [5, 0, 3]]

  /// The forward value is that of the cell, and <u, J v> computed forward is <Jᵀ u, v> computed on the tape.
  private static func check<Cell: CellWithEquations>(_ cell: Cell, _ lengths: [Int]?, _ direction: Direction) {
    let what = "\(Cell.self) \(lengths ?? []) \(direction)"
    let inputs = SequenceBatch(.doubles([steps, rows, cell.inputSize], seed: 2), lengths: lengths)
    let state = CellsWithEquations.state(of: cell, rows: rows, seed: 30)
    let shape = inputs.values.shape
    let moving = CellsWithEquations.state(of: cell, rows: rows, seed: 50)
    let directions = [
      CellDirection<Cell>(inputs: .doubles(shape, seed: 40), state: moving, weights: cell.randomDirection(seed: 60)),
      CellDirection<Cell>(inputs: .doubles(shape, seed: 41), weights: cell.randomDirection(seed: 80)),
      CellDirection<Cell>(state: moving),
    ]
    let found = cell.directionalDerivatives(inputs, from: state, direction: direction, along: directions)
    let (outputs, last) = cell.scan(inputs, from: state, direction: direction)
    expectClose(found.outputs.values.doubles, outputs.values.doubles, within: 1e-13, what)
    for (a, b) in zip(found.finalState.components, last.components) {
      expectClose(a.doubles, b.doubles, within: 1e-13, what)
    }

    var model = WithArguments(cell: cell, x: Parameter(inputs.values), state: state.components.map { Parameter($0) })
    let scope = GradientScope()
    _ = scope.evaluate(at: &model) { model in
      let (outputs, last) = model.cell.scan(
        SequenceBatch(model.x.value, lengths: lengths), from: Cell.State(components: model.state.map(\.value)),
        direction: direction)
      return Self.weighed(outputs.values, last.components)
    }
    for (number, one) in directions.enumerated() {
      let moved = WithArguments(
        cell: one.weights ?? cell.still, x: Parameter(one.inputs ?? inputs.values * 0),
        state: state.components.indices.map { part in
          Parameter(one.state?.components[part] ?? state.components[part] * 0)
        })
      var expected = 0.0
      for (place, entry) in moved.parameters.enumerated() {
        expected += innerProduct(entry.parameter.value, scope.gradients[place]).doubles[0]
      }
      let along = found.along[number]
      expectClose([weighed(along.outputs, along.finalState.components).doubles[0]], [expected], what)
    }
  }

  /// u of the test.
  private static func weighed(_ outputs: Tensor, _ last: [Tensor]) -> Tensor {
    last.reduce(outputs.weighedSum()) { $0 + $1.weighedSum() }
  }

  @Test(arguments: CellsWithEquations.all.indices, lengths)
  func agreesWithTheWayBack(_ number: Int, _ lengths: [Int]?) {
    for direction in Direction.allCases { Self.check(CellsWithEquations.all[number], lengths, direction) }
  }

  @Test func nothingMovesAlongNothing() {
    let cell = GRUCell(inputSize: 2, hiddenSize: 3, key: RandomKey(seed: 3))
    let inputs = SequenceBatch(Tensor(normal: [4, 2, 2], key: RandomKey(seed: 4)))
    let found = cell.directionalDerivatives(inputs, along: [CellDirection()])
    #expect(found.along[0].outputs.scalars.allSatisfy { $0 == 0 } && found.along[0].outputs.shape == [4, 2, 3])
    #expect(found.along[0].finalState.hidden.shape == [2, 3])
  }
}

/// A cell with its inputs and first state as parameters.
private struct WithArguments<Cell: RecurrentCell>: Module {
  var cell: Cell
  var x: Parameter
  var state: [Parameter]

  mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("cell", &cell)
    visitor.visit("x", &x)
    for index in state.indices {
      visitor.enter(.index(index))
      visitor.visit("state", &state[index])
      visitor.leave()
    }
  }
}

extension Module {
  /// The same with zeros for all parameters: a direction in which nothing moves.
  fileprivate var still: Self {
    var copy = self
    copy.mapParameters { _, value in value * 0 }
    return copy
  }
}
