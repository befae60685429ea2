import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

/// Cells of every kind, in double precision, for what is derived from their equations.
enum CellsWithEquations {
  static let key = RandomKey(seed: 61)
  static let (inputSize, hiddenSize) = (2, 3)

  static var dense: [any CellWithEquations] {
    var everything = LSTMVariant()
    (everything.hasPeepholes, everything.normalization, everything.projectionSize) = (true, .layer, 2)
    var normalized = GRUVariant()
    (normalized.normalization, normalized.reset) = (.layer, .resetBefore)
    var clipped = LSTMVariant()
    (clipped.couplesGates, clipped.gateActivation, clipped.cellClip) = (true, .hardSigmoid(), 0.4)
    return [
      LSTMCell(inputSize: inputSize, hiddenSize: hiddenSize, key: key),
      LSTMCell(inputSize: inputSize, hiddenSize: hiddenSize, bias: .none, key: key),
      GRUCell(inputSize: inputSize, hiddenSize: hiddenSize, key: key),
      GRUCell(inputSize: inputSize, hiddenSize: hiddenSize, variant: .resetBefore, key: key),
      ElmanCell(inputSize: inputSize, hiddenSize: hiddenSize, key: key),
      ElmanCell(inputSize: inputSize, hiddenSize: hiddenSize, activation: .relu, bias: .single, key: key),
      LSTMVariantCell(inputSize: inputSize, hiddenSize: hiddenSize, variant: everything, key: key),
      LSTMVariantCell(inputSize: inputSize, hiddenSize: hiddenSize, variant: clipped, key: key),
      GRUVariantCell(inputSize: inputSize, hiddenSize: hiddenSize, variant: normalized, key: key),
      LeakyElmanCell(
        inputSize: inputSize, hiddenSize: hiddenSize, activation: .scaledTanh(outer: 1.2, inner: 0.8), leakRate: 0.3,
        key: key),
      RecurrentLayers.MinimalGatedCell(inputSize: inputSize, hiddenSize: hiddenSize, key: key),
    ].map(inDouble)
  }

  static var diagonal: [any CellWithEquations] {
    [
      LeakyElmanCell(inputSize: inputSize, hiddenSize: hiddenSize, leakRate: 0.6, hasIndependentUnits: true, key: key),
      MinimalGRUCell(inputSize: inputSize, hiddenSize: hiddenSize, key: key),
      MinimalLSTMCell(inputSize: inputSize, hiddenSize: hiddenSize, hasBias: false, key: key),
    ].map(inDouble)
  }

  static var all: [any CellWithEquations] { dense + diagonal }

  private static func inDouble(_ cell: any CellWithEquations) -> any CellWithEquations {
    func convert<Cell: CellWithEquations>(_ cell: Cell) -> Cell { cell.inDouble }
    return convert(cell)
  }

  /// Random numbers in the shape of the cell's state.
  static func state<Cell: CellWithEquations>(of cell: Cell, rows: Int, seed: UInt64) -> Cell.State {
    let zero = cell.zeroState(like: Tensor.doubles([rows, inputSize], seed: 1))
    return Cell.State(
      components: zero.components.enumerated().map { .doubles($1.shape, seed: seed + UInt64($0)) * 0.7 })
  }
}

extension Module {
  var inDouble: Self {
    var copy = self
    copy.mapParameters { _, value in value.converted(to: .float64) }
    return copy
  }

  /// The same kind of module with random numbers for its parameters.
  func randomDirection(seed: UInt64) -> Self {
    var copy = self
    var number: UInt64 = 0
    copy.mapParameters { _, value in
      number += 1
      return .doubles(value.shape, seed: seed + number)
    }
    return copy
  }
}

/// Whether two lists of numbers are the same but for rounding.
func expectClose(
  _ a: [Double], _ b: [Double], within tolerance: Double = 1e-11, _ what: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let scale = max(1e-3, b.reduce(0) { max($0, abs($1)) })
  let worst = zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) } / scale
  #expect(a.count == b.count && worst <= tolerance, "\(what): \(worst)", sourceLocation: sourceLocation)
}
