import RecurrentLayers
import RecurrentTensor
import Testing

struct GradientOfOutputTests {
  /// The gradient of sum(output · g) is what the gradient g of the output amounts to.
  @Test func isThatOfTheWeightedSum() {
    let key = RandomKey(seed: 3)
    var layer = LSTM(inputSize: 3, hiddenSize: 4, key: key)
    let x = SequenceBatch(Tensor(normal: [5, 2, 3], key: key.folding(1)), lengths: [5, 3])
    let g = Tensor(normal: [5, 2, 4], key: key.folding(2))
    let given = g.scalars

    let scope = GradientScope()
    for _ in 0..<2 {
      let output = scope.evaluate(at: &layer, outputGradient: g) { $0(x).outputs.values }
      #expect(output.scalars == layer(x).outputs.values.scalars)
      let expected = valueWithGradient(at: layer) { ($0(x).outputs.values * g).sum() }.gradients
      #expect(scope.gradients.count == 4)
      for index in 0..<4 { #expect(scope.gradients[index].scalars == expected[index].scalars) }
      #expect(scope.gradients.globalNorm > 0)
    }
    #expect(g.scalars == given)
  }
}
