import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

/// Decoders that look back, with every order, kinds of layers and ways of matching.
struct AttentionDecoderTests {
  static let key = RandomKey(seed: 91)
  static let values = Tensor(normal: [4, 3, 2], key: key)
  static let targets = TokenBatch([[1, 4, 2, 3], [3], [2, 2]])

  /// A decoder of symbols 0 ..< 5 for an encoder of 6 features.
  static func decoder<Layer: SequenceLayer, Score: Attention>(
    _ order: AttentionOrder, _ score: Score, combines: Bool = true, _ layer: (_ inputSize: Int) -> Layer
  ) -> AttentionDecoder<Layer, TokenFeed, Score> {
    let width = 5
    let attentional = combines ? 4 : score.contextSize + width
    let seen = [.beforeStep: score.contextSize, .afterStep: 0, .afterStepWithFeeding: attentional][order] ?? 0
    let layer = layer(3 + seen)
    return AttentionDecoder(
      layer, feed: TokenFeed(Embedding(vocabularySize: 5, size: 3, key: key), start: 0), attention: score,
      combination: combines ? Linear(inputSize: score.contextSize + width, outputSize: 4, key: key) : nil,
      readout: Linear(inputSize: attentional, outputSize: 5, key: key.folding(5)), order: order,
      bridge: Bridge(contextSize: 6, to: layer, key: key.folding(6)))
  }

  static func model<Layer: SequenceLayer, Score: Attention>(
    _ decoder: AttentionDecoder<Layer, TokenFeed, Score>
  ) -> EncoderDecoder<
    BidirectionalLayer<GRUCell>, LastStatePooling, AttentionDecoder<Layer, TokenFeed, Score>
  > {
    let encoder = BidirectionalLayer(
      forward: GRUCell(inputSize: 2, hiddenSize: 3, key: key), backward: GRUCell(inputSize: 2, hiddenSize: 3, key: key))
    return EncoderDecoder(encoder, context: .last, decoder: decoder)
  }

  /// Under a teacher the numbers are those of single steps fed the same symbols; what the rows of a batch hold behind their
  /// ends reaches nothing; gradients are right.
  private func expectLaws<Layer: SequenceLayer, Score: Attention>(
    _ decoder: AttentionDecoder<Layer, TokenFeed, Score>, _ lengths: [Int], _ comment: Comment
  ) {
    let model = Self.model(decoder)
    let encoding = model.encode(SequenceBatch(Self.values, lengths: lengths))
    let taught = model.decoder.attending(to: encoding, targets: Self.targets)
    #expect(taught.outputs.values.shape == [4, 3, 5] && taught.outputs.lengths == [4, 1, 2], comment)
    #expect(taught.weights.shape == [4, 3, 4], comment)
    let memory = model.decoder.attention.prepare(encoding.outputs)
    var state = model.decoder.firstState(encoding)
    for step in 0..<4 {
      let symbols = Self.targets.delayed(start: 0).tokens[step * 3..<step * 3 + 3]
      let fed = model.decoder.feed.embedding.weight.value.rows(at: symbols.map { max(0, $0) })
      let (output, weights, next) = model.decoder.step(fed: fed, memory: memory, from: state)
      state = next
      for row in 0..<3 {
        let isReal = step < [4, 1, 2][row]
        let looked = taught.weights[step][row].scalars
        let sum = looked.reduce(0, +)
        #expect(abs(sum - (isReal && lengths[row] > 0 ? 1 : 0)) < 1e-6, comment)
        #expect(looked[lengths[row]...].allSatisfy { $0 == 0 }, comment)
        let expected = isReal ? output[row].scalars + weights[row].scalars : [Float](repeating: 0, count: 9)
        for (a, b) in zip(taught.outputs.values[step][row].scalars + looked, expected) {
          #expect(abs(a - b) < 2e-6, comment)
        }
      }
    }
    #expect(checkModule(model) == [], comment)
    let source = SequenceBatch(Self.values.converted(to: .float64), lengths: lengths)
    let check = checkGradient(of: model, sample: 80) { model in
      let written = model.decoder.attending(to: model.encode(source), targets: Self.targets)
      return written.outputs.values.weighedSum() + written.weights.squared().weighedSum()
    }
    #expect(check.agrees, "\(check)")
  }

  @Test(arguments: AttentionOrder.allCases) func laws(_ order: AttentionOrder) {
    let general = GeneralAttention(querySize: 5, keySize: 6, key: Self.key)
    let additive = AdditiveAttention(querySize: 5, keySize: 6, size: 4, hasBias: true, key: Self.key)
    let projected = ProjectedAttention(querySize: 5, keySize: 6, size: 3, valueSize: 2, key: Self.key)
    expectLaws(
      Self.decoder(order, general) { LSTM(inputSize: $0, hiddenSize: 5, key: Self.key) }, [4, 2, 3], "general, LSTM")
    expectLaws(
      Self.decoder(order, additive, combines: false) { GRU(inputSize: $0, hiddenSize: 5, key: Self.key) }, [4, 0, 3],
      "additive, GRU, no combination")
    expectLaws(
      Self.decoder(order, projected) { inputSize in
        RecurrentStack(
          LSTM(inputSize: inputSize, hiddenSize: 4, key: Self.key), GRU(inputSize: 4, hiddenSize: 5, key: Self.key))
      }, [4, 4, 4], "projected, a stack")
  }

  /// What stands behind the end of a source changes no bit of what is written.
  @Test(arguments: AttentionOrder.allCases) func paddingOfTheSourceReachesNothing(_ order: AttentionOrder) {
    let score = GeneralAttention(querySize: 5, keySize: 6, key: Self.key)
    let model = Self.model(Self.decoder(order, score) { LSTM(inputSize: $0, hiddenSize: 5, key: Self.key) })
    var spoiled = Self.values
    spoiled.withMutableScalars { scalars in
      for index in scalars.indices where index / 6 >= [4, 1, 2][index / 2 % 3] { scalars[index] = .nan }
    }
    func written(_ values: Tensor) -> [Float] {
      model(SequenceBatch(values, lengths: [4, 1, 2]), targets: Self.targets).values.scalars
    }
    #expect(written(spoiled) == written(Self.values))
  }

  /// Alone, each step is fed the likeliest symbol of the step before.
  @Test(arguments: AttentionOrder.allCases) func symbolsFollowTheirOwnLikeliest(_ order: AttentionOrder) {
    let score = DotAttention(size: 6)
    let decoder = AttentionDecoder(
      GRU(inputSize: 3 + (order == .afterStep ? 0 : order == .beforeStep ? 6 : 12), hiddenSize: 6, key: Self.key),
      feed: TokenFeed(Embedding(vocabularySize: 5, size: 3, key: Self.key), start: 0), attention: score,
      readout: Linear(inputSize: 12, outputSize: 5, key: Self.key.folding(3)), order: order, bridge: .identity)
    let encoder = GRU(inputSize: 2, hiddenSize: 6, key: Self.key)
    let model = EncoderDecoder(encoder, context: .last, decoder: decoder)
    let source = SequenceBatch(Self.values, lengths: [4, 1, 2])
    let symbols = model.generate(from: source, limit: 6)
    #expect(symbols.map(\.count) == [6, 6, 6])
    // Under a teacher that says the same symbols, the likeliest are those symbols.
    let taught = model(source, targets: TokenBatch(symbols))
    for step in 0..<6 { #expect(taught.values[step].likeliest == symbols.map { $0[step] }) }
    // A row ends before its first end symbol.
    let end = symbols[0][2]
    let ended = model.generate(from: source, limit: 6, end: end)
    #expect(ended == symbols.map { Array($0.prefix { $0 != end }) })
    let encoding = model.encode(source)
    let written = model.decoder.attendedSymbols(from: encoding, limit: 6, end: nil)
    #expect(written.symbols == symbols && written.weights.shape == [6, 3, 4])
    let generated = model.decoder.attending(to: encoding, stepCount: 6)
    #expect(generated.weights.scalars == written.weights.scalars)
    #expect(model.generate(from: source, stepCount: 6).scalars == generated.outputs.values.scalars)
  }

  /// Vectors fed back as they are, and nothing fed back at all.
  @Test func otherFeeds() {
    let score = GeneralAttention(querySize: 5, keySize: 6, key: Self.key)
    func decoder<Feed: DecoderFeed>(_ feed: Feed) -> AttentionDecoder<GRU, Feed, GeneralAttention> {
      AttentionDecoder(
        GRU(inputSize: feed.size + 6, hiddenSize: 5, key: Self.key), feed: feed, attention: score,
        readout: Linear(inputSize: 11, outputSize: 2, key: Self.key), order: .beforeStep)
    }
    let encoder = GRU(inputSize: 2, hiddenSize: 6, key: Self.key)
    let fedBack = EncoderDecoder(encoder, context: .last, decoder: decoder(VectorFeed(size: 2)))
    let source = SequenceBatch(Self.values)
    let alone = fedBack.generate(from: source, stepCount: 5)
    let taught = fedBack(source, targets: SequenceBatch(alone)).values
    for (a, b) in zip(alone.scalars, taught.scalars) { #expect(abs(a - b) < 1e-6) }
    let unfed = EncoderDecoder(encoder, context: .last, decoder: decoder(NoFeed()))
    let whole = unfed(source, targets: [5, 5, 5]).values
    for (a, b) in zip(whole.scalars, unfed.generate(from: source, stepCount: 5).scalars) { #expect(abs(a - b) < 1e-6) }
  }

  /// A second step over the same memory reads what the first one packed: the same bits as a memory made anew.
  @Test func packedMemoriesChangeNoBit() {
    for attention in AttentionTests.kinds { expectSameBits(attention) }
  }

  private func expectSameBits(_ attention: some Attention) {
    let states = SequenceBatch(Tensor(normal: [7, 4, 6], key: Self.key), lengths: [5, 0, 2, 7])
    let queries = Tensor(normal: [3, 4, 6], key: Self.key.folding(1))
    let kept = attention.prepare(states)
    let all = attention(queries, over: states)
    for step in 0..<3 {
      let (context, weights) = attention(queries[step], over: kept)
      let (fresh, freshWeights) = attention(queries[step], over: states)
      #expect(context.scalars == fresh.scalars && weights.scalars == freshWeights.scalars)
      for (a, b) in zip(context.scalars, all.context[step].scalars) { #expect(abs(a - b) < 1e-6) }
    }
  }
}
