import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

/// The checker of cells must see what is wrong.
struct CheckCellTests {
  /// A minimal gated cell that breaks a law in the way that `flaw` says.
  struct Flawed: RecurrentCell {
    enum Flaw: CaseIterable {
      case none, narrowOutputs, lastBit, zeroStateOfOnes, mixesRows, ignoresLengths, masksByMultiplying, countsSteps
      case forgetsGivenState, zeroesEmptyRows, repeatsOutputsAtPadding, lastStateOfStepZero, forgetsPast
      case stopsAtTheGivenState, readsPaddedGradients
    }

    let flaw: Flaw
    var cell = MinimalGatedCell(inputSize: 2, hiddenSize: 3, key: RandomKey(seed: 6))

    var inputSize: Int { cell.inputSize }
    var hiddenSize: Int { cell.hiddenSize }
    mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) { cell.visit(&visitor) }

    func zeroState(like input: Tensor) -> HiddenState {
      let zero = cell.zeroState(like: input)
      return flaw == .zeroStateOfOnes ? zero.map { $0 + 1 } : zero
    }

    func step(_ input: Tensor, from state: HiddenState) -> HiddenState {
      let next = cell.step(input, from: flaw == .forgetsPast ? state.detached() : state)
      guard flaw == .mixesRows, input.shape[0] > 0 else { return next }
      return HiddenState(hidden: next.hidden + next.hidden.mean(axis: 0) * 1e-6)
    }

    func scan(
      _ inputs: SequenceBatch, from state: HiddenState?, direction: Direction
    ) -> (SequenceBatch, HiddenState) {
      let zero = cell.zeroState(like: inputs.values)
      let start = state ?? zero
      func scanned(_ inputs: SequenceBatch, from start: HiddenState) -> (SequenceBatch, HiddenState) {
        flaw == .mixesRows || flaw == .forgetsPast
          ? repeated(inputs, from: start, direction) : cell.scan(inputs, from: start, direction: direction)
      }
      var (outputs, last) = scanned(inputs, from: start)
      switch flaw {
      case .none, .zeroStateOfOnes, .mixesRows, .forgetsPast: break
      case .narrowOutputs:
        outputs = SequenceBatch(outputs.values.slice(axis: 2, 0..<2), lengths: inputs.lengths?.map(Int.init))
      case .lastBit: outputs = outputs.replacingValues(outputs.values * (1 + Float.ulpOfOne))
      case .ignoresLengths:
        let (values, state) = scanned(SequenceBatch(inputs.values), from: start)
        (outputs, last) = (inputs.replacingValues(values.values), state)
      case .masksByMultiplying:
        let nothing = (inputs.values * 0).sum(axis: 2).reshaped(to: [inputs.stepCount, inputs.batchSize, 1])
        outputs = outputs.replacingValues(outputs.values + nothing)
      case .countsSteps: outputs = outputs.replacingValues(outputs.values * (1 + Float(inputs.stepCount) / 1000))
      case .forgetsGivenState: (outputs, last) = scanned(inputs, from: zero)
      case .zeroesEmptyRows:
        if inputs.stepCount > 0 { last = last.map { $0 * (1 - padding(of: inputs)[0]) } }
      case .repeatsOutputsAtPadding:
        outputs = outputs.replacingValues(outputs.values + padding(of: inputs) * last.hidden)
      case .lastStateOfStepZero:
        if inputs.stepCount > 0 { last = HiddenState(hidden: outputs.values[0]) }
      case .stopsAtTheGivenState: (outputs, last) = scanned(inputs, from: start.detached())
      case .readsPaddedGradients:
        let weight = cell.gate.weight.value.sum()
        let zero = weight - weight.detached()
        outputs = outputs.replacingValues(outputs.values + padding(of: inputs) * zero)
      }
      return (outputs, last)
    }

    /// 1 at padded steps, else 0, `[T, N, 1]`.
    private func padding(of inputs: SequenceBatch) -> Tensor {
      let lengths = inputs.lengths ?? [Int32](repeating: Int32(inputs.stepCount), count: inputs.batchSize)
      let flags = (0..<inputs.stepCount).flatMap { step in lengths.map { step < $0 ? Float(0) : 1 } }
      return Tensor(flags, shape: [inputs.stepCount, inputs.batchSize, 1]).converted(to: inputs.values.elementType)
    }

    /// The library's own repetition of this cell's `step`.
    private func repeated(
      _ inputs: SequenceBatch, from start: HiddenState, _ direction: Direction
    ) -> (SequenceBatch, HiddenState) {
      Repeated(cell: self).scan(inputs, from: start, direction: direction)
    }
  }

  /// A cell's `step` with the scan that cells have by default.
  struct Repeated<Cell: RecurrentCell>: RecurrentCell {
    var cell: Cell
    var inputSize: Int { cell.inputSize }
    var hiddenSize: Int { cell.hiddenSize }
    mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) { cell.visit(&visitor) }
    func step(_ input: Tensor, from state: Cell.State) -> Cell.State { cell.step(input, from: state) }
  }

  /// The laws that each flaw must be seen to break.
  static func broken(by flaw: Flawed.Flaw) -> Set<CellLaw> {
    switch flaw {
    case .none: []
    case .narrowOutputs: [.shapes]
    case .lastBit: [.scanIsTheFoldOfStep, .lastStateIsTheLastOutput]
    case .zeroStateOfOnes: [.noStateIsTheZeroState]
    case .mixesRows: [.rowsAreIndependent]
    case .ignoresLengths: [.outputsAtPaddingAreZero, .emptyRowsKeepTheirState, .paddingChangesNothing]
    case .masksByMultiplying: [.paddingChangesNothing]
    case .countsSteps: [.scanIsTheFoldOfStep, .paddingChangesNothing, .carriedStateContinues]
    case .forgetsGivenState: [.scanIsTheFoldOfStep, .carriedStateContinues]
    case .zeroesEmptyRows: [.emptyRowsKeepTheirState]
    case .repeatsOutputsAtPadding: [.outputsAtPaddingAreZero]
    case .lastStateOfStepZero: [.lastStateIsTheLastOutput]
    case .forgetsPast, .stopsAtTheGivenState: [.gradientsAreSlopes]
    case .readsPaddedGradients: [.paddingChangesNothing]
    }
  }

  @Test(arguments: Flawed.Flaw.allCases) func seesAWrongCell(_ flaw: Flawed.Flaw) {
    let few = [CellBatch(steps: 4, rows: 2), CellBatch(steps: 4, lengths: [0, 2, 3])]
    let check = checkCell(
      Flawed(flaw: flaw), batches: flaw == .none ? CellBatch.standard : few, gradientSample: 12)
    #expect(check.violated.isSuperset(of: Self.broken(by: flaw)), "\(check.violations)")
    if flaw == .none { #expect(check.violations.isEmpty) }
  }
}
