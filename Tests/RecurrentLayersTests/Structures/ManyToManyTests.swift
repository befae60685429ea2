import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

struct ManyToManyTests {
  static let key = RandomKey(seed: 95)
  static let inputs = SequenceBatch(Tensor(normal: [4, 3, 2], key: key), lengths: [4, 0, 2])

  static func model() -> ManyToMany<RecurrentStack<AnySequenceLayer>> {
    ManyToMany(
      before: [TimeDistributed(Linear(inputSize: 2, outputSize: 3, key: key), Activation.relu)],
      RecurrentStack(SkipConnectionsTests.both(3, 2), GRU(inputSize: 4, hiddenSize: 3, key: key)),
      after: [TimeDistributed(LayerNorm(size: 3), Linear(inputSize: 3, outputSize: 5, key: key))])
  }

  @Test func everyStepHasLogits() {
    let model = Self.model()
    let (logits, last) = model(Self.inputs)
    #expect(logits.values.shape == [4, 3, 5] && logits.lengths == [4, 0, 2])
    #expect(logits.values[1][1].scalars == [0, 0, 0, 0, 0])
    #expect(last.layers.count == 2)
    #expect(checkModule(model) == [])
    #expect(model.parameters.first?.path == "before.0.0.weight")
    let inputs = SequenceBatch(Self.inputs.values.converted(to: .float64), lengths: [4, 0, 2])
    let check = checkGradient(of: model, sample: 100) { $0(inputs).logits.values.weighedSum() }
    #expect(check.agrees, "\(check)")
  }

  /// Padding is neither computed nor seen, not even by gradients of weights.
  @Test func paddingReachesNothing() {
    var spoiled = Self.inputs.values
    spoiled.withMutableScalars { scalars in
      for index in scalars.indices where index / 6 >= [4, 0, 2][index / 2 % 3] { scalars[index] = .nan }
    }
    func run(_ values: Tensor) -> (logits: [UInt32], gradients: [UInt32]) {
      var model = Self.model()
      let scope = GradientScope()
      let logits = scope.evaluate(at: &model) { model in
        let logits = model(SequenceBatch(values, lengths: [4, 0, 2])).logits.values
        return (logits.weighedSum(), logits.detached())
      }.auxiliary
      return (logits.scalars.map(\.bitPattern), scope.gradients.flat.scalars.map(\.bitPattern))
    }
    #expect(run(spoiled) == run(Self.inputs.values))
  }

  @Test func aLayerAtEveryStepIsTheLayerOfEachStep() {
    let layer = Linear(inputSize: 2, outputSize: 3, key: Self.key)
    let outputs = TimeDistributed(layer, Activation.tanh)(Self.inputs).values
    #expect(outputs[1][0].scalars == tanh(layer(Self.inputs.values[1]))[0].scalars)
    #expect(outputs[3][2].scalars == [0, 0, 0])
    #expect(TimeDistributed([])(Self.inputs).values.scalars == Self.inputs.values.scalars)
  }

  @Test func aSequenceHasOneAnswer() {
    let model = ManyToOne(
      before: [TimeDistributed(Linear(inputSize: 2, outputSize: 3, key: Self.key))],
      RecurrentStack(GRU(inputSize: 3, hiddenSize: 4, key: Self.key), SkipConnectionsTests.both(4, 2)),
      pooling: .last, head: Linear(inputSize: 4, outputSize: 2, key: Self.key))
    #expect(model(Self.inputs).shape == [3, 2])
    #expect(model(Self.inputs)[1].scalars == model.head.bias?.value.scalars)
    #expect(checkModule(model) == [])
    let inputs = SequenceBatch(Self.inputs.values.converted(to: .float64), lengths: [4, 0, 2])
    let check = checkGradient(of: model, sample: 100) { $0(inputs).weighedSum() }
    #expect(check.agrees, "\(check)")
  }

  /// Convolution and pooling stand in front of recurrent layers: fifteen channels of 24 steps become one answer.
  @Test func convolutionStandsInFront() {
    let model = ManyToOne(
      before: [
        Conv1d(inputChannels: 15, outputChannels: 6, kernelSize: 3, padding: .same, key: Self.key),
        BatchNorm1d(size: 6), MaxPool1d(kernelSize: 2),
      ], GRU(inputSize: 6, hiddenSize: 4, key: Self.key), pooling: .mean,
      head: Linear(inputSize: 4, outputSize: 2, key: Self.key))
    #expect(model(SequenceBatch(Tensor(normal: [24, 3, 15], key: Self.key), lengths: [24, 0, 7])).shape == [3, 2])
    #expect(checkModule(model) == [])
  }
}
