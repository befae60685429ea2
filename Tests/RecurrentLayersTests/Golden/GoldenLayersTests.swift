import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

/// Recurrent layers and stacks against PyTorch, or against its equations written out where it has no such cell: 103 cases
/// of outputs, last states, and gradients to inputs, weights, biases and first states. A gradient check alone would not see
/// a wrong formula.
struct GoldenLayersTests {
  @Test(arguments: ["lstm": 17, "gru": 17, "rnn": 34, "equations": 35])
  func agreesWithPyTorch(_ file: String, _ count: Int) throws {
    let fixture = try Fixture("layers/\(file)")
    #expect(fixture.cases.count == count)
    for name in fixture.cases {
      let golden = try GoldenCase(name)
      // The slope 0.1 is not the same number as a Float, so leaky units are no case for double precision.
      let elementTypes: [ElementType] = golden.cell == "rnn_leaky" ? [.float32] : [.float32, .float64]
      for elementType in elementTypes {
        let errors = try golden.run(fixture, elementType: elementType)
        #expect(errors.worstResult.share <= 1, "\(name), \(elementType): \(errors.worstResult)")
        #expect(errors.worstGradient.share <= 1, "\(name), \(elementType): \(errors.worstGradient)")
        guard elementType == .float32 else { continue }
        recordFigure("golden_forward_worst", errors.worstResult.share)
        recordFigure("golden_gradient_worst", errors.worstGradient.share)
      }
    }
  }
}
