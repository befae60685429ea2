import RecurrentLayers
import RecurrentTensor
import Testing

/// What the parameters of recurrent layers are called in files.
struct StackNamesTests {
  static let key = RandomKey(seed: 2)

  static func lstm(_ inputs: Int, _ hidden: Int) -> LSTMCell {
    LSTMCell(inputSize: inputs, hiddenSize: hidden, key: key)
  }

  static func both(_ inputs: Int, _ hidden: Int) -> BidirectionalLayer<LSTMCell> {
    BidirectionalLayer(forward: lstm(inputs, hidden), backward: lstm(inputs, hidden))
  }

  /// The keys of the state dict of `torch.nn.LSTM(num_layers: layers, bidirectional:)` in its order.
  static func torchNames(layers: Int, suffixes: [String]) -> [String] {
    (0..<layers).flatMap { layer in
      suffixes.flatMap { suffix in
        ["weight_ih", "weight_hh", "bias_ih", "bias_hh"].map { "\($0)_l\(layer)\(suffix)" }
      }
    }
  }

  func names(_ module: some Module) -> [String] { module.parameters.map(\.path) }

  @Test(arguments: 1...3) func equalLayersAreCalledAsInPyTorch(_ count: Int) {
    let one = RecurrentStack((0..<count).map { LSTM(Self.lstm($0 == 0 ? 3 : 4, 4)) }, dropout: 0.1)
    #expect(names(one) == Self.torchNames(layers: count, suffixes: [""]))
    let two = RecurrentStack((0..<count).map { Self.both($0 == 0 ? 3 : 8, 4) })
    #expect(names(two) == Self.torchNames(layers: count, suffixes: ["", "_reverse"]))
    let chosen = RecurrentStack((0..<count).map { AnySequenceLayer(Self.both($0 == 0 ? 3 : 8, 4)) })
    #expect(names(chosen) == Self.torchNames(layers: count, suffixes: ["", "_reverse"]))
  }

  @Test func aLayerAloneIsCalledAsInPyTorch() {
    #expect(names(LSTM(Self.lstm(3, 4))) == Self.torchNames(layers: 1, suffixes: [""]))
    #expect(names(Self.both(3, 4)) == Self.torchNames(layers: 1, suffixes: ["", "_reverse"]))
  }

  @Test func missingBiasesHaveNoName() {
    let single = ElmanCell(inputSize: 3, hiddenSize: 4, bias: .single, key: Self.key)
    #expect(names(ElmanRNN(single)) == ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0"])
    let none = GRUCell(inputSize: 3, hiddenSize: 4, bias: .none, key: Self.key)
    #expect(names(GRU(none)) == ["weight_ih_l0", "weight_hh_l0"])
  }

  @Test func layersOfDifferentWidthsAreNumbered() {
    let names = names(RecurrentStack([LSTM(Self.lstm(3, 4)), LSTM(Self.lstm(4, 5))]))
    #expect(names.prefix(2) == ["layers.0.weight_ih", "layers.0.weight_hh"])
    #expect(names.suffix(4) == (["weight_ih", "weight_hh", "bias_ih", "bias_hh"].map { "layers.1.\($0)" }))
  }

  @Test func layersOfDifferentKindsAreNumbered() {
    let gru = GRU(GRUCell(inputSize: 8, hiddenSize: 8, bias: .none, key: Self.key))
    let names = names(RecurrentStack([AnySequenceLayer(Self.both(3, 4)), AnySequenceLayer(gru)]))
    #expect(names.count == 10)
    #expect(names[0] == "layers.0.weight_ih")
    #expect(names[4] == "layers.0.weight_ih_reverse")
    #expect(names.suffix(2) == ["layers.1.weight_ih", "layers.1.weight_hh"])
  }

  @Test func trainedFirstStatesHaveNames() {
    let stack = RecurrentStack(
      (0..<2).map { layer in
        BidirectionalLayer(
          forward: Self.lstm(layer == 0 ? 3 : 8, 4), backward: Self.lstm(layer == 0 ? 3 : 8, 4),
          initialState: .trainable)
      })
    let found = names(stack).filter { $0.hasPrefix("initial") }
    #expect(
      found
        == (0..<2).flatMap { layer in
          ["", "_reverse"].flatMap { ["initial_hidden_l\(layer)\($0)", "initial_cell_l\(layer)\($0)"] }
        })
  }

  @Test func namesStandBelowTheProperty() {
    struct Model: Module {
      var stack = RecurrentStack([LSTM(StackNamesTests.lstm(3, 4))])
      var heads = [Linear(inputSize: 4, outputSize: 1, key: StackNamesTests.key)]
      mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
        visitor.visit("stack", &stack)
        visitor.visit("heads", &heads)
      }
    }
    let found = names(Model())
    #expect(found.first == "stack.weight_ih_l0")
    #expect(found.suffix(2) == ["heads.0.weight", "heads.0.bias"])
  }
}
