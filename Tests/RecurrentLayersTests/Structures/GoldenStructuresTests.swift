import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

/// Structures against networks assembled from `torch.nn`, and step masks against Keras.
struct GoldenStructuresTests {
  static let key = RandomKey(seed: 0)

  /// Compares the result of a model with the weights and inputs of a case, and all gradients.
  private func expectGolden<M: Module>(
    _ name: String, _ model: M, _ elementType: ElementType, _ result: (M, Tensor) -> Tensor
  ) throws {
    let fixture = try Fixture("structures/structures")
    var model = try Self.loaded(model, fixture, name, elementType)
    let upstream = try fixture.tensor("upstream/y", in: name).converted(to: elementType)
    let scope = GradientScope()
    let y = scope.evaluate(at: &model) { model in
      let y = result(model.model, model.x.value)
      return ((y * upstream).sum(), y.detached())
    }.auxiliary
    let isDouble = elementType == .float64
    #expect(try (isDouble ? Tolerance.rounding : .forward).used(y, fixture.tensor("y", in: name)) <= 1)
    for (position, parameter) in model.parameters.enumerated() {
      let truth = try fixture.tensor("grad/\(parameter.path)", in: name)
      let share = (isDouble ? Tolerance.rounding : .gradient).used(scope.gradients[position], truth)
      #expect(share <= 1, "gradient of \(parameter.path): \(share) of the tolerance")
    }
    let gradients = fixture.names(in: name).count { $0.hasPrefix("grad/") }
    #expect(gradients == model.parameters.count)
  }

  struct WithInputs<M: Module>: Module {
    var model: M
    var x: Parameter
    mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
      model.visit(&visitor)
      visitor.visit("x", &x)
    }
  }

  private static func loaded<M: Module>(
    _ model: M, _ fixture: Fixture, _ name: String, _ elementType: ElementType
  ) throws -> WithInputs<M> {
    var model = WithInputs(model: model, x: Parameter(try fixture.tensor("x", in: name)))
    model.mapParameters { _, value in value.converted(to: elementType) }
    let tensors = try Dictionary(
      uniqueKeysWithValues: model.parameters.map { ($0.path, try fixture.tensor($0.path, in: name)) })
    try model.load(tensors)
    return model
  }

  private static func integers(_ key: String, _ name: String) throws -> [Int] {
    try Fixture("structures/structures").integers(key, in: name).map(Int.init)
  }

  static let types: [ElementType] = [.float32, .float64]

  @Test(arguments: types) func skips(_ type: ElementType) throws {
    let stack = RecurrentStack(
      Residual(GRU(inputSize: 3, hiddenSize: 4, key: Self.key), key: Self.key),
      Residual(LSTM(inputSize: 4, hiddenSize: 4, key: Self.key)),
      Highway(GRU(inputSize: 4, hiddenSize: 4, key: Self.key), key: Self.key))
    let lengths = try Self.integers("lengths", "skips")
    try expectGolden("skips", stack, type) { $0(SequenceBatch($1, lengths: lengths)).outputs.values }
  }

  private func expectPooled<Pooling: SequencePooling>(
    _ name: String, _ pooling: Pooling, _ type: ElementType
  ) throws {
    let layer = BidirectionalLayer(
      forward: LSTMCell(inputSize: 3, hiddenSize: 4, key: Self.key),
      backward: LSTMCell(inputSize: 3, hiddenSize: 4, key: Self.key))
    let model = ManyToOne(layer, pooling: pooling, head: Linear(inputSize: 8, outputSize: 2, key: Self.key))
    let lengths = try Self.integers("lengths", name)
    try expectGolden(name, model, type) { $0(SequenceBatch($1, lengths: lengths)) }
  }

  @Test(arguments: types) func manyToOne(_ type: ElementType) throws {
    try expectPooled("pooled-last", .last, type)
    try expectPooled("pooled-mean", .mean, type)
    try expectPooled("pooled-max", .max, type)
  }

  @Test(arguments: types) func oneToMany(_ type: ElementType) throws {
    let layer = GRU(inputSize: 4, hiddenSize: 4, key: Self.key)
    let model = OneToMany(
      layer, feed: VectorFeed(size: 2), readout: Linear(inputSize: 4, outputSize: 2, key: Self.key),
      contextSteps: .first, bridge: Bridge(contextSize: 2, to: layer, key: Self.key))
    try expectGolden("one-to-many", model, type) { $0.generate(from: $1, stepCount: 6) }
  }

  @Test(arguments: types) func encoderDecoder(_ type: ElementType) throws {
    let name = "encoder-decoder"
    let layer = LSTM(inputSize: 6, hiddenSize: 5, key: Self.key)
    let decoder = OneToMany(
      layer, feed: TokenFeed(Embedding(vocabularySize: 6, size: 2, key: Self.key), start: 0),
      readout: Linear(inputSize: 5, outputSize: 6, key: Self.key), contextSteps: .every,
      bridge: Bridge(contextSize: 4, to: layer, key: Self.key))
    let model = EncoderDecoder(GRU(inputSize: 3, hiddenSize: 4, key: Self.key), context: .last, decoder: decoder)
    let lengths = try Self.integers("lengths", name)
    let targets = try Self.integers("targets", name)
    let rows = try Self.integers("target_lengths", name).enumerated().map { row, length in
      (0..<length).map { Int32(targets[$0 * 3 + row]) }
    }
    try expectGolden(name, model, type) {
      $0(SequenceBatch($1, lengths: lengths), targets: TokenBatch(rows)).values
    }
    let fixture = try Fixture("structures/structures")
    let trained = try Self.loaded(model, fixture, name, type)
    let greedy = try fixture.integers("greedy", in: name)
    let found = trained.model.generate(from: SequenceBatch(trained.x.value, lengths: lengths), limit: 7)
    #expect(found == (0..<3).map { row in (0..<7).map { greedy[$0 * 3 + row] } })
  }

  @Test(arguments: types) func attentionPooling(_ type: ElementType) throws {
    let score = AdditiveAttention(querySize: 3, keySize: 8, size: 5, hasBias: true, key: Self.key)
    let pooling = AttentionPooling(score, key: Self.key)
    try expectPooled("pooled-attention", pooling, type)
    let layer = BidirectionalLayer(
      forward: LSTMCell(inputSize: 3, hiddenSize: 4, key: Self.key),
      backward: LSTMCell(inputSize: 3, hiddenSize: 4, key: Self.key))
    let fixture = try Fixture("structures/structures")
    let model = try Self.loaded(
      ManyToOne(layer, pooling: pooling, head: Linear(inputSize: 8, outputSize: 2, key: Self.key)), fixture,
      "pooled-attention", type)
    let lengths = try Self.integers("lengths", "pooled-attention")
    let outputs = model.model.layer(SequenceBatch(model.x.value, lengths: lengths)).outputs
    let weights = model.model.pooling.attending(to: outputs).weights
    let expected = try fixture.tensor("weights", in: "pooled-attention")
    #expect((type == .float64 ? Tolerance.rounding : .forward).used(weights, expected) <= 1)
  }

  /// Training, gradients, weights and greedy symbols of a decoder that looks back.
  private func expectAttending<Layer: SequenceLayer, Score: Attention>(
    _ type: ElementType, _ order: AttentionOrder, _ score: Score, _ layer: Layer, combination: Linear?, readout: Linear
  ) throws {
    let name = "attention-\(order.rawValue)"
    let decoder = AttentionDecoder(
      layer, feed: TokenFeed(Embedding(vocabularySize: 6, size: 2, key: Self.key), start: 0), attention: score,
      combination: combination, readout: readout, order: order,
      bridge: Bridge(contextSize: 4, to: layer, key: Self.key))
    let model = EncoderDecoder(GRU(inputSize: 3, hiddenSize: 4, key: Self.key), context: .last, decoder: decoder)
    let lengths = try Self.integers("lengths", name)
    let targets = try Self.integers("targets", name)
    let rows = TokenBatch(
      try Self.integers("target_lengths", name).enumerated().map { row, length in
        (0..<length).map { Int32(targets[$0 * 3 + row]) }
      })
    try expectGolden(name, model, type) { $0(SequenceBatch($1, lengths: lengths), targets: rows).values }
    let fixture = try Fixture("structures/structures")
    let trained = try Self.loaded(model, fixture, name, type)
    let encoding = trained.model.encode(SequenceBatch(trained.x.value, lengths: lengths))
    let weights = trained.model.decoder.attending(to: encoding, targets: rows).weights
    let tolerance = type == .float64 ? Tolerance.rounding : .forward
    #expect(try tolerance.used(weights, fixture.tensor("weights", in: name)) <= 1)
    let greedy = try fixture.integers("greedy", in: name)
    let found = trained.model.decoder.generate(from: encoding, limit: 7, end: nil)
    #expect(found == (0..<3).map { row in (0..<7).map { greedy[$0 * 3 + row] } })
  }

  @Test(arguments: types) func attentionDecoders(_ type: ElementType) throws {
    func additive(_ query: Int) -> AdditiveAttention {
      AdditiveAttention(querySize: query, keySize: 4, size: 3, key: Self.key)
    }
    func linear(_ inputs: Int, _ outputs: Int) -> Linear {
      Linear(inputSize: inputs, outputSize: outputs, key: Self.key)
    }
    try expectAttending(
      type, .beforeStep, additive(4), GRU(inputSize: 6, hiddenSize: 4, key: Self.key), combination: nil,
      readout: linear(8, 6))
    try expectAttending(
      type, .afterStep, GeneralAttention(querySize: 5, keySize: 4, key: Self.key),
      LSTM(inputSize: 2, hiddenSize: 5, key: Self.key), combination: linear(9, 3), readout: linear(3, 6))
    try expectAttending(
      type, .afterStepWithFeeding, additive(5), LSTM(inputSize: 5, hiddenSize: 5, key: Self.key),
      combination: linear(9, 3), readout: linear(3, 6))
  }

  @Test(arguments: types) func jordan(_ type: ElementType) throws {
    let model = JordanNetwork(inputSize: 2, hiddenSize: 5, outputSize: 2, key: Self.key)
    try expectGolden("jordan", model, type) { $0(SequenceBatch($1)).outputs.values }
    let fixture = try Fixture("structures/structures")
    let trained = try Self.loaded(model, fixture, "jordan", type)
    let teacher = try fixture.tensor("teacher", in: "jordan").converted(to: type)
    let taught = trained.model(SequenceBatch(trained.x.value), teacher: teacher).outputs.values
    #expect(try Tolerance.forward.used(taught, fixture.tensor("taught", in: "jordan")) <= 1)
  }

  @Test(arguments: types) func stepMask(_ type: ElementType) throws {
    let name = "step-mask"
    let fixture = try Fixture("structures/structures")
    let layer = LSTM(LSTMCell(inputSize: 3, hiddenSize: 4, bias: .single, key: Self.key))
    let model = try Self.loaded(layer, fixture, name, type)
    let flags = try fixture.integers("mask", in: name)
    let mask = StepFlags(stepCount: 6, batchSize: 4) { flags[$0 * 4 + $1] == 1 }
    let (outputs, last) = model.model(SequenceBatch(model.x.value), mask: mask)
    let tolerance = type == .float64 ? Tolerance.rounding : .forward
    #expect(try tolerance.used(outputs.values, fixture.tensor("y", in: name)) <= 1)
    #expect(try tolerance.used(last.hidden, fixture.tensor("h", in: name)) <= 1)
    #expect(try tolerance.used(last.cell, fixture.tensor("c", in: name)) <= 1)
  }
}
