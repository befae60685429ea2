import CRecurrentKernels
import RecurrentTensor
import RecurrentTestSupport
import Testing

struct RecurrentScanTests {
  struct Cell: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let kind: RecurrentKind

    init(_ name: String, _ kind: RecurrentKind) {
      testDescription = name
      self.kind = kind
    }

    var hasCellState: Bool { kind.cell == RK_LSTM }
  }

  static let cells = [
    Cell("LSTM", RecurrentKind(cell: RK_LSTM)),
    Cell("GRU, reset after", RecurrentKind(cell: RK_GRU_RESET_AFTER)),
    Cell("GRU, reset before", RecurrentKind(cell: RK_GRU_RESET_BEFORE)),
    Cell("Elman, tanh", RecurrentKind(cell: RK_ELMAN, activation: RK_TANH)),
    Cell("Elman, relu", RecurrentKind(cell: RK_ELMAN, activation: RK_RELU)),
    Cell("Elman, leaky relu", RecurrentKind(cell: RK_ELMAN, activation: RK_LEAKY_RELU, slope: 0.2)),
    Cell("Elman, sigmoid", RecurrentKind(cell: RK_ELMAN, activation: RK_SIGMOID)),
    Cell("Elman, identity", RecurrentKind(cell: RK_ELMAN, activation: RK_IDENTITY)),
  ]

  static let steps = 4
  static let batch = 3
  static let inputs = 2
  static let hidden = 3
  /// One row of length 0, one shorter than the sequence, and one of full length.
  static let ragged: [Int32] = [0, 4, 2]

  /// x, both weights, both biases, and the initial states.
  static func operands(_ cell: Cell) -> [Tensor] {
    let rows = cell.kind.gateCount * hidden
    return [
      .doubles([steps, batch, inputs], seed: 1), .doubles([rows, inputs], seed: 2), .doubles([rows, hidden], seed: 3),
      .doubles([rows], seed: 4), .doubles([rows], seed: 5), .doubles([batch, hidden], seed: 6),
      .doubles([batch, hidden], seed: 7),
    ]
  }

  static func scan(
    _ cell: Cell, _ operands: [Tensor], lengths: [Int32]? = nil, isReversed: Bool = false, hasBias: Bool = true,
    hasState: Bool = true, cache: RecurrentCache = RecurrentCache()
  ) -> RecurrentScan.Result {
    RecurrentScan.apply(
      cell.kind, operands[0], lengths: lengths, isReversed: isReversed,
      weights: RecurrentWeights(
        inputHidden: operands[1], hiddenHidden: operands[2], inputBias: OptionalTensor(hasBias ? operands[3] : nil),
        hiddenBias: OptionalTensor(hasBias ? operands[4] : nil), cache: cache),
      initialHidden: OptionalTensor(hasState ? operands[5] : nil),
      initialCell: OptionalTensor(hasState && cell.hasCellState ? operands[6] : nil))
  }

  /// All results in one number. Where there is no cell state the hidden state stands for it and counts again.
  static func sum(_ result: RecurrentScan.Result) -> Tensor {
    result.lastHidden.weighedSum() * 2 + result.outputs.weighedSum() + result.lastCell.weighedSum() * 3
  }

  @Test(arguments: cells, [false, true])
  func gradient(_ cell: Cell, _ isReversed: Bool) {
    for lengths in [nil, Self.ragged] {
      for hasState in [false, true] {
        let check = checkFunctionGradient(of: Self.operands(cell)) { operands in
          Self.sum(Self.scan(cell, operands, lengths: lengths, isReversed: isReversed, hasState: hasState))
        }
        #expect(check.agrees, "lengths \(lengths ?? []), states \(hasState): \(check)")
      }
    }
  }

  @Test(arguments: cells)
  func gradientWithoutBias(_ cell: Cell) {
    let check = checkFunctionGradient(of: Self.operands(cell)) { Self.sum(Self.scan(cell, $0, hasBias: false)) }
    #expect(check.agrees, "\(check)")
  }

  enum Use: CaseIterable { case outputs, lastHidden, lastCell, lastOutput }

  /// Whatever is not used must count as a gradient of zero.
  @Test(arguments: cells, Use.allCases)
  func gradientWhenPartOfTheResultIsUsed(_ cell: Cell, _ use: Use) {
    let check = checkFunctionGradient(of: Self.operands(cell)) { operands in
      let result = Self.scan(cell, operands, lengths: Self.ragged)
      switch use {
      case .outputs: return result.outputs
      case .lastHidden: return result.lastHidden
      case .lastCell: return result.lastCell
      case .lastOutput: return result.outputs[Self.steps - 1]
      }
    }
    #expect(check.agrees, "\(check)")
  }

  /// Frozen operands must not silence the one that is asked for.
  @Test(arguments: cells, 0..<7)
  func gradientOfOneOperandAlone(_ cell: Cell, _ chosen: Int) {
    if chosen == 6 && !cell.hasCellState { return }
    let operands = Self.operands(cell)
    let check = checkFunctionGradient(of: operands[chosen]) { argument in
      var changed = operands
      changed[chosen] = argument
      return Self.sum(Self.scan(cell, changed, lengths: Self.ragged))
    }
    #expect(check.agrees, "\(check)")
  }

  @Test(arguments: cells)
  func twoLayersAndBothDirections(_ cell: Cell) {
    let second = Self.operands(cell).map { $0 }
    let check = checkFunctionGradient(of: Self.operands(cell)) { operands in
      let there = Self.scan(cell, operands, lengths: Self.ragged)
      let back = Self.scan(cell, operands, lengths: Self.ragged, isReversed: true)
      var upper = second
      upper[0] = Tensor(concatenating: [there.outputs, back.outputs], axis: 2).slice(axis: 2, 2..<4)
      return Self.sum(Self.scan(cell, upper, lengths: Self.ragged, isReversed: true))
    }
    #expect(check.agrees, "\(check)")
  }

  @Test(arguments: cells)
  func noStepsGiveTheInitialStateBack(_ cell: Cell) {
    var operands = Self.operands(cell)
    operands[0] = Tensor(zeros: [0, Self.batch, Self.inputs]).converted(to: .float64)
    let result = Self.scan(cell, operands)
    #expect(result.outputs.shape == [0, Self.batch, Self.hidden])
    #expect(result.lastHidden.doubles == operands[5].doubles)
    if cell.hasCellState { #expect(result.lastCell.doubles == operands[6].doubles) }
    let check = checkFunctionGradient(of: operands) { Self.sum(Self.scan(cell, $0)) }
    #expect(check.agrees, "\(check)")
  }

  @Test(arguments: cells, [false, true])
  func noStateIsTheZeroStateBitForBit(_ cell: Cell, _ isReversed: Bool) {
    var operands = Self.operands(cell)
    let without = Self.scan(cell, operands, lengths: Self.ragged, isReversed: isReversed, hasState: false)
    for state in 5...6 { operands[state] = Tensor(zeros: operands[state].shape).converted(to: .float64) }
    let with = Self.scan(cell, operands, lengths: Self.ragged, isReversed: isReversed)
    #expect(without.outputs.doubles == with.outputs.doubles)
    #expect(without.lastHidden.doubles == with.lastHidden.doubles)
    #expect(without.lastCell.doubles == with.lastCell.doubles)
  }

  @Test(arguments: cells, [false, true])
  func aRowDependsNeitherOnItsNeighboursNorOnItsPadding(_ cell: Cell, _ isReversed: Bool) {
    let operands = Self.operands(cell).map { $0.converted(to: .float32) }
    let all = Self.scan(cell, operands, lengths: Self.ragged, isReversed: isReversed)
    for row in 0..<Self.batch {
      let length = Int(Self.ragged[row])
      var alone = operands
      alone[0] = operands[0].slice(axis: 1, row..<row + 1).slice(axis: 0, 0..<length)
      for state in 5...6 { alone[state] = operands[state].slice(axis: 0, row..<row + 1) }
      let result = Self.scan(cell, alone, isReversed: isReversed)
      let outputs = all.outputs.slice(axis: 1, row..<row + 1)
      #expect(outputs.slice(axis: 0, 0..<length).scalars == result.outputs.scalars)
      #expect(outputs.slice(axis: 0, length..<Self.steps).scalars.allSatisfy { $0 == 0 })
      #expect(all.lastHidden[row].scalars == result.lastHidden.scalars)
      #expect(all.lastCell[row].scalars == result.lastCell.scalars)
    }
  }

  @Test func theCacheFollowsWeightsAndKind() {
    let cache = RecurrentCache()
    var operands = Self.operands(Self.cells[1])
    func outputs(_ cell: Cell, _ cache: RecurrentCache) -> [Double] {
      Self.scan(cell, operands, cache: cache).outputs.doubles
    }
    for cell in [Self.cells[1], Self.cells[2], Self.cells[1]] {
      #expect(outputs(cell, cache) == outputs(cell, RecurrentCache()))
    }
    for position in 1...4 {
      let before = outputs(Self.cells[1], cache)
      operands[position].makeUnique()
      let elements = operands[position].mutablePointer.assumingMemoryBound(to: Double.self)
      for index in 0..<operands[position].count { elements[index] += 0.5 }
      let after = outputs(Self.cells[1], cache)
      #expect(after == outputs(Self.cells[1], RecurrentCache()))
      #expect(after != before)
    }
  }

  @Test func whatDoesNotFitTraps() async {
    await #expect(processExitsWith: .failure) {
      _ = Self.scan(Self.cells[0], Self.operands(Self.cells[1]))
    }
    await #expect(processExitsWith: .failure) {
      _ = Self.scan(Self.cells[0], Self.operands(Self.cells[0]), lengths: [1, 2])
    }
    await #expect(processExitsWith: .failure) {
      _ = Self.scan(Self.cells[0], Self.operands(Self.cells[0]), lengths: [1, 2, 5])
    }
  }

  // MARK: Memory

  @Test(arguments: cells, [false, true])
  func smallResultsShareABlockAndKeepTheirNumbers(_ cell: Cell, _ isReversed: Bool) {
    let operands = Self.operands(cell)
    let whole = Self.scan(cell, operands, isReversed: isReversed)
    #expect(whole.lastHidden.storage === whole.outputs.storage)
    #expect(whole.lastHidden.doubles == whole.outputs[isReversed ? 0 : Self.steps - 1].doubles)
    let ragged = Self.scan(cell, operands, lengths: [4, 4, 4], isReversed: isReversed)
    #expect(ragged.lastHidden.doubles == whole.lastHidden.doubles)
    #expect(ragged.lastCell.doubles == whole.lastCell.doubles)
  }

  @Test func aStateThatIsKeptDoesNotKeepManyOutputs() {
    let cell = Self.cells[1]
    var operands = Self.operands(cell)
    operands[0] = .doubles([500, Self.batch, Self.inputs], seed: 8)
    let result = Self.scan(cell, operands)
    #expect(result.lastHidden.storage !== result.outputs.storage)
    #expect(result.lastHidden.doubles == result.outputs[499].doubles)
  }
}
