import CRecurrentKernels
import RecurrentTensor
import RecurrentTestSupport
import Testing

struct BidirectionalScanTests {
  typealias Cell = RecurrentScanTests.Cell

  /// x, then weights, biases and states of the forward direction, then those of the backward one.
  static func operands(_ cell: Cell) -> [Tensor] {
    let forward = RecurrentScanTests.operands(cell)
    return forward + forward.dropFirst().enumerated().map { .doubles($1.shape, seed: UInt64(20 + $0)) }
  }

  static func direction(_ cell: Cell, _ operands: ArraySlice<Tensor>, _ mask: Tensor?) -> BidirectionalScan.Direction {
    let own = Array(operands)
    return BidirectionalScan.Direction(
      weights: RecurrentWeights(
        inputHidden: own[0], hiddenHidden: own[1], inputBias: OptionalTensor(own[2]),
        hiddenBias: OptionalTensor(own[3]),
        cache: RecurrentCache()),
      initialHidden: OptionalTensor(own[4]), initialCell: OptionalTensor(cell.hasCellState ? own[5] : nil),
      hiddenMask: OptionalTensor(mask))
  }

  static func scan(_ cell: Cell, _ operands: [Tensor], lengths: [Int32]?, masks: [Tensor?]) -> BidirectionalScan.Result
  {
    BidirectionalScan.apply(
      cell.kind, operands[0], lengths: lengths, forward: direction(cell, operands[1..<7], masks[0]),
      backward: direction(cell, operands[7..<13], masks[1]))
  }

  static let masks: [Tensor?] = [
    .doubles([RecurrentScanTests.batch, RecurrentScanTests.hidden], seed: 40),
    .doubles([RecurrentScanTests.steps, RecurrentScanTests.batch, RecurrentScanTests.hidden], seed: 41),
  ]

  static func sum(_ result: BidirectionalScan.Result) -> Tensor {
    let states = [
      result.lastHidden.forward, result.lastHidden.backward, result.lastCell.forward, result.lastCell.backward,
    ]
    return states.enumerated().reduce(result.outputs.weighedSum()) {
      $0 + $1.element.weighedSum() * Float($1.offset + 1)
    }
  }

  @Test(arguments: RecurrentScanTests.cells, [false, true])
  func gradient(_ cell: Cell, _ hasMasks: Bool) {
    for lengths in [nil, RecurrentScanTests.ragged] {
      let check = checkFunctionGradient(of: Self.operands(cell)) { operands in
        Self.sum(Self.scan(cell, operands, lengths: lengths, masks: hasMasks ? Self.masks : [nil, nil]))
      }
      #expect(check.agrees, "lengths \(lengths ?? []): \(check)")
    }
  }

  /// Nothing but the outputs of one direction is asked for.
  @Test(arguments: RecurrentScanTests.cells)
  func gradientOfOneHalf(_ cell: Cell) {
    let check = checkFunctionGradient(of: Self.operands(cell)) { operands in
      let result = Self.scan(cell, operands, lengths: RecurrentScanTests.ragged, masks: [nil, nil])
      return result.outputs.split(into: 2, axis: 2)[1]
    }
    #expect(check.agrees, "\(check)")
  }

  /// Two scans, one after the other, give the same bits.
  @Test(arguments: RecurrentScanTests.cells)
  func eachDirectionIsAScan(_ cell: Cell) {
    let operands = Self.operands(cell).map { $0.converted(to: .float32) }
    let masks = Self.masks.map { $0?.converted(to: .float32) }
    for lengths in [nil, RecurrentScanTests.ragged] {
      let both = Self.scan(cell, operands, lengths: lengths, masks: masks)
      let halves = both.outputs.split(into: 2, axis: 2)
      for (index, isReversed) in [false, true].enumerated() {
        let own = Self.direction(cell, operands[(1 + 6 * index)..<(7 + 6 * index)], masks[index])
        let alone = RecurrentScan.apply(
          cell.kind, operands[0], lengths: lengths, isReversed: isReversed, weights: own.weights,
          initialHidden: own.initialHidden, initialCell: own.initialCell, hiddenMask: own.hiddenMask)
        #expect(halves[index].scalars == alone.outputs.scalars)
        let (hidden, cell) =
          isReversed
          ? (both.lastHidden.backward, both.lastCell.backward) : (both.lastHidden.forward, both.lastCell.forward)
        #expect(hidden.scalars == alone.lastHidden.scalars)
        #expect(cell.scalars == alone.lastCell.scalars)
      }
    }
  }

  /// A mask is a constant, of one of two shapes.
  @Test func masksOfOtherShapesTrap() async {
    await #expect(processExitsWith: .failure) {
      let cell = RecurrentScanTests.cells[0]
      _ = BidirectionalScanTests.scan(
        cell, BidirectionalScanTests.operands(cell), lengths: nil, masks: [.doubles([2, 3], seed: 1), nil])
    }
  }
}
