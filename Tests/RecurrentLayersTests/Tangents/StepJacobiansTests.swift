import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

struct StepJacobiansTests {
  static let rows = 2

  /// Each column by differences of the cell's own step.
  private static func check<Cell: CellWithEquations>(_ cell: Cell) {
    let x = Tensor.doubles([3, rows, cell.inputSize], seed: 12)
    var state = CellsWithEquations.state(of: cell, rows: rows, seed: 13)
    let jacobians = cell.stepJacobians(SequenceBatch(x), from: state).steps
    for time in 0..<3 {
      let found = jacobians[time].matrices
      var column = 0
      for part in state.components.indices {
        for unit in 0..<state.components[part].shape[1] {
          func after(_ offset: Double) -> [[Double]] {
            var parts = state.components
            var numbers = parts[part].doubles
            for row in 0..<rows { numbers[row * parts[part].shape[1] + unit] += offset }
            parts[part] = Tensor(doubles: numbers, shape: parts[part].shape)
            let next = cell.step(x[time], from: Cell.State(components: parts)).components
            return (0..<rows).map { row in next.flatMap { $0.slice(axis: 0, row..<row + 1).doubles } }
          }
          let width = 1e-5
          let (up, down, farUp, farDown) = (after(width), after(-width), after(2 * width), after(-2 * width))
          for row in 0..<rows {
            let measured = up[row].indices.map {
              (8 * (up[row][$0] - down[row][$0]) - (farUp[row][$0] - farDown[row][$0])) / (12 * width)
            }
            let computed = found.slice(axis: 0, row..<row + 1).slice(axis: 2, column..<column + 1).doubles
            expectClose(computed, measured, within: 1e-8, "\(Cell.self) step \(time)")
          }
          column += 1
        }
      }
      state = cell.step(x[time], from: state)
    }
  }

  @Test(arguments: CellsWithEquations.all.indices) func agreeWithDifferences(_ number: Int) {
    Self.check(CellsWithEquations.all[number])
  }

  /// The product over all steps is the derivative of the last state by the first.
  @Test func productsReachOverTime() {
    let cell = LSTMCell(inputSize: 2, hiddenSize: 3, key: RandomKey(seed: 1)).inDouble
    let x = SequenceBatch(.doubles([4, 1, 2], seed: 12))
    let state = CellsWithEquations.state(of: cell, rows: 1, seed: 13)
    let product = cell.stepJacobians(x, from: state).productsInDouble(along: .wholeState)[3]
    let direction = CellsWithEquations.state(of: cell, rows: 1, seed: 14)
    let along = cell.directionalDerivatives(x, from: state, along: [CellDirection(state: direction)]).along[0]
    let vector = Tensor(concatenating: direction.components, axis: 1).reshaped(to: [1, 6, 1])
    expectClose(
      matmul(product, vector).doubles, along.finalState.components.flatMap(\.doubles), within: 1e-13)
  }

  /// Through the cell state alone an LSTM's memory decays by the forget gates: the Jacobian is their diagonal.
  @Test func theCellStateIsAHighway() {
    let cell = LSTMCell(inputSize: 1, hiddenSize: 2, key: RandomKey(seed: 1))
    let x = SequenceBatch(Tensor(normal: [5, 1, 1], key: RandomKey(seed: 2)))
    let jacobians = cell.stepJacobians(x)
    #expect(jacobians.steps[0].partNames == ["hidden", "cell"] && jacobians.steps[0].widths == [2, 2])
    let through = jacobians.steps.map { $0.block(of: 1, by: 1).scalars }
    #expect(through.allSatisfy { $0[1] == 0 && $0[2] == 0 && $0[0] > 0 && $0[0] < 1 })
    let kept = through.reduce([1.0, 1.0]) { [$0[0] * Double($1[0]), $0[1] * Double($1[3])] }
    let norms = jacobians.productNorms(along: .part(1))
    #expect(norms.count == 5 && abs(norms[4][0] - max(kept[0], kept[1])) < 1e-6)
    #expect(jacobians.norms(along: .part(0)).count == 5)
  }
}
