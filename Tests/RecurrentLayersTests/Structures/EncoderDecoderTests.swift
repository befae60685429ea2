import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

/// Encoders and decoders of all kinds put together.
struct EncoderDecoderTests {
  static let key = RandomKey(seed: 81)
  static let source = SequenceBatch(Tensor(normal: [4, 3, 2], key: key), lengths: [4, 2, 3])
  static let targets = TokenBatch([[1, 4, 2, 3], [3], [2, 2]])

  static func embedding() -> Embedding { Embedding(vocabularySize: 5, size: 3, key: key) }
  static func readout(_ inputs: Int) -> Linear { Linear(inputSize: inputs, outputSize: 5, key: key) }

  /// The fused sequence under a teacher has the numbers of single steps fed the same symbols, and gradients.
  private func expectAgreement<Encoder: SequenceLayer, Context: SequencePooling, Layer: SequenceLayer>(
    _ model: EncoderDecoder<Encoder, Context, OneToMany<Layer, TokenFeed>>, _ comment: Comment
  ) {
    let taught = model(Self.source, targets: Self.targets)
    #expect(taught.values.shape == [4, 3, 5] && taught.lengths == [4, 1, 2], comment)
    let encoding = model.encode(Self.source)
    var state = model.decoder.firstState(encoding)
    for step in 0..<4 {
      let symbols = Self.targets.delayed(start: 0).tokens[step * 3..<step * 3 + 3]
      let fed = model.decoder.feed.embedding.weight.value.rows(at: Array(symbols))
      let (output, next) = model.decoder.step(step, fed: fed, context: encoding.context, from: state)
      state = next
      for row in 0..<3 where step < [4, 1, 2][row] {
        for (a, b) in zip(taught.values[step][row].scalars, output[row].scalars) { #expect(abs(a - b) < 2e-6, comment) }
      }
    }
    #expect(checkModule(model) == [], comment)
    let source = SequenceBatch(Self.source.values.converted(to: .float64), lengths: [4, 2, 3])
    let check = checkGradient(of: model, sample: 60) { $0(source, targets: Self.targets).values.weighedSum() }
    #expect(check.agrees, "\(check)")
  }

  private func decoder<Layer: SequenceLayer>(
    _ layer: Layer, _ steps: ContextSteps, _ bridge: Bridge?
  ) -> OneToMany<Layer, TokenFeed> {
    OneToMany(
      layer, feed: TokenFeed(Self.embedding(), start: 0), readout: Self.readout(layer.outputSize), contextSteps: steps,
      bridge: bridge)
  }

  @Test func theLastStateIsHandedOver() {
    let gru = GRU(inputSize: 3, hiddenSize: 4, key: Self.key.folding(1))
    let model = EncoderDecoder(
      GRU(inputSize: 2, hiddenSize: 4, key: Self.key), context: .last, decoder: decoder(gru, .none, .identity))
    expectAgreement(model, "GRU to GRU")
    let encoding = model.encode(Self.source)
    #expect(model.decoder.firstState(encoding).hidden.scalars == encoding.finalState.hidden.scalars)

    let stack = RecurrentStack([
      LSTM(inputSize: 2, hiddenSize: 4, key: Self.key), LSTM(inputSize: 4, hiddenSize: 4, key: Self.key.folding(2)),
    ])
    let upper = RecurrentStack(
      LSTM(inputSize: 3, hiddenSize: 4, key: Self.key),
      Residual(LSTM(inputSize: 4, hiddenSize: 4, key: Self.key.folding(3))))
    expectAgreement(
      EncoderDecoder(stack, context: .last, decoder: decoder(upper, .none, .identity)), "stack to stack of other kinds")
  }

  @Test func aBridgeJoinsDifferentCellsAndWidths() {
    let lstm = LSTM(inputSize: 3, hiddenSize: 5, key: Self.key.folding(1))
    expectAgreement(
      EncoderDecoder(
        GRU(inputSize: 2, hiddenSize: 4, key: Self.key), context: .last,
        decoder: decoder(lstm, .none, Bridge(contextSize: 4, to: lstm, key: Self.key))), "GRU to a wider LSTM")
    let gru = GRU(inputSize: 3, hiddenSize: 3, key: Self.key.folding(1))
    let stack = RecurrentStack(
      SkipConnectionsTests.both(2, 2), LSTM(inputSize: 4, hiddenSize: 3, key: Self.key))
    expectAgreement(
      EncoderDecoder(
        stack, context: .allLast, decoder: decoder(gru, .none, Bridge(contextSize: 10, to: gru, key: Self.key))),
      "all parts of a stack to a narrower GRU")
  }

  @Test func theContextStandsAtEveryStep() {
    let lstm = LSTM(inputSize: 7, hiddenSize: 5, key: Self.key.folding(1))
    let encoder = SkipConnectionsTests.both(2, 2)
    for steps in [ContextSteps.first, .every] {
      expectAgreement(EncoderDecoder(encoder, context: .mean, decoder: decoder(lstm, steps, nil)), "mean, \(steps)")
      expectAgreement(
        EncoderDecoder(
          encoder, context: .max, decoder: decoder(lstm, steps, Bridge(contextSize: 4, to: lstm, key: Self.key))),
        "maximum, \(steps) and as first state")
    }
  }

  @Test func theContextIsATransform() {
    let gru = GRU(inputSize: 5, hiddenSize: 5, key: Self.key.folding(1))
    let transform: [any FeatureLayer] = [Linear(inputSize: 4, outputSize: 2, key: Self.key), Activation.tanh]
    let ofTheLast = TransformedPooling(.last, after: transform)
    let ofAll = TransformedPooling(steps: transform, .mean)
    let encoder = GRU(inputSize: 2, hiddenSize: 4, key: Self.key)
    expectAgreement(
      EncoderDecoder(encoder, context: ofTheLast, decoder: decoder(gru, .every, nil)), "of the last state")
    expectAgreement(EncoderDecoder(encoder, context: ofAll, decoder: decoder(gru, .every, nil)), "of all states")
  }

  /// What was fed makes the symbols: taught what it gave, the model gives it again.
  @Test func greedySymbolsAreThoseOfTheTaughtSequence() {
    let lstm = LSTM(inputSize: 7, hiddenSize: 5, key: Self.key.folding(1))
    let model = EncoderDecoder(
      GRU(inputSize: 2, hiddenSize: 4, key: Self.key), context: .last,
      decoder: decoder(lstm, .every, Bridge(contextSize: 4, to: lstm, key: Self.key)))
    let given = model.generate(from: Self.source, limit: 6)
    #expect(given.map(\.count) == [6, 6, 6])
    let taught = model(Self.source, targets: TokenBatch(given)).values
    for step in 0..<6 { #expect(taught[step].likeliest == given.map { $0[step] }) }
    // Cut at the first symbol that ends a sequence.
    let end = given[0][2]
    let ended = model.generate(from: Self.source, limit: 6, end: end)
    #expect(ended == given.map { Array($0.prefix { $0 != end }) })
  }

  @Test func aRowOfTheBatchStandsAlone() {
    let lstm = LSTM(inputSize: 7, hiddenSize: 5, key: Self.key.folding(1))
    let model = EncoderDecoder(
      SkipConnectionsTests.both(2, 2), context: .max,
      decoder: decoder(lstm, .every, Bridge(contextSize: 4, to: lstm, key: Self.key)))
    let whole = model(Self.source, targets: Self.targets).values
    for (row, length) in [4, 2, 3].enumerated() {
      let alone = SequenceBatch(Self.source.values.slice(axis: 0, 0..<length).slice(axis: 1, row..<row + 1))
      let target = [[1, 4, 2, 3], [3], [2, 2]][row].map { Int32($0) }
      let found = model(alone, targets: TokenBatch([target])).values
      for step in target.indices {
        #expect(found[step].scalars.map(\.bitPattern) == whole[step][row].scalars.map(\.bitPattern))
      }
    }
  }

  @Test func theFirstLikeliestSymbolWins() {
    #expect(Tensor([1, 3, 3, -1, -2, -1], shape: [2, 3]).likeliest == [1, 0])
  }

  @Test func symbolsComeOneStepLater() {
    let delayed = Self.targets.delayed(start: 0)
    #expect(delayed.tokens == [0, 0, 0, 1, -1, 2, 4, -1, -1, 2, -1, -1])
    #expect(delayed.lengths == Self.targets.lengths)
  }
}
