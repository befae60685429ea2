import RecurrentTensor
import RecurrentTestSupport
import RecurrentTraining
import Testing

/// Losses and their gradients beside PyTorch's, in single precision.
struct GoldenLossTests {
  static let regressions: [(String, @Sendable (Tensor, Tensor) -> Tensor)] = [
    ("mse-mean", { meanSquaredError($0, $1) }),
    ("l1-mean", { meanAbsoluteError($0, $1) }),
    ("huber_0.5-mean", { huberLoss($0, $1, delta: 0.5) }),
    ("huber_1-mean", { huberLoss($0, $1) }),
  ]

  @Test(arguments: regressions.indices)
  func regression(_ number: Int) throws {
    let (name, loss) = Self.regressions[number]
    let fixture = try Fixture("layers/other")
    let prediction = try fixture.tensor("prediction", in: name)
    let target = try fixture.tensor("target", in: name)
    try expect(name, "prediction", prediction, fixture) { loss($0, target) }
    try expect(name, "target", target, fixture) { loss(prediction, $0) }
  }

  @Test(
    arguments: [
      ("plain", 0), ("mask", 0), ("smoothing", 0.1), ("mask_smoothing", 0.2), ("sequence", 0), ("steep", 0),
    ] as [(String, Float)])
  func crossEntropyOfRows(_ name: String, _ smoothing: Float) throws {
    let name = "cross_entropy-\(name)-mean"
    let fixture = try Fixture("layers/other")
    let targets = try fixture.integers("targets", in: name)
    try expect(name, "logits", try fixture.tensor("logits", in: name), fixture) { logits in
      crossEntropy(logits, targets, labelSmoothing: smoothing)
    }
  }

  @Test(arguments: ["plain", "steep"])
  func binaryCrossEntropyOfLogits(_ name: String) throws {
    let name = "binary_cross_entropy-\(name)-mean"
    let fixture = try Fixture("layers/other")
    let targets = try fixture.tensor("targets", in: name)
    try expect(name, "logits", try fixture.tensor("logits", in: name), fixture) { binaryCrossEntropy($0, targets) }
  }

  private func expect(
    _ name: String, _ argument: String, _ value: Tensor, _ fixture: Fixture, _ loss: (Tensor) -> Tensor
  ) throws {
    let (result, gradient) = lossAndGradient(of: value, loss)
    #expect(Tolerance.forward.used(Tensor(result), try fixture.tensor("loss", in: name)) <= 1)
    let expected = try fixture.tensor("grad/\(argument)", in: name)
    #expect(Tolerance.gradient.used(Tensor(gradient, shape: value.shape), expected) <= 1)
  }
}
