import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

struct StateDropoutTests {
  static let key = RandomKey(seed: 31)
  static let inputs = SequenceBatch(.doubles([5, 3, 2], seed: 3), lengths: [5, 0, 3])

  static func layer(_ rate: Float, _ masks: StateDropout.Masks = .perSequence) -> LSTM {
    LSTM(
      LSTMCell(inputSize: 2, hiddenSize: 4, key: key), stateDropout: StateDropout(rate, masks: masks))
  }

  /// The outputs of a training step.
  static func outputs(_ layer: some SequenceLayer, _ inputs: SequenceBatch, key: RandomKey?) -> [Float] {
    var model = layer
    return GradientScope().evaluate(at: &model, key: key) { model in
      let values = model(inputs).outputs.values
      return (values.sum(), values.detached().scalars)
    }.auxiliary
  }

  @Test(arguments: StateDropout.Masks.allCases, [false, true])
  func gradient(_ masks: StateDropout.Masks, _ isReversed: Bool) {
    let cell = GRUCell(inputSize: 2, hiddenSize: 3, variant: isReversed ? .resetBefore : .resetAfter, key: Self.key)
    let layer = RecurrentLayer(
      cell, direction: isReversed ? .backward : .forward, initialState: .trainable,
      stateDropout: StateDropout(0.4, masks: masks))
    let check = checkGradient(of: layer, key: Self.key) { $0(Self.inputs).outputs.values.weighedSum() }
    #expect(check.agrees, "\(check)")
  }

  @Test(arguments: StateDropout.Masks.allCases) func gradientInBothDirections(_ masks: StateDropout.Masks) {
    let layer = BidirectionalLayer(
      forward: LSTMCell(inputSize: 2, hiddenSize: 3, key: Self.key),
      backward: LSTMCell(inputSize: 2, hiddenSize: 3, key: Self.key.folding(1)),
      stateDropout: StateDropout(0.4, masks: masks))
    let check = checkGradient(of: layer, key: Self.key, sample: 100) { $0(Self.inputs).outputs.values.weighedSum() }
    #expect(check.agrees, "\(check)")
  }

  @Test func onlyTrainingDrops() {
    let inputs = SequenceBatch(Tensor(normal: [5, 3, 2], key: Self.key))
    let plain = LSTM(LSTMCell(inputSize: 2, hiddenSize: 4, key: Self.key))
    let expected = plain(inputs).outputs.values.scalars
    #expect(Self.layer(0.5)(inputs).outputs.values.scalars == expected)
    #expect(Self.outputs(Self.layer(0.5), inputs, key: nil) == expected)
    #expect(Self.outputs(Self.layer(0.5), inputs, key: Self.key) != expected)
    #expect(Self.outputs(Self.layer(0), inputs, key: Self.key) == expected)
  }

  /// The first step comes from the zero state, where there is nothing to drop; what a later step sees is the state times
  /// the mask, written out here with the cell's own steps.
  @Test(arguments: StateDropout.Masks.allCases) func masksAreAppliedToWhatTheNextStepSees(_ masks: StateDropout.Masks) {
    let layer = Self.layer(0.5, masks)
    let inputs = SequenceBatch(Tensor(normal: [6, 2, 2], key: Self.key))
    let values = Self.outputs(layer, inputs, key: Self.key)
    let repeated = RecurrentLayer(RepeatedCell(cell: layer.cell), stateDropout: StateDropout(0.5, masks: masks))
    let expected = Self.outputs(repeated, inputs, key: Self.key)
    #expect(values.count == expected.count)
    for (value, other) in zip(values, expected) { #expect(abs(value - other) < 1e-6) }
  }

  @Test func aMaskForEachSequenceStaysTheSame() throws {
    // An identity network without input: the state decays only through the mask, so a dropped unit stays 0 from then on,
    // and a kept one is scaled up by the same factor at every step.
    var cell = ElmanCell(inputSize: 1, hiddenSize: 50, activation: .identity, bias: .none, key: Self.key)
    cell.weights.inputHidden.value = Tensor(zeros: [50, 1])
    cell.weights.hiddenHidden.value = Tensor((0..<2500).map { $0 % 51 == 0 ? 1 : 0 }, shape: [50, 50])
    let state = HiddenState(hidden: Tensor(repeating: 1, shape: [1, 50]))
    func last(_ masks: StateDropout.Masks) -> [Float] {
      var layer = RecurrentLayer(cell, stateDropout: StateDropout(0.5, masks: masks))
      return GradientScope().evaluate(at: &layer, key: Self.key) { layer in
        let last = layer(SequenceBatch(Tensor(zeros: [3, 1, 1])), from: state).finalState.hidden
        return (last.sum(), last.detached().scalars)
      }.auxiliary
    }
    #expect(Set(last(.perSequence)) == [0, 8])
    let kept = last(.perSequence).count { $0 > 0 }
    #expect((15...35).contains(kept))
    #expect((1...15).contains(last(.perStep).count { $0 > 0 }))
  }
}

/// A cell's `step` with the scans that cells have by default.
private struct RepeatedCell: RecurrentCell {
  var cell: LSTMCell
  var inputSize: Int { cell.inputSize }
  var hiddenSize: Int { cell.hiddenSize }
  mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) { cell.visit(&visitor) }
  func step(_ input: Tensor, from state: LSTMState) -> LSTMState { cell.step(input, from: state) }
}
