import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

/// Options drawn at random, all together: the fast kernels in single precision, over ragged rows in both directions, against
/// the equations written out step by step in double.
struct VariantSweepTests {
  /// Draws of one test: the same numbers for the same seed.
  private struct Draws {
    let key: RandomKey
    var count = 0

    init(_ seed: Int) { key = RandomKey(seed: 4000 + UInt64(seed)) }

    mutating func integer(_ range: ClosedRange<Int>) -> Int {
      count += 1
      return range.lowerBound + key.integer(at: count, below: range.count)
    }
    mutating func coin() -> Bool { integer(0...1) == 1 }
    mutating func one<Value>(of values: [Value]) -> Value { values[integer(0...values.count - 1)] }
  }

  /// Sizes that are no multiple of a vector, a ragged batch, and where it begins.
  private struct Batch {
    let inputSize: Int
    let hiddenSize: Int
    let inputs: Tensor
    let lengths: [Int]?
    let direction: Direction

    init(_ draws: inout Draws) {
      inputSize = draws.integer(1...9)
      // Two or three units may be so alike that evening them out magnifies every rounding.
      hiddenSize = draws.integer(4...21)
      let (steps, rows) = (draws.integer(1...9), draws.integer(1...7))
      inputs = Tensor(normal: [steps, rows, inputSize], key: draws.key.folding(1))
      lengths = draws.coin() ? (0..<rows).map { _ in draws.integer(0...steps) } : nil
      direction = draws.coin() ? .forward : .backward
    }
  }

  /// The largest share of the tolerance that any output or last state uses.
  private func expectEquations<Cell: EquationCell>(
    _ cell: Cell, _ batch: Batch, _ draws: Draws,
    _ step: (_ weights: [String: Tensor], _ x: Tensor, _ state: Cell.State) -> Cell.State
  ) throws {
    var cell = cell
    // Single precision holds the very numbers that the reference takes.
    let weights = parameters(of: cell).mapValues { $0.converted(to: .float32) }
    try cell.load(weights)
    let exact = weights.mapValues { $0.converted(to: .float64) }
    let rows = batch.inputs.shape[1]
    let first = cell.zeroState(like: batch.inputs[0]).components.enumerated().map { part, zero in
      Tensor(normal: zero.shape, key: draws.key.folding(2 + part))
    }
    let (outputs, last) = cell.scan(
      SequenceBatch(batch.inputs, lengths: batch.lengths), from: Cell.State(components: first),
      direction: batch.direction)
    var worst = 0.0
    for row in 0..<rows {
      let length = batch.lengths?[row] ?? batch.inputs.shape[0]
      var state = Cell.State(components: first.map { $0.row(row) })
      for number in 0..<length {
        let time = batch.direction == .forward ? number : length - 1 - number
        state = step(exact.ofStep(time), batch.inputs[time].row(row), state)
        worst = max(worst, Tolerance.forward.used(outputs.values[time].row(row), state.components[0]))
      }
      for (mine, theirs) in zip(last.components, state.components) {
        worst = max(worst, Tolerance.forward.used(mine.row(row), theirs))
      }
    }
    #expect(worst <= 1, "\(worst) of the tolerance")
    recordFigure("oracle_worst", worst)
  }

  @Test(arguments: 0..<160) func lstm(_ seed: Int) throws {
    var draws = Draws(seed)
    let batch = Batch(&draws)
    var variant = LSTMVariant()
    variant.hasPeepholes = draws.coin()
    variant.couplesGates = draws.coin()
    if draws.coin() { variant.projectionSize = draws.integer(1...batch.hiddenSize - 1) }
    if draws.coin() { variant.cellClip = draws.one(of: [0.5, 1.25, 3]) }
    if draws.coin() { variant.gateClip = draws.one(of: [0.75, 2]) }
    variant.normalization = draws.one(of: [.none, .none, .layer, .batch(steps: 4)])
    variant.gateActivation = draws.one(of: [.sigmoid, .hardSigmoid(slope: 0.25)])
    variant.inputActivation = draws.one(of: [.tanh, .hardTanh, .softsign])
    variant.outputActivation = draws.one(of: [.tanh, .hardTanh, .softsign, .identity])
    let cell = LSTMVariantCell(
      inputSize: batch.inputSize, hiddenSize: batch.hiddenSize, variant: variant, hasBias: draws.coin(),
      key: draws.key)
    try expectEquations(cell, batch, draws) {
      ReferenceCells.step(variant, $0, $1, $2.hidden, $2.cell)
    }
  }

  @Test(arguments: 0..<100) func gru(_ seed: Int) throws {
    var draws = Draws(1000 + seed)
    let batch = Batch(&draws)
    var variant = GRUVariant()
    variant.reset = draws.one(of: GRUCell.Variant.allCases)
    variant.updateGate = draws.one(of: GRUVariant.UpdateGate.allCases)
    variant.normalization = draws.one(of: [.none, .layer, .batch(steps: 4)])
    let cell = GRUVariantCell(
      inputSize: batch.inputSize, hiddenSize: batch.hiddenSize, variant: variant, hasBias: draws.coin(),
      key: draws.key)
    try expectEquations(cell, batch, draws) { ReferenceCells.step(variant, $0, $1, $2.hidden) }
  }

  @Test(arguments: 0..<60) func simpleCells(_ seed: Int) throws {
    var draws = Draws(2000 + seed)
    let batch = Batch(&draws)
    let (inputSize, hiddenSize, key) = (batch.inputSize, batch.hiddenSize, draws.key)
    switch seed % 4 {
    case 0:
      let (f, leak) = (
        draws.one(of: [CellActivation.tanh, .relu, .sigmoid, .identity]), draws.one(of: [0.25, 0.5, 1])
      )
      let cell = LeakyElmanCell(
        inputSize: inputSize, hiddenSize: hiddenSize, activation: f, leakRate: leak, hasIndependentUnits: draws.coin(),
        key: key)
      try expectEquations(cell, batch, draws) {
        HiddenState(hidden: ReferenceCells.leaky(f, leak, $0, $1, $2.hidden))
      }
    case 1:
      try expectEquations(
        RecurrentLayers.MinimalGatedCell(inputSize: inputSize, hiddenSize: hiddenSize, key: key), batch, draws
      ) { HiddenState(hidden: ReferenceCells.minimalGated($0, $1, $2.hidden)) }
    case 2:
      try expectEquations(MinimalGRUCell(inputSize: inputSize, hiddenSize: hiddenSize, key: key), batch, draws) {
        HiddenState(hidden: ReferenceCells.minimalGRU($0, $1, $2.hidden))
      }
    default:
      try expectEquations(MinimalLSTMCell(inputSize: inputSize, hiddenSize: hiddenSize, key: key), batch, draws) {
        HiddenState(hidden: ReferenceCells.minimalLSTM($0, $1, $2.hidden))
      }
    }
  }
}

extension Tensor {
  /// One row, `[1, C]`, in double.
  fileprivate func row(_ number: Int) -> Tensor {
    slice(axis: 0, number..<number + 1).detached().converted(to: .float64)
  }
}
