import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

@Suite struct SequenceNetworkTests {
  typealias Element = NetworkDescription.Element

  private static func network() throws -> SequenceNetwork {
    SequenceNetwork(try NetworkDescription(NetworkDescriptionTests.everything), key: RandomKey(seed: 3))
  }

  @Test func everyWeightIsVisited() throws {
    let network = try Self.network()
    #expect(checkModule(network).isEmpty)
    let paths = network.tensors.map(\.path)
    #expect(paths.contains("layers.0.weight") && paths.contains("layers.3.running_mean"))
    #expect(paths.contains("layers.8.layers.0.weight_ih_reverse"))
  }

  @Test func gradientsAreThoseOfTheSlopes() throws {
    let network = try Self.network()
    let tokens = TokenBatch([[1, 2, 3, 4, 5, 6, 7, 8], [8, 0, 1, 2, 3]])
    let weights = Tensor([0.3, -0.8, 1.1, 0.4], shape: [2, 2])
    let check = checkGradient(of: network, sample: 150, step: 1e-5) { network in
      guard let output = network(.tokens(tokens)).values else { return Tensor(zeros: []) }
      return (output * weights.converted(to: .float64)).sum()
    }
    #expect(check.agrees, "\(check)")
  }

  /// A network answers what its layers, put together by hand, answer.
  @Test func layersActInTheirOrder() throws {
    let network = SequenceNetwork(
      try NetworkDescription([
        Element("e", .embedding(vocabularySize: 7, size: 4)),
        Element("r", NetworkDescriptionTests.recurrent(4, 3, both: true)),
        Element("l", .lastStep), Element("h", .linear(inputSize: 6, outputSize: 2, hasBias: true)),
        Element("s", .activation(function: .softmax)),
      ]), key: RandomKey(seed: 1))
    guard case .embedding(let embedding) = network.layers[0], case .recurrent(let stack) = network.layers[1],
      case .linear(let head) = network.layers[3]
    else {
      Issue.record("the layers are not those of the description")
      return
    }
    let tokens = TokenBatch([[1, 2, 3, 4], [6, 0]])
    let outputs = stack(embedding(tokens), from: nil).outputs
    #expect(network(.tokens(tokens)).values?.scalars == softmax(head(outputs.last)).scalars)
    #expect(network(.tokens(tokens)).values?.shape == [2, 2])
  }

  /// Parts of a sequence, each from the states of the one before, give what the whole gives.
  @Test func statesCarryOn() throws {
    let layers = [
      RecurrentDescription(.gru(), inputSize: 3, hiddenSize: 4),
      RecurrentDescription(.lstm(), inputSize: 4, hiddenSize: 4),
    ]
    let network = SequenceNetwork(
      try NetworkDescription([
        Element("a", .recurrent(layers: layers)), Element("h", .linear(inputSize: 4, outputSize: 3, hasBias: true)),
        Element("b", .recurrent(layers: [RecurrentDescription(.elman(), inputSize: 3, hiddenSize: 2)])),
      ]), key: RandomKey(seed: 1))
    let x = Tensor(normal: [7, 2, 3], key: RandomKey(seed: 2))
    let whole = network(.sequence(SequenceBatch(x))).values?.scalars
    let first = network(.sequence(SequenceBatch(x.slice(axis: 0, 0..<3))), from: nil)
    #expect(first.states.count == 2)
    let second = network(.sequence(SequenceBatch(x.slice(axis: 0, 3..<7))), from: first.states)
    #expect((first.output.values?.scalars ?? []) + (second.output.values?.scalars ?? []) == whole)
  }

  @Test func layersWithWeightsMakeANetwork() throws {
    let network = try Self.network()
    let again = SequenceNetwork(network.description, layers: network.layers)
    let tokens = NetworkValue.tokens(TokenBatch([[1, 2, 3, 4, 5, 6]]))
    #expect(again(tokens).values?.scalars == network(tokens).values?.scalars)
  }
}
