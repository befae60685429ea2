import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

/// Layers that are gone round, and stacks of layers of different kinds.
struct SkipConnectionsTests {
  static let key = RandomKey(seed: 41)

  static func lstm(_ inputs: Int, _ hidden: Int) -> LSTM { LSTM(inputSize: inputs, hiddenSize: hidden, key: key) }
  static func gru(_ inputs: Int, _ hidden: Int) -> GRU { GRU(inputSize: inputs, hiddenSize: hidden, key: key) }
  static func peepholeCell(_ inputs: Int, _ hidden: Int) -> LSTMVariantCell {
    var variant = LSTMVariant()
    variant.hasPeepholes = true
    return LSTMVariantCell(inputSize: inputs, hiddenSize: hidden, variant: variant, key: key)
  }
  static func both(_ inputs: Int, _ hidden: Int) -> BidirectionalLayer<GRUCell> {
    BidirectionalLayer(
      forward: GRUCell(inputSize: inputs, hiddenSize: hidden, key: key.folding(1)),
      backward: GRUCell(inputSize: inputs, hiddenSize: hidden, key: key.folding(2)))
  }

  @Test func residualKeepsTheLaws() throws { try LayerLaws(Residual(Self.lstm(3, 3))).checkAll() }

  @Test func residualWithProjectionKeepsTheLaws() throws {
    try LayerLaws(Residual(Self.gru(2, 4), key: Self.key)).checkAll()
  }

  @Test func highwayKeepsTheLaws() throws { try LayerLaws(Highway(Self.lstm(3, 3), key: Self.key)).checkAll() }

  @Test func highwayRoundTwoDirectionsKeepsTheLaws() throws {
    try LayerLaws(Highway(Self.both(3, 2), key: Self.key)).checkAll(isCausal: false)
  }

  @Test func stacksKeepTheLaws() throws {
    try LayerLaws(RecurrentStack([Residual(Self.lstm(3, 3)), Residual(Self.lstm(3, 3))])).checkAll()
    try LayerLaws(RecurrentStack([Self.both(3, 2), Self.both(4, 2)])).checkAll(isCausal: false)
  }

  @Test func aStackOfDifferentKindsKeepsTheLaws() throws {
    let peephole = RecurrentLayer(Self.peepholeCell(4, 3))
    let inner = RecurrentStack(Self.gru(4, 4), Highway(Self.lstm(4, 4), key: Self.key))
    let stack = RecurrentStack(Self.lstm(2, 4), Residual(inner), Residual(peephole, key: Self.key))
    try LayerLaws(stack).checkAll()
    let (_, state) = stack(SequenceBatch(Tensor(zeros: [2, 1, 2])))
    #expect(state.layers.map(\.components.count) == [2, 3, 2])
    #expect(state.hidden.shape == [1, 3])
  }

  @Test func residualAddsItsInputs() throws {
    let x = SequenceBatch(Tensor(normal: [4, 2, 3], key: Self.key))
    let layer = Self.lstm(3, 3)
    #expect(Residual(layer)(x).outputs.values.scalars == (layer(x).outputs.values + x.values).scalars)
    let wide = Residual(Self.lstm(3, 5), key: Self.key)
    let projected = matmul(x.values.reshaped(to: [8, 3]), try #require(wide.projection).weight.value.transposed())
    let expected = wide.layer(x).outputs.values + projected.reshaped(to: [4, 2, 5])
    for (a, b) in zip(wide(x).outputs.values.scalars, expected.scalars) { #expect(abs(a - b) < 1e-6) }
  }

  /// At a gate bias far below 0 the inputs pass by; far above it the layer does all.
  @Test func highwayGatesBetweenInputsAndLayer() {
    let x = SequenceBatch(Tensor(normal: [4, 2, 3], key: Self.key))
    let layer = Self.lstm(3, 3)
    func outputs(_ bias: Float) -> [Float] {
      Highway(layer, gateBias: bias, key: Self.key)(x).outputs.values.scalars
    }
    for (a, b) in zip(outputs(-40), x.values.scalars) { #expect(abs(a - b) < 1e-6) }
    for (a, b) in zip(outputs(40), layer(x).outputs.values.scalars) { #expect(abs(a - b) < 1e-6) }
    let plain = Highway(layer, key: Self.key)
    let t = sigmoid(plain.gate(x.values))
    let expected = t * layer(x).outputs.values + (1 - t) * x.values
    for (a, b) in zip(plain(x).outputs.values.scalars, expected.scalars) { #expect(abs(a - b) < 1e-6) }
  }

  @Test func namesFollowTheStructure() {
    let stack = RecurrentStack(Self.lstm(2, 4), Highway(Residual(Self.gru(4, 4)), key: Self.key))
    let names = stack.parameters.map(\.path)
    #expect(names.prefix(2) == ["layers.0.weight_ih", "layers.0.weight_hh"])
    #expect(names[4] == "layers.1.layer.layer.weight_ih")
    #expect(names.suffix(2) == ["layers.1.gate.weight", "layers.1.gate.bias"])
  }

  @Test func aStateOfAnotherLayerIsRefused() throws {
    let stack = RecurrentStack(Self.lstm(2, 4), Self.gru(4, 3))
    let state = stack(SequenceBatch(Tensor(zeros: [1, 2, 2]))).finalState
    #expect(throws: StateError.partCount(expected: 3, actual: 2)) {
      try stack.validated(StackState(layers: [state.layers[0]]))
    }
    let other = StackState(layers: [state.layers[0], AnyState(components: [Tensor(zeros: [2, 5])])])
    #expect(throws: StateError.shape(part: 2, expected: [2, 3], actual: [2, 5])) { try stack.validated(other) }
    #expect(StateError.partCount(expected: 3, actual: 2).description.contains("another kind of layer"))
  }
}
