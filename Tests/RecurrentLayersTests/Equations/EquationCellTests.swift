import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

struct EquationCellTests {
  static let key = RandomKey(seed: 61)

  // MARK: The laws of every cell

  @Test(arguments: LSTMCase.all) func lstmLaws(_ variant: LSTMCase) {
    let check = checkCell(LSTMVariantCell(inputSize: 3, hiddenSize: 5, variant: variant.variant, key: Self.key))
    #expect(check.violations.isEmpty, "\(check.violations)")
  }

  @Test(arguments: GRUCase.all) func gruLaws(_ variant: GRUCase) {
    let check = checkCell(GRUVariantCell(inputSize: 3, hiddenSize: 4, variant: variant.variant, key: Self.key))
    #expect(check.violations.isEmpty, "\(check.violations)")
  }

  @Test func simpleCellsLaws() {
    for (activation, leak, isIndependent) in [
      (CellActivation.tanh, 1.0, false), (.relu, 0.3, false), (.sigmoid, 1, true), (.softplus, 0.5, true),
    ] {
      let cell = LeakyElmanCell(
        inputSize: 2, hiddenSize: 4, activation: activation, leakRate: leak, hasIndependentUnits: isIndependent,
        key: Self.key)
      let check = checkCell(cell)
      #expect(check.violations.isEmpty, "\(activation), \(leak), \(isIndependent): \(check.violations)")
    }
    let minimal = checkCell(RecurrentLayers.MinimalGatedCell(inputSize: 2, hiddenSize: 3, key: Self.key))
    #expect(minimal.violations.isEmpty, "\(minimal.violations)")
    let gru = checkCell(MinimalGRUCell(inputSize: 2, hiddenSize: 3, key: Self.key))
    #expect(gru.violations.isEmpty, "\(gru.violations)")
    let lstm = checkCell(MinimalLSTMCell(inputSize: 2, hiddenSize: 3, key: Self.key))
    #expect(lstm.violations.isEmpty, "\(lstm.violations)")
  }

  // MARK: What they compute

  @Test(arguments: LSTMCase.all) func lstmEquations(_ variant: LSTMCase) throws {
    var cell = LSTMVariantCell(inputSize: 3, hiddenSize: 5, variant: variant.variant, key: Self.key)
    let weights = parameters(of: cell)
    cell.convert(to: .float64)
    try cell.load(weights)
    let x = Tensor.doubles([6, 4, 3], seed: 1) * 2
    var state = LSTMState(
      hidden: .doubles([4, cell.hiddenSize], seed: 2), cell: .doubles([4, 5], seed: 3))
    let (outputs, last) = cell.scan(SequenceBatch(x), from: state, direction: .forward)
    for time in 0..<6 {
      let weights = weights.ofStep(time)
      state = ReferenceCells.step(variant.variant, weights, x[time], state.hidden, state.cell)
      expectEqual(outputs.values[time], state.hidden, "step \(time)")
    }
    expectEqual(last.cell, state.cell, "cell")
  }

  @Test(arguments: GRUCase.all) func gruEquations(_ variant: GRUCase) throws {
    var cell = GRUVariantCell(inputSize: 3, hiddenSize: 5, variant: variant.variant, key: Self.key)
    let weights = parameters(of: cell)
    cell.convert(to: .float64)
    try cell.load(weights)
    let x = Tensor.doubles([6, 4, 3], seed: 1) * 2
    var state = HiddenState(hidden: .doubles([4, 5], seed: 2))
    let (outputs, _) = cell.scan(SequenceBatch(x), from: state, direction: .forward)
    for time in 0..<6 {
      state = ReferenceCells.step(variant.variant, weights.ofStep(time), x[time], state.hidden)
      expectEqual(outputs.values[time], state.hidden, "step \(time)")
    }
  }

  private func expectEqual(_ a: Tensor, _ b: Tensor, _ place: String) {
    #expect(a.shape == b.shape)
    for (x, y) in zip(a.doubles, b.doubles) where abs(x - y) > 1e-11 {
      Issue.record("\(place): \(x) is not \(y)")
      return
    }
  }

  // MARK: Modifiers

  /// Zoneout with a mask of ones keeps every state; one with zeros changes nothing; half keeps half.
  @Test func carriedStates() {
    let cell = LSTMVariantCell(inputSize: 2, hiddenSize: 3, variant: LSTMVariant(), key: Self.key)
    let inputs = SequenceBatch(Tensor(normal: [1, 2, 2], key: Self.key))
    let state = LSTMState(
      hidden: Tensor(normal: [2, 3], key: Self.key.folding(1)), cell: Tensor(normal: [2, 3], key: Self.key.folding(2)))
    let plain = cell.scan(inputs, from: state, direction: .forward).1
    func carried(_ share: Float) -> LSTMState {
      var modifiers = StepModifiers()
      modifiers.carry = [Tensor([share, share, share], shape: [1, 3]), nil]
      return cell.scan(inputs, from: state, direction: .forward, modifiers: modifiers).1
    }
    #expect(carried(0).hidden.scalars == plain.hidden.scalars)
    #expect(carried(0).cell.scalars == plain.cell.scalars)
    for (kept, first) in zip(carried(1).hidden.scalars, state.hidden.scalars) { #expect(abs(kept - first) < 1e-6) }
    for (half, (first, last)) in zip(carried(0.5).hidden.scalars, zip(state.hidden.scalars, plain.hidden.scalars)) {
      #expect(abs(half - (first + last) / 2) < 1e-6)
    }
  }

  /// A row that begins anew in the middle is two sequences.
  @Test func resetsBeginAnew() {
    let cell = GRUVariantCell(inputSize: 2, hiddenSize: 3, variant: GRUVariant(), key: Self.key)
    let values = Tensor(normal: [6, 1, 2], key: Self.key)
    var modifiers = StepModifiers()
    modifiers.keep = Tensor([1, 1, 1, 0, 1, 1], shape: [6, 1, 1])
    let outputs = cell.scan(SequenceBatch(values), from: nil, direction: .forward, modifiers: modifiers).0
    for part in [0..<3, 3..<6] {
      let alone = cell.scan(SequenceBatch(values.slice(axis: 0, part)), from: nil, direction: .forward).0
      #expect(outputs.values.slice(axis: 0, part).scalars == alone.values.scalars)
    }
  }

  @Test func modifiersHaveGradients() {
    let cell = LSTMVariantCell(inputSize: 2, hiddenSize: 3, variant: LSTMVariant(), key: Self.key)
    let inputs = SequenceBatch(.doubles([4, 3, 2], seed: 4), lengths: [4, 0, 3])
    var modifiers = StepModifiers()
    modifiers.hiddenMask = .doubles([3, 3], seed: 5)
    modifiers.carry = [.doubles([4, 3, 3], seed: 6), .doubles([1, 3], seed: 7)]
    modifiers.keep = .doubles([4, 3, 1], seed: 8)
    for direction in Direction.allCases {
      let check = checkGradient(of: cell) {
        $0.scan(inputs, from: nil, direction: direction, modifiers: modifiers).0.values.weighedSum()
      }
      #expect(check.agrees, "\(check)")
    }
  }
}
