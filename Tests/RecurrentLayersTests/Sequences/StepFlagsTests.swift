import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

/// Rows that begin anew inside a batch.
struct StepFlagsTests {
  static let key = RandomKey(seed: 51)
  static let lengths = [6, 4, 0, 5]
  /// Row 0 begins anew at steps 2 and 3, row 1 at 0, row 3 behind its end and before its last step.
  static let resets = StepFlags(stepCount: 6, batchSize: 4) { step, row in
    [[2, 3], [0], [1], [4, 5]][row].contains(step)
  }

  @Test func flagsAreRead() {
    let flags = StepFlags([[true, false], [false, false], [false, true]])
    #expect(flags.stepCount == 3 && flags.batchSize == 2)
    #expect(flags[0, 0] && flags[2, 1] && !flags[1, 0])
    #expect(flags == StepFlags(stepCount: 3, batchSize: 2) { $0 == 2 * $1 })
  }

  @Test func keptStepsMoveToTheFront() {
    let batch = SequenceBatch(Tensor([1, 10, 2, 20, 3, 30], shape: [3, 2, 1]), lengths: [3, 2])
    let kept = batch.keeping(StepFlags([[false, true], [true, false], [true, true]]))
    #expect(kept.values.scalars == [2, 10, 3, 0])
    #expect(kept.lengths == [2, 1])
    let none = batch.keeping(StepFlags(stepCount: 3, batchSize: 2) { _, _ in false })
    #expect(none.stepCount == 0 && none.lengths == [0, 0])
    let check = checkFunctionGradient(of: batch.values) {
      SequenceBatch($0).keeping(StepFlags([[false, true], [true, false], [true, true]])).values
    }
    #expect(check.agrees, "\(check)")
  }

  /// Each part of a row between resets is a sequence of its own, from the layer's own first state.
  private func expectParts<Layer: SequenceLayer>(
    _ layer: Layer, isReversed: Bool = false, tolerance: Float = 1e-6, _ comment: Comment
  ) {
    let laws = LayerLaws(layer)
    let values = Tensor(normal: [6, 4, layer.inputSize], key: Self.key)
    let given = laws.state
    let (outputs, last) = layer(SequenceBatch(values, lengths: Self.lengths), from: given, resets: Self.resets)
    for (row, length) in Self.lengths.enumerated() {
      let starts = [0] + (0..<length).filter { Self.resets[$0, row] } + [length]
      let hasReset = starts.count > 2
      for (start, end) in zip(starts, starts.dropFirst()) {
        let part = SequenceBatch(values.slice(axis: 0, start..<end).slice(axis: 1, row..<row + 1))
        let isGiven = isReversed ? end == length : start == 0 && !(hasReset && Self.resets[0, row])
        let alone = layer(part, from: isGiven ? given.selecting(rows: [row]) : nil)
        for step in start..<end {
          for (a, b) in zip(outputs.values[step][row].scalars, alone.outputs.values[step - start][0].scalars) {
            #expect(abs(a - b) <= tolerance, comment)
          }
        }
        let isLast = isReversed ? start == 0 && end > 0 : end == length
        guard isLast && start < end else { continue }
        for (mine, theirs) in zip(last.components, alone.finalState.components) {
          for (a, b) in zip(mine[row].scalars, theirs[0].scalars) { #expect(abs(a - b) <= tolerance, comment) }
        }
      }
    }
    let check = checkGradient(
      of: LayerWithInputs(layer: layer, inputs: Parameter(values)), sample: 60
    ) { model in
      let batch = SequenceBatch(model.inputs.value, lengths: Self.lengths).resetting(at: Self.resets)
      let (outputs, last) = model.layer(batch)
      return last.components.reduce(outputs.values.weighedSum()) { $0 + $1.weighedSum() }
    }
    #expect(check.agrees, "\(check)")
  }

  @Test func cellsWithKernelsBeginAnew() {
    expectParts(LSTM(inputSize: 2, hiddenSize: 3, key: Self.key), "LSTM")
    expectParts(GRU(inputSize: 2, hiddenSize: 3, key: Self.key), "GRU")
    expectParts(
      RecurrentLayer(GRUCell(inputSize: 2, hiddenSize: 3, variant: .resetBefore, key: Self.key)), "GRU, reset before")
    expectParts(ElmanRNN(inputSize: 2, hiddenSize: 3, key: Self.key), "Elman")
  }

  @Test func otherCellsBeginAnew() {
    let peephole = SkipConnectionsTests.peepholeCell(2, 3)
    expectParts(RecurrentLayer(peephole), "peephole LSTM")
    expectParts(RecurrentLayer(RecurrentCellTests.cell(2, 3)), "a user's cell")
    let averaging = RecurrentCellTests.AveragingCell(head: Linear(inputSize: 3, outputSize: 2, key: Self.key))
    expectParts(RecurrentLayer(averaging), "a first state that is not zero")
  }

  @Test func trainedFirstStatesComeBack() {
    func moved<Cell: RecurrentCell>(_ cell: Cell) -> RecurrentLayer<Cell> {
      var layer = RecurrentLayer(cell, initialState: .trainable)
      layer.mapParameters { path, value in
        path.hasPrefix("initial") ? Tensor(normal: value.shape, key: Self.key.folding(value.count)) : value
      }
      return layer
    }
    expectParts(moved(LSTMCell(inputSize: 2, hiddenSize: 3, key: Self.key)), "LSTM")
    expectParts(moved(GRUCell(inputSize: 2, hiddenSize: 3, key: Self.key)), "GRU")
    expectParts(moved(SkipConnectionsTests.peepholeCell(2, 3)), "peephole LSTM")
    expectParts(moved(RecurrentCellTests.cell(2, 3)), "a user's cell")
  }

  @Test func directionsAndStacksBeginAnew() {
    let backward = RecurrentLayer(GRUCell(inputSize: 2, hiddenSize: 3, key: Self.key), direction: .backward)
    expectParts(backward, isReversed: true, "backward")
    let stack = RecurrentStack(
      LSTM(inputSize: 2, hiddenSize: 3, key: Self.key), Residual(GRU(inputSize: 3, hiddenSize: 3, key: Self.key)))
    expectParts(stack, "stack")
  }

  /// Nothing crosses the border between two parts of a row, in either direction.
  @Test func twoDirectionsDoNotSeeAcrossABorder() {
    let layer = SkipConnectionsTests.both(2, 3)
    let values = Tensor(normal: [6, 1, 2], key: Self.key)
    let resets = StepFlags(stepCount: 6, batchSize: 1) { step, _ in step == 4 }
    let (outputs, _) = layer(SequenceBatch(values), resets: resets)
    let parts = [0..<4, 4..<6].map { layer(SequenceBatch(values.slice(axis: 0, $0))).outputs.values }
    for (a, b) in zip(outputs.values.scalars, Tensor(concatenating: parts, axis: 0).scalars) {
      #expect(abs(a - b) < 1e-6)
    }
  }

  /// A reset at a step that is passed over happens at the next one.
  @Test func resetsAndMasksGoTogether() {
    let layer = LSTM(inputSize: 2, hiddenSize: 3, key: Self.key)
    let values = Tensor(normal: [5, 1, 2], key: Self.key)
    let mask = StepFlags([[true], [true], [false], [true], [true]])
    let resets = StepFlags([[false], [false], [true], [false], [false]])
    let (outputs, last) = layer(SequenceBatch(values), mask: mask, resets: resets)
    let late = layer(SequenceBatch(values.slice(axis: 0, 3..<5)))
    for (a, b) in zip(outputs.values.slice(axis: 0, 3..<5).scalars, late.outputs.values.scalars) {
      #expect(abs(a - b) < 1e-6)
    }
    for (a, b) in zip(last.cell.scalars, late.finalState.cell.scalars) { #expect(abs(a - b) < 1e-6) }
    #expect(outputs.values[2].scalars == [0, 0, 0])
  }

  @Test func aBatchWithoutRowsMayHaveFlags() {
    let flags = StepFlags(stepCount: 3, batchSize: 0) { _, _ in true }
    let (outputs, _) = GRU(inputSize: 2, hiddenSize: 3, key: Self.key)(
      SequenceBatch(Tensor(zeros: [3, 0, 2])), mask: flags, resets: flags)
    #expect(outputs.values.shape == [3, 0, 3])
  }
}
