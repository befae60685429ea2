import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

struct TranscriberTests {
  static let key = RandomKey(seed: 52)

  static func both(_ inputs: Int, _ hidden: Int, _ number: Int) -> BidirectionalLayer<LSTMCell> {
    BidirectionalLayer(
      forward: LSTMCell(inputSize: inputs, hiddenSize: hidden, key: key.folding(2 * number)),
      backward: LSTMCell(inputSize: inputs, hiddenSize: hidden, key: key.folding(2 * number + 1)))
  }

  static var plain: Transcriber<BidirectionalLayer<LSTMCell>> {
    Transcriber(both(3, 4, 0), head: Linear(inputSize: 8, outputSize: 5, key: key.folding(9)), blank: 4)
  }

  static var pyramid: Transcriber<RecurrentStack<AnySequenceLayer>> {
    Transcriber(
      RecurrentStack(both(3, 2, 1), Pyramidal(both(8, 3, 2))),
      head: Linear(inputSize: 6, outputSize: 4, key: key.folding(9)))
  }

  static let inputs = SequenceBatch(Tensor(normal: [9, 3, 3], key: key), lengths: [9, 0, 6])
  static let targets = TokenBatch([[1, 2], [], [3]])

  @Test func isAWholeModule() {
    #expect(checkModule(Self.plain) == [])
    #expect(checkModule(Self.pyramid) == [])
    #expect(Self.plain.parameters.map(\.path).suffix(2) == ["head.weight", "head.bias"])
  }

  @Test func gradient() {
    let inputs = Self.inputs.replacingValues(.doubles([9, 3, 3], seed: 1))
    let plain = checkGradient(of: Self.plain) { $0.ctc.losses($0(inputs), Self.targets).weighedSum() }
    #expect(plain.agrees, "\(plain)")
    let pyramid = checkGradient(of: Self.pyramid) { $0.ctc.losses($0(inputs), Self.targets).weighedSum() }
    #expect(pyramid.agrees, "\(pyramid)")
  }

  @Test func logProbabilitiesAddUpToOne() {
    let model = Self.plain
    let sums = softmax(model(Self.inputs).values).sum(axis: 2).scalars
    #expect(sums.allSatisfy { abs($0 - 1) < 1e-6 })
    let logs = model.logProbabilities(Self.inputs)
    #expect(logs.values.scalars == logSoftmax(model(Self.inputs).values).scalars)
    #expect(logs.lengths == [9, 0, 6])
  }

  @Test func readsWhatItsLogitsSay() {
    let model = Self.plain
    let logits = model(Self.inputs)
    #expect(model.decode(Self.inputs) == model.ctc.bestPath(logits).map(\.symbols))
    #expect(model.decode(Self.inputs)[1] == [])
    #expect(
      model.decode(Self.inputs, beamSize: 5, count: 2) == model.ctc.beamSearch(logits, beamSize: 5, count: 2))
    let alignment = model.align(Self.inputs, to: Self.targets)
    #expect(alignment.map { $0?.symbols } == [[1, 2], [], [3]])
  }

  @Test func pyramidHalvesTheSteps() {
    let logits = Self.pyramid(Self.inputs)
    #expect(logits.values.shape == [5, 3, 4])
    #expect(logits.lengths == [5, 0, 3])
  }
}
