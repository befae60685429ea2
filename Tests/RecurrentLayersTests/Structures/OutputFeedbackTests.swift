import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

struct OutputFeedbackTests {
  static let key = RandomKey(seed: 61)
  static let lengths = [5, 0, 3, 4]

  static func lstm() -> OutputFeedback<LSTMCell> {
    OutputFeedback(
      LSTMCell(inputSize: 5, hiddenSize: 4, key: key), readout: Linear(inputSize: 4, outputSize: 2, key: key),
      activation: .tanh)
  }

  @Test func feedbackRoundAnLSTMKeepsTheLaws() throws {
    let check = checkCell(Self.lstm())
    #expect(check.violations.isEmpty, "\(check.violations)")
    try LayerLaws(RecurrentLayer(Self.lstm())).checkAll()
  }

  @Test func jordanNetworksKeepTheLaws() throws {
    let network = JordanNetwork(inputSize: 3, hiddenSize: 4, outputSize: 2, key: Self.key)
    let check = checkCell(network.cell)
    #expect(check.violations.isEmpty, "\(check.violations)")
    try LayerLaws(network).checkAll()
  }

  @Test func feedforwardUnitsCarryNothing() {
    let cell = FeedforwardCell(inputSize: 3, hiddenSize: 4, key: Self.key)
    let check = checkCell(cell)
    #expect(check.violations.allSatisfy { $0.law == .gradientsAreSlopes && $0.place.contains("0 derivatives") })
    let x = Tensor(normal: [3, 2, 3], key: Self.key)
    let (outputs, _) = RecurrentLayer(cell)(SequenceBatch(x))
    let alone = RecurrentLayer(cell)(SequenceBatch(x.slice(axis: 0, 2..<3))).outputs.values
    #expect(outputs.values[2].scalars == alone.scalars)
  }

  /// Taught its own outputs, a network does what it does alone: the fused sequence has the numbers of the single steps.
  @Test(arguments: [false, true]) func aTeacherThatAgreesChangesNothing(_ beginsAnew: Bool) {
    let layer = RecurrentLayer(Self.lstm())
    let resets = StepFlags(stepCount: 5, batchSize: 4) { step, row in beginsAnew && step == row + 1 }
    let inputs = SequenceBatch(Tensor(normal: [5, 4, 3], key: Self.key), lengths: Self.lengths)
      .resetting(at: resets)
    let state = LayerLaws(layer).state
    let free = layer(inputs, from: state)
    let taught = layer(inputs, teacher: free.outputs.values, from: state)
    for (a, b) in zip(free.outputs.values.scalars, taught.outputs.values.scalars) { #expect(abs(a - b) < 1e-6) }
    for (mine, theirs) in zip(free.finalState.components, taught.finalState.components) {
      for (a, b) in zip(mine.scalars, theirs.scalars) { #expect(abs(a - b) < 1e-6) }
    }
  }

  @Test func aTeacherThatDiffersIsHeard() {
    let layer = RecurrentLayer(Self.lstm())
    let inputs = SequenceBatch(Tensor(normal: [5, 4, 3], key: Self.key), lengths: Self.lengths)
    let teacher = Tensor(normal: [5, 4, 2], key: Self.key.folding(1))
    let (outputs, last) = layer(inputs, teacher: teacher)
    #expect(outputs.values[0].scalars == layer(inputs).outputs.values[0].scalars)
    #expect(outputs.values[1].scalars != layer(inputs).outputs.values[1].scalars)
    #expect(last.output[2].scalars == teacher[2][2].scalars && last.output[1].scalars == [0, 0])
    // A sequence cut in two goes on as if it had not been.
    let early = layer(
      SequenceBatch(inputs.values.slice(axis: 0, 0..<2), lengths: Self.lengths.map { min($0, 2) }),
      teacher: teacher.slice(axis: 0, 0..<2))
    let late = layer(
      SequenceBatch(inputs.values.slice(axis: 0, 2..<5), lengths: Self.lengths.map { max($0 - 2, 0) }),
      teacher: teacher.slice(axis: 0, 2..<5), from: early.finalState)
    #expect(late.outputs.values.scalars == outputs.values.slice(axis: 0, 2..<5).scalars)
  }

  @Test func aTaughtSequenceHasGradients() {
    let inputs = SequenceBatch(.doubles([5, 4, 3], seed: 1), lengths: Self.lengths)
    let teacher = Tensor.doubles([5, 4, 2], seed: 2)
    let check = checkGradient(of: RecurrentLayer(Self.lstm()), sample: 100) { layer in
      let (outputs, last) = layer(inputs, teacher: teacher)
      return outputs.values.weighedSum() + last.cell.cell.weighedSum()
    }
    #expect(check.agrees, "\(check)")
  }
}
