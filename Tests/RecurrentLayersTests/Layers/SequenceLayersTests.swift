import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

/// Layers, directions and stacks composed.
struct SequenceLayersTests {
  static let key = RandomKey(seed: 21)
  static let inputs = SequenceBatch(.doubles([4, 3, 2], seed: 2), lengths: [2, 4, 0])
  static let floatInputs = SequenceBatch(Tensor(normal: [4, 3, 2], key: key), lengths: [2, 4, 0])

  static func bits(_ tensor: Tensor) -> [UInt32] { tensor.scalars.map(\.bitPattern) }

  static func lstm(_ inputs: Int, _ hidden: Int, _ number: Int = 0) -> LSTMCell {
    LSTMCell(inputSize: inputs, hiddenSize: hidden, key: key.folding(number))
  }

  static func gru(_ inputs: Int, _ hidden: Int) -> GRUCell {
    GRUCell(inputSize: inputs, hiddenSize: hidden, bias: .single, key: key)
  }

  // MARK: Directions

  typealias Merge = BidirectionalLayer<LSTMCell>.Merge

  static func both(_ merge: Merge) -> BidirectionalLayer<LSTMCell> {
    BidirectionalLayer(forward: lstm(2, 3), backward: lstm(2, 3, 1), merge: merge)
  }

  @Test(arguments: Merge.allCases) func directionsAreMerged(_ merge: Merge) {
    let layer = Self.both(merge)
    let (ahead, back, _) = layer.separate(Self.floatInputs)
    let merged = layer(Self.floatInputs).outputs
    #expect(merged.featureCount == layer.outputSize)
    #expect(merged.lengths == Self.floatInputs.lengths)
    let pairs = zip(ahead.values.scalars, back.values.scalars)
    switch merge {
    case .concatenate:
      let halves = merged.values.split(into: 2, axis: 2)
      #expect(Self.bits(halves[0]) == Self.bits(ahead.values))
      #expect(Self.bits(halves[1]) == Self.bits(back.values))
    case .sum: #expect(merged.values.scalars == pairs.map(+))
    case .average: #expect(merged.values.scalars == pairs.map { ($0 + $1) * 0.5 })
    case .multiply: #expect(merged.values.scalars == pairs.map(*))
    }
  }

  @Test(arguments: Merge.allCases) func directionsHaveGradients(_ merge: Merge) {
    let check = checkGradient(of: Self.both(merge), sample: 120) { layer in
      let (outputs, last) = layer(Self.inputs)
      return outputs.values.weighedSum() + last.components.reduce(last.hidden.weighedSum()) { $0 + $1.weighedSum() }
    }
    #expect(check.agrees, "\(check)")
  }

  // MARK: Stacks

  @Test func layersOfDifferentWidthsStack() {
    let stack = RecurrentStack([LSTM(Self.lstm(2, 5)), LSTM(Self.lstm(5, 1)), LSTM(Self.lstm(1, 3))])
    #expect(stack.inputSize == 2 && stack.outputSize == 3)
    let check = checkGradient(of: stack, sample: 120) { $0(Self.inputs).outputs.values.weighedSum() }
    #expect(check.agrees, "\(check)")
  }

  @Test func layersOfDifferentKindsStack() {
    let stack = RecurrentStack([
      AnySequenceLayer(Self.both(.concatenate)), AnySequenceLayer(GRU(Self.gru(6, 4))),
      AnySequenceLayer(
        RecurrentLayer(ElmanCell(inputSize: 4, hiddenSize: 2, bias: .none, key: Self.key), direction: .backward)),
    ])
    let check = checkGradient(of: stack, sample: 150) { stack in
      let (outputs, last) = stack(Self.inputs)
      return last.layers.flatMap(\.components).reduce(outputs.values.weighedSum()) { $0 + $1.weighedSum() }
    }
    #expect(check.agrees, "\(check)")
  }

  @Test func aLayerOfAnyKindGivesTheBitsOfTheLayer() {
    let layer = Self.both(.concatenate)
    let any = AnySequenceLayer(AnySequenceLayer(layer))
    #expect(any.inputSize == 2 && any.outputSize == 6)
    let (outputs, last) = layer(Self.floatInputs)
    let (anyOutputs, anyLast) = any(Self.floatInputs, from: nil)
    #expect(Self.bits(outputs.values) == Self.bits(anyOutputs.values))
    #expect(last.components.map(Self.bits) == anyLast.components.map(Self.bits))
    let again = layer(Self.floatInputs, from: last).outputs
    #expect(Self.bits(again.values) == Self.bits(any(Self.floatInputs, from: anyLast).outputs.values))
  }

  @Test func aCarriedStackStateContinues() {
    let stack = RecurrentStack([LSTM(Self.lstm(2, 3)), LSTM(Self.lstm(3, 3, 1))])
    let x = Tensor(normal: [7, 2, 2], key: Self.key)
    let whole = stack(SequenceBatch(x))
    let first = stack(SequenceBatch(x.slice(axis: 0, 0..<3)))
    let second = stack(SequenceBatch(x.slice(axis: 0, 3..<7)), from: first.finalState.detached())
    let joined = Tensor(concatenating: [first.outputs.values, second.outputs.values], axis: 0)
    #expect(Self.bits(joined) == Self.bits(whole.outputs.values))
    for (mine, theirs) in zip(second.finalState.layers, whole.finalState.layers) {
      #expect(Self.bits(mine.cell) == Self.bits(theirs.cell))
    }
  }

  @Test func dropoutBetweenLayersHasGradients() {
    let stack = RecurrentStack(
      [LSTM(Self.lstm(2, 4)), LSTM(Self.lstm(4, 4, 1)), LSTM(Self.lstm(4, 2, 2))], dropout: 0.4)
    let check = checkGradient(of: stack, key: Self.key, sample: 60) { $0(Self.inputs).outputs.values.weighedSum() }
    #expect(check.agrees, "\(check)")
  }

  /// Each layer drops by itself: equal masks would tie the layers together.
  @Test func layersOfAStackDropDifferently() {
    let identity = (0..<3).map { _ in
      var cell = ElmanCell(inputSize: 64, hiddenSize: 64, activation: .identity, bias: .none, key: Self.key)
      cell.weights.inputHidden.value = Initializer.identity().values([64, 64], bound: 1, key: Self.key)
      cell.weights.hiddenHidden.value = Tensor(zeros: [64, 64])
      return RecurrentLayer(cell)
    }
    var stack = RecurrentStack(identity, dropout: 0.5)
    let ones = SequenceBatch(Tensor(repeating: 1, shape: [1, 4, 64]))
    let outputs = GradientScope().evaluate(at: &stack, key: Self.key) { stack in
      (Tensor(0), stack(ones).outputs.values.scalars)
    }.auxiliary
    #expect(Set(outputs) == [0, 4])
    // A quarter of 256 survives both masks; half of them would survive two equal ones.
    #expect((40...90).contains(outputs.count { $0 != 0 }))
  }

  // MARK: First states

  @Test func trainedFirstStatesAreUsedUnlessOneIsGiven() {
    var layer = RecurrentLayer(Self.gru(2, 3), initialState: .trainable)
    let plain = RecurrentLayer(Self.gru(2, 3))
    #expect(Self.bits(layer(Self.floatInputs).outputs.values) == Self.bits(plain(Self.floatInputs).outputs.values))
    layer.mapParameters { path, value in path == "initial_hidden_l0" ? Tensor([0.1, -0.2, 0.3], shape: [1, 3]) : value }
    let started = layer(Self.floatInputs)
    let given = HiddenState(hidden: Tensor([0.1, -0.2, 0.3, 0.1, -0.2, 0.3, 0.1, -0.2, 0.3], shape: [3, 3]))
    #expect(Self.bits(started.outputs.values) == Self.bits(plain(Self.floatInputs, from: given).outputs.values))
    #expect(Self.bits(started.finalState.hidden.rows(at: [2])) == Self.bits(Tensor([0.1, -0.2, 0.3])))
    let zero = HiddenState(hidden: Tensor(zeros: [3, 3]))
    #expect(
      Self.bits(layer(Self.floatInputs, from: zero).outputs.values)
        == Self.bits(plain(Self.floatInputs).outputs.values))
  }

  @Test func trainedFirstStatesHaveGradients() {
    let stack = RecurrentStack([
      BidirectionalLayer(forward: Self.lstm(2, 3), backward: Self.lstm(2, 3, 1), initialState: .trainable),
      BidirectionalLayer(forward: Self.lstm(6, 3, 2), backward: Self.lstm(6, 3, 3), initialState: .trainable),
    ])
    let trained = stack.parameters.indices.filter { stack.parameters[$0].path.hasPrefix("initial") }
    #expect(trained.count == 8)
    var onlyStates = stack
    onlyStates.setTrainable(false) { !$0.hasPrefix("initial") }
    let check = checkGradient(of: onlyStates) { stack in
      let (outputs, last) = stack(Self.inputs)
      return last.layers.flatMap(\.components).reduce(outputs.values.weighedSum()) { $0 + $1.weighedSum() }
    }
    #expect(check.agrees, "\(check)")
    #expect(check.count == 24)
  }

  // MARK: Biases

  /// Two biases are one in effect: their sum.
  @Test func biasesAddUp() {
    let double = LSTMCell(inputSize: 2, hiddenSize: 3, bias: .double, key: Self.key)
    var single = LSTMCell(inputSize: 2, hiddenSize: 3, bias: .single, key: Self.key)
    let parts = [double.weights.inputBias, double.weights.hiddenBias].compactMap { $0?.value }
    single.weights.inputBias?.value = parts[0] + parts[1]
    let pairs = zip(
      LSTM(double)(Self.floatInputs).outputs.values.scalars, LSTM(single)(Self.floatInputs).outputs.values.scalars)
    #expect(pairs.allSatisfy { abs($0 - $1) < 1e-6 })
    var none = LSTMCell(inputSize: 2, hiddenSize: 3, bias: .none, key: Self.key)
    none.weights.inputHidden = double.weights.inputHidden
    none.weights.hiddenHidden = double.weights.hiddenHidden
    #expect(LSTM(none)(Self.floatInputs).outputs.values.scalars != pairs.map(\.0))
  }

  // MARK: Simple layers

  @Test func simpleLayersHaveGradients() {
    let x = Tensor.doubles([3, 2, 4], seed: 5)
    let linear = checkGradient(of: Linear(inputSize: 4, outputSize: 3, key: Self.key)) { $0(x).weighedSum() }
    #expect(linear.agrees, "\(linear)")
    let norm = checkGradient(of: LayerNorm(size: 4)) { $0(x).weighedSum() }
    #expect(norm.agrees, "\(norm)")
    let sequence = Linear(inputSize: 4, outputSize: 3, key: Self.key)(
      SequenceBatch(Tensor(normal: [3, 2, 4], key: Self.key), lengths: [1, 3]))
    #expect(sequence.values.shape == [3, 2, 3] && sequence.lengths == [1, 3])
  }
}
