import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

struct OneToManyTests {
  static let key = RandomKey(seed: 91)
  static let context = Tensor(normal: [3, 2], key: key)

  @Test(arguments: ContextSteps.allCases) func vectorsAreFedBack(_ steps: ContextSteps) {
    let width = steps == .none ? 4 : 6
    let layer = RecurrentStack(
      GRU(inputSize: width, hiddenSize: 5, key: Self.key), LSTM(inputSize: 5, hiddenSize: 3, key: Self.key))
    let model = OneToMany(
      layer, feed: VectorFeed(size: 4), readout: Linear(inputSize: 3, outputSize: 4, key: Self.key),
      contextSteps: steps, bridge: Bridge(contextSize: 2, to: layer, key: Self.key))
    let free = model.generate(from: Self.context, stepCount: 5)
    #expect(free.shape == [5, 3, 4])
    let taught = model(Self.context, targets: SequenceBatch(free)).values
    for (a, b) in zip(free.scalars, taught.scalars) { #expect(abs(a - b) < 1e-6) }
    let context = Self.context.converted(to: .float64)
    let check = checkGradient(of: model, sample: 80) { $0.generate(from: context, stepCount: 4).weighedSum() }
    #expect(check.agrees, "\(check)")
    let targets = SequenceBatch(.doubles([4, 3, 4], seed: 3), lengths: [4, 0, 2])
    let other = checkGradient(of: model, sample: 80) { $0(context, targets: targets).values.weighedSum() }
    #expect(other.agrees, "\(other)")
    #expect(checkModule(model) == [])
  }

  @Test func nothingNeedBeFedBack() {
    let layer = LSTM(inputSize: 2, hiddenSize: 3, key: Self.key)
    let model = OneToMany(
      layer, feed: NoFeed(), readout: Linear(inputSize: 3, outputSize: 4, key: Self.key), contextSteps: .every)
    let outputs = model(Self.context, targets: [3, 3, 3])
    let repeated = SequenceBatch(Tensor(stacking: [Self.context, Self.context, Self.context]))
    let expected = model.readout(layer(repeated).outputs.values)
    #expect(outputs.values.scalars == expected.scalars)
    #expect(model.generate(from: Self.context, stepCount: 3).scalars == expected.scalars)
    let ragged = model(Self.context, targets: [1, 0, 2])
    #expect(ragged.lengths == [1, 0, 2])
    #expect(ragged.values[0][1].scalars == [0, 0, 0, 0])
    #expect(ragged.values[1][2].scalars == expected[1][2].scalars)
  }

  @Test func theVectorMayBeTheFirstState() {
    let layer = GRU(inputSize: 4, hiddenSize: 2, key: Self.key)
    let model = OneToMany(
      layer, feed: VectorFeed(size: 4), readout: Linear(inputSize: 2, outputSize: 4, key: Self.key), bridge: .identity)
    #expect(model.firstState(Self.context).hidden.scalars == Self.context.scalars)
  }
}
