import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

struct WeightDropTests {
  static let key = RandomKey(seed: 83)
  static let ragged = SequenceBatch(.doubles([5, 3, 2], seed: 3), lengths: [5, 0, 3])

  /// The outputs of a training step, or of inference inside a scope.
  static func outputs(_ layer: some SequenceLayer, _ inputs: SequenceBatch, key: RandomKey?) -> [Float] {
    var model = layer
    return GradientScope().evaluate(at: &model, key: key) { model in
      let values = model(inputs).outputs.values
      return (values.sum(), values.detached().scalars)
    }.auxiliary
  }

  /// A linear network that shows its recurrent matrix: from the unit vectors, without input, a step gives its columns.
  static func matrixSeen(afterSteps steps: Int, rate: Float = 0.3, key: RandomKey?) -> [Float] {
    let size = 24
    var cell = ElmanCell(inputSize: 1, hiddenSize: size, activation: .identity, bias: .none, key: Self.key)
    cell.weights.inputHidden.value = Tensor(zeros: [size, 1])
    cell.weights.hiddenHidden.value = Tensor((0..<size * size).map { Float($0 % 7 + 1) / 8 }, shape: [size, size])
    let unit = Tensor((0..<size * size).map { $0 % (size + 1) == 0 ? 1 : 0 }, shape: [size, size])
    var layer = RecurrentLayer(cell, weightDrop: WeightDrop(rate))
    return GradientScope().evaluate(at: &layer, key: key) { layer in
      let nothing = SequenceBatch(Tensor(zeros: [steps, size, 1]))
      let last = layer(nothing, from: HiddenState(hidden: unit)).finalState.hidden
      return (last.sum(), last.transposed().detached().scalars)
    }.auxiliary
  }

  @Test func weightsAreEitherZeroOrScaledUp() {
    let seen = Self.matrixSeen(afterSteps: 1, key: Self.key)
    for (index, weight) in seen.enumerated() {
      let full = Float(index % 7 + 1) / 8
      #expect(weight == 0 || abs(weight - full / 0.7) < 1e-6)
    }
    let dropped = Double(seen.count { $0 == 0 }) / Double(seen.count)
    #expect(abs(dropped - 0.3) < 0.08, "\(dropped) of the weights are dropped")
  }

  @Test func oneMaskServesTheWholeSequence() {
    let once = Tensor(Self.matrixSeen(afterSteps: 1, key: Self.key), shape: [24, 24])
    let twice = Self.matrixSeen(afterSteps: 2, key: Self.key)
    let square = matmul(once, once).scalars
    for (a, b) in zip(twice, square) { #expect(abs(a - b) <= 1e-5 * max(1, abs(b))) }
  }

  @Test func masksDependOnTheKeyAlone() {
    let first = Self.matrixSeen(afterSteps: 1, key: Self.key)
    #expect(Self.matrixSeen(afterSteps: 1, key: Self.key) == first)
    #expect(Self.matrixSeen(afterSteps: 1, key: Self.key.folding(1)) != first)
    // Rows of a batch, and batches of any size, see the same weights.
    let layer = RecurrentLayer(LSTMCell(inputSize: 2, hiddenSize: 5, key: Self.key), weightDrop: 0.5)
    let inputs = Tensor(normal: [6, 3, 2], key: Self.key)
    let all = Self.outputs(layer, SequenceBatch(inputs), key: Self.key)
    let last = Self.outputs(layer, SequenceBatch(inputs.slice(axis: 1, 2..<3)), key: Self.key)
    for time in 0..<6 {
      let start = (time * 3 + 2) * 5
      #expect(Array(last[time * 5..<time * 5 + 5]) == Array(all[start..<start + 5]))
    }
  }

  @Test func onlyTrainingDrops() {
    let inputs = SequenceBatch(Tensor(normal: [5, 3, 2], key: Self.key))
    let cell = GRUCell(inputSize: 2, hiddenSize: 4, key: Self.key)
    let expected = GRU(cell)(inputs).outputs.values.scalars
    let layer = RecurrentLayer(cell, weightDrop: 0.5)
    #expect(layer(inputs).outputs.values.scalars == expected)
    #expect(Self.outputs(layer, inputs, key: nil) == expected)
    #expect(Self.outputs(layer, inputs, key: Self.key) != expected)
    #expect(Self.outputs(RecurrentLayer(cell, weightDrop: 0.0), inputs, key: Self.key) == expected)
    #expect(checkModule(layer).isEmpty)
    #expect(layer.parameters.map(\.path) == GRU(cell).parameters.map(\.path))
  }

  private func check<Cell: RecurrentCell>(
    _ cell: Cell, direction: Direction = .forward, recomputation: Recomputation = .never
  ) {
    let layer = RecurrentLayer(cell, direction: direction, weightDrop: 0.4, recomputation: recomputation)
    let check = checkGradient(of: layer, key: Self.key, sample: 60) { $0(Self.ragged).outputs.values.weighedSum() }
    #expect(check.agrees, "\(Cell.self): \(check)")
    // A weight that was dropped has no gradient: some have none, and some have one.
    var model = layer
    model.convert(to: .float64)
    let scope = GradientScope()
    _ = scope.evaluate(at: &model, key: Self.key) { $0(Self.ragged).outputs.values.weighedSum() }
    for (number, parameter) in model.parameters.enumerated() {
      let zeros = scope.gradients[number].doubles.count { $0 == 0 }
      let isRecurrent = parameter.path.hasPrefix("weight_h")
      #expect(isRecurrent ? (1..<parameter.parameter.value.count).contains(zeros) : zeros == 0, "\(parameter.path)")
    }
  }

  @Test func gradients() {
    check(LSTMCell(inputSize: 2, hiddenSize: 3, key: Self.key))
    check(LSTMCell(inputSize: 2, hiddenSize: 3, key: Self.key), recomputation: .segments(ofSteps: 2))
    check(GRUCell(inputSize: 2, hiddenSize: 3, key: Self.key), direction: .backward)
    check(GRUCell(inputSize: 2, hiddenSize: 3, variant: .resetBefore, key: Self.key))
    check(ElmanCell(inputSize: 2, hiddenSize: 3, key: Self.key))
    check(WrittenOutCell(inputSize: 2, hiddenSize: 3, key: Self.key))
    var variant = LSTMVariant()
    variant.hasPeepholes = true
    variant.projectionSize = 2
    check(LSTMVariantCell(inputSize: 2, hiddenSize: 3, variant: variant, key: Self.key))
  }

  @Test func gradientInBothDirections() {
    let layer = BidirectionalLayer(
      forward: LSTMCell(inputSize: 2, hiddenSize: 3, key: Self.key),
      backward: LSTMCell(inputSize: 2, hiddenSize: 3, key: Self.key.folding(1)),
      stateDropout: StateDropout(0.3), weightDrop: 0.4)
    let check = checkGradient(of: layer, key: Self.key, sample: 100) { $0(Self.ragged).outputs.values.weighedSum() }
    #expect(check.agrees, "\(check)")
  }

  /// Two equal cells drop different weights: with an input that reads the same both ways they would mirror each other.
  @Test func directionsHaveMasksOfTheirOwn() {
    let cell = ElmanCell(inputSize: 2, hiddenSize: 6, key: Self.key)
    let layer = BidirectionalLayer(forward: cell, backward: cell, weightDrop: 0.5)
    let inputs = SequenceBatch(Tensor(repeating: 0.5, shape: [4, 1, 2]))
    func mirrored(_ key: RandomKey?) -> Bool {
      let values = Self.outputs(layer, inputs, key: key)
      return Array(values[36..<42]) == Array(values[6..<12])
    }
    #expect(mirrored(nil))
    #expect(!mirrored(Self.key))
  }

  /// The fused sequence is the fold of single steps with the same weights.
  @Test func aSequenceIsTheFoldOfItsSteps() {
    var layer = RecurrentLayer(LSTMCell(inputSize: 2, hiddenSize: 5, key: Self.key), weightDrop: 0.5)
    let inputs = Tensor(normal: [6, 3, 2], key: Self.key)
    let (whole, folded) = GradientScope().evaluate(at: &layer, key: Self.key) { layer in
      var state: LSTMState?
      for time in 0..<6 { state = layer(SequenceBatch(inputs.slice(axis: 0, time..<time + 1)), from: state).finalState }
      let whole = layer(SequenceBatch(inputs)).finalState
      return (whole.hidden.sum(), (whole.cell.detached().scalars, state?.cell.detached().scalars))
    }.auxiliary
    #expect(whole == folded)
  }
}

/// A user's cell that follows the convention of names.
private struct WrittenOutCell: RecurrentCell {
  var inputWeight: Parameter
  var recurrentWeight: Parameter

  init(inputSize: Int, hiddenSize: Int, key: RandomKey) {
    inputWeight = Parameter(Tensor(normal: [inputSize, hiddenSize], key: key.folding(0)))
    recurrentWeight = Parameter(Tensor(normal: [hiddenSize, hiddenSize], key: key.folding(1)))
  }

  var inputSize: Int { inputWeight.value.shape[0] }
  var hiddenSize: Int { inputWeight.value.shape[1] }

  mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("weight_ih", &inputWeight)
    visitor.visit("weight_hh", &recurrentWeight)
  }

  func step(_ input: Tensor, from state: HiddenState) -> HiddenState {
    HiddenState(hidden: tanh(matmul(input, inputWeight.value) + matmul(state.hidden, recurrentWeight.value)))
  }
}
