import CRecurrentKernels
import Foundation
import Testing

/// Forward values of each cell, written out as arithmetic.
@Suite(.fencedBuffers) struct RecurrentCellTests {
  private static let sigmoid = UnaryFunction.sigmoid

  /// One unit, one input, one step: x = 0.5, h = 0.25. In the order of the weights, W x = 0.25, -0.5, 1, 0.75 and
  /// R h = 0.25, 0.125, -0.125, 0.5.
  private func unit(_ cell: Cell) -> RecurrentLayer {
    var layer = RecurrentLayer(cell, steps: 1, batch: 1, input: 1, hidden: 1)
    layer.x = [0.5]
    layer.inputWeight = Array([0.5, -1, 2, 1.5].prefix(cell.gates))
    layer.hiddenWeight = Array([1, 0.5, -0.5, 2].prefix(cell.gates))
    layer.inputBias = Array([0.125, 0.25, 0.375, 0.5].prefix(cell.gates))
    layer.hiddenBias = Array([-0.25, 0.0625, 0.125, 0.25].prefix(cell.gates))
    layer.h0 = [0.25]
    layer.c0 = cell.hasCellState ? [-0.5] : nil
    return layer
  }

  private func expectState(
    _ kernels: Kernels, _ layer: RecurrentLayer, h: Double, c: Double? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let output = RecurrentRun(kernels, layer).forward(training: false)
    let what = "\(kernels.name) \(layer.cell)"
    // The gates' own error, 2e-7, and one rounding of each intermediate result.
    let absolute = kernels.element == RK_FLOAT32 ? 5e-7 : 1e-15
    expectClose(output.y.values, [h], absolute: absolute, "\(what): y", sourceLocation: sourceLocation)
    expectClose(output.hLast.values, [h], absolute: absolute, "\(what): h", sourceLocation: sourceLocation)
    guard let c, let cLast = output.cLast else { return }
    expectClose(cLast.values, [c], absolute: absolute, "\(what): c", sourceLocation: sourceLocation)
  }

  @Test(arguments: Kernels.all) func lstm(kernels: Kernels) {
    let i = Self.sigmoid(0.25 + 0.25 + 0.125 - 0.25)
    let f = Self.sigmoid(-0.5 + 0.125 + 0.25 + 0.0625)
    let g = tanh(1 - 0.125 + 0.375 + 0.125)
    let o = Self.sigmoid(0.75 + 0.5 + 0.5 + 0.25)
    let c = f * -0.5 + i * g
    expectState(kernels, unit(.lstm), h: o * tanh(c), c: c)
  }

  @Test(arguments: Kernels.all) func gruResetAfter(kernels: Kernels) {
    let r = Self.sigmoid(0.25 + 0.25 + 0.125 - 0.25)
    let z = Self.sigmoid(-0.5 + 0.125 + 0.25 + 0.0625)
    let n = tanh(1 + 0.375 + r * (-0.125 + 0.125))
    expectState(kernels, unit(.gruResetAfter), h: (1 - z) * n + z * 0.25)

    // The bias b_hn is inside the reset.
    var layer = unit(.gruResetAfter)
    layer.hiddenBias = [-0.25, 0.0625, 1]
    expectState(kernels, layer, h: (1 - z) * tanh(1 + 0.375 + r * (-0.125 + 1)) + z * 0.25)
  }

  @Test(arguments: Kernels.all) func gruResetBefore(kernels: Kernels) {
    let r = Self.sigmoid(0.25 + 0.25 + 0.125 - 0.25)
    let z = Self.sigmoid(-0.5 + 0.125 + 0.25 + 0.0625)
    let n = tanh(1 + 0.375 - 0.5 * (r * 0.25) + 0.125)
    expectState(kernels, unit(.gruResetBefore), h: (1 - z) * n + z * 0.25)
  }

  @Test(arguments: Kernels.all) func elman(kernels: Kernels) {
    let sum = 0.25 + 0.25 + 0.125 - 0.25
    let negative = -1 + 0.25 + 0.125 - 0.25
    for (cell, value) in [
      (Cell.elman, { tanh($0) }), (.elman(RK_RELU, "relu"), { max(0, $0) }),
      (.elman(RK_LEAKY_RELU, "leaky relu", slope: 0.25), { $0 < 0 ? 0.25 * $0 : $0 }),
      (.elman(RK_SIGMOID, "sigmoid"), Self.sigmoid), (.elman(RK_IDENTITY, "identity"), { $0 }),
    ] as [(Cell, (Double) -> Double)] {
      var layer = unit(cell)
      expectState(kernels, layer, h: value(sum))
      layer.x = [-2]
      expectState(kernels, layer, h: value(negative))
    }
  }

  /// Three units, two inputs, two rows, two steps: which row of which matrix belongs to which gate, unit and input.
  @Test(arguments: Kernels.all, [Cell.lstm, .gruResetAfter, .gruResetBefore, .elman])
  func whereEachWeightBelongs(kernels: Kernels, cell: Cell) {
    let layer = RecurrentLayer(cell, steps: 2, batch: 2, input: 2, hidden: 3, seed: 30)
    var expected: [Double] = []
    var states = (0..<2).map { layer.row($0).h0 ?? [] }
    var cellStates = (0..<2).map { layer.row($0).c0 ?? [] }
    for t in 0..<2 {
      for n in 0..<2 {
        let x = Array(layer.x[((t * 2 + n) * 2)..<((t * 2 + n) * 2 + 2)])
        step(layer, x, &states[n], &cellStates[n])
        expected += states[n]
      }
    }
    let output = RecurrentRun(kernels, layer).forward(training: false)
    let absolute = kernels.element == RK_FLOAT32 ? 1e-6 : 1e-15
    expectClose(output.y.values, expected, absolute: absolute, "\(kernels.name) \(cell)")
  }

  /// One step of one row, straight from the equations.
  private func step(_ layer: RecurrentLayer, _ x: [Double], _ h: inout [Double], _ c: inout [Double]) {
    func input(_ gate: Int, _ unit: Int) -> Double {
      let row = gate * 3 + unit
      return layer.inputWeight[row * 2] * x[0] + layer.inputWeight[row * 2 + 1] * x[1] + (layer.inputBias?[row] ?? 0)
    }
    func hidden(_ gate: Int, _ unit: Int, _ h: [Double]) -> Double {
      let row = gate * 3 + unit
      let products = (0..<3).map { layer.hiddenWeight[row * 3 + $0] * h[$0] }
      return products[0] + products[1] + products[2] + (layer.hiddenBias?[row] ?? 0)
    }
    let before = h
    func sum(_ gate: Int, _ unit: Int) -> Double { input(gate, unit) + hidden(gate, unit, before) }
    for j in 0..<3 {
      switch layer.cell.kind {
      case RK_LSTM:
        c[j] = Self.sigmoid(sum(1, j)) * c[j] + Self.sigmoid(sum(0, j)) * tanh(sum(2, j))
        h[j] = Self.sigmoid(sum(3, j)) * tanh(c[j])
      case RK_GRU_RESET_AFTER:
        let n = tanh(input(2, j) + Self.sigmoid(sum(0, j)) * hidden(2, j, before))
        h[j] = (1 - Self.sigmoid(sum(1, j))) * n + Self.sigmoid(sum(1, j)) * before[j]
      case RK_GRU_RESET_BEFORE:
        let n = tanh(input(2, j) + hidden(2, j, (0..<3).map { Self.sigmoid(sum(0, $0)) * before[$0] }))
        h[j] = (1 - Self.sigmoid(sum(1, j))) * n + Self.sigmoid(sum(1, j)) * before[j]
      default:
        h[j] = tanh(sum(0, j))
      }
    }
  }
}
