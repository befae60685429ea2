import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

/// Every module of the library visits all that it holds.
struct ModulesTests {
  static let key = RandomKey(seed: 4)

  @Test func simpleLayers() {
    #expect(checkModule(Linear(inputSize: 3, outputSize: 2, key: Self.key)).isEmpty)
    #expect(checkModule(Linear(inputSize: 3, outputSize: 2, hasBias: false, key: Self.key)).isEmpty)
    #expect(checkModule(Embedding(vocabularySize: 5, size: 2, key: Self.key)).isEmpty)
    #expect(checkModule(LayerNorm(size: 4)).isEmpty)
    #expect(checkModule(Dropout(0.5)).isEmpty)
  }

  @Test(arguments: RecurrentBias.allCases) func cells(_ bias: RecurrentBias) {
    #expect(checkModule(LSTMCell(inputSize: 3, hiddenSize: 2, bias: bias, key: Self.key)).isEmpty)
    #expect(checkModule(ElmanCell(inputSize: 3, hiddenSize: 2, bias: bias, key: Self.key)).isEmpty)
    for variant in GRUCell.Variant.allCases {
      #expect(checkModule(GRUCell(inputSize: 3, hiddenSize: 2, variant: variant, bias: bias, key: Self.key)).isEmpty)
    }
  }

  @Test(arguments: InitialState.allCases) func layersAndStacks(_ initialState: InitialState) {
    let cell = LSTMCell(inputSize: 2, hiddenSize: 2, key: Self.key)
    let wide = LSTMCell(inputSize: 4, hiddenSize: 3, key: Self.key.folding(1))
    let layer = RecurrentLayer(cell, initialState: initialState)
    let both = BidirectionalLayer(forward: cell, backward: cell, initialState: initialState)
    #expect(checkModule(layer).isEmpty)
    #expect(checkModule(both).isEmpty)
    #expect(checkModule(AnySequenceLayer(both)).isEmpty)
    #expect(checkModule(RecurrentStack([layer, layer], dropout: 0.1)).isEmpty)
    #expect(checkModule(RecurrentStack([AnySequenceLayer(both), AnySequenceLayer(RecurrentLayer(wide))])).isEmpty)
  }
}
