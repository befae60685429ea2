import RecurrentTensor
import RecurrentTestSupport
import RecurrentTraining
import Testing

struct DistributionLossesTests {
  enum Loss: String, CaseIterable {
    case quantile, gaussian
    case studentT = "student-t"
    case negativeBinomial = "negative-binomial"

    /// What is differentiated, in the order of the loss's parameters.
    var arguments: [String] {
      switch self {
      case .quantile: ["low", "middle", "high"]
      case .gaussian: ["means", "deviations"]
      case .studentT: ["locations", "scales", "degrees"]
      case .negativeBinomial: ["means", "shapes"]
      }
    }

    var targets: String { self == .negativeBinomial ? "counts" : "targets" }

    func callAsFunction(_ x: [Tensor], _ targets: Tensor, mask: Tensor? = nil) -> Tensor {
      switch self {
      case .quantile: quantileLoss(x, targets, levels: [0.1, 0.5, 0.8], mask: mask)
      case .gaussian: gaussianLoss(x[0], x[1], targets, mask: mask)
      case .studentT: studentTLoss(x[0], x[1], degrees: x[2], targets, mask: mask)
      case .negativeBinomial: negativeBinomialLoss(x[0], shapes: x[1], targets, mask: mask)
      }
    }
  }

  @Test(arguments: Loss.allCases)
  func agreesWithPyTorch(_ loss: Loss) throws {
    let fixture = try Fixture("distributions/distributions")
    let values = try loss.arguments.map { try fixture.tensor($0, in: loss.rawValue) }
    let targets = try fixture.tensor(loss.targets, in: loss.rawValue)
    for (place, argument) in loss.arguments.enumerated() {
      let (result, gradient) = lossAndGradient(of: values[place]) { x in
        var all = values
        all[place] = x
        return loss(all, targets)
      }
      #expect(Tolerance.forward.used(Tensor(result), try fixture.tensor("loss", in: loss.rawValue)) <= 1)
      let expected = try fixture.tensor("grad/\(argument)", in: loss.rawValue)
      #expect(Tolerance.gradient.used(Tensor(gradient, shape: values[place].shape), expected) <= 1, "\(argument)")
    }
  }

  @Test(arguments: Loss.allCases)
  func gradientInDouble(_ loss: Loss) throws {
    let fixture = try Fixture("distributions/distributions")
    let values = try loss.arguments.map { try fixture.tensor($0, in: loss.rawValue).converted(to: .float64) }
    let targets = try fixture.tensor(loss.targets, in: loss.rawValue).converted(to: .float64)
    let check = checkFunctionGradient(of: values) { loss($0, targets) }
    #expect(check.agrees, "\(check)")
    #expect(check.worstRelativeError < 1e-6, "\(check)")
  }

  /// What does not count may be anything, also not a number.
  @Test(arguments: Loss.allCases)
  func missingTargetsDoNotCount(_ loss: Loss) throws {
    let fixture = try Fixture("distributions/distributions")
    let values = try loss.arguments.map { try fixture.tensor($0, in: loss.rawValue) }
    var targets = try fixture.tensor(loss.targets, in: loss.rawValue).scalars
    let full = loss(values.map { $0.slice(axis: 0, 1..<3) }, Tensor(Array(targets[4...]), shape: [2, 4])).scalar
    for index in 0..<4 { targets[index] = .nan }
    let mask = Tensor([0, 1, 1], shape: [3, 1])
    let masked = loss(values, Tensor(targets, shape: [3, 4]), mask: mask).scalar
    #expect(abs(masked - full) < 1e-5 * max(1, abs(full)))
    let (_, gradient) = lossAndGradient(of: values[0]) { x in
      loss([x] + values.dropFirst(), Tensor(targets, shape: [3, 4]), mask: mask)
    }
    #expect(gradient.allSatisfy(\.isFinite) && gradient[..<4].allSatisfy { $0 == 0 })
    #expect(gradient[4...].contains { $0 != 0 })
  }

  /// Weights multiply errors, so that they multiply the loss.
  @Test func weightsOfQuantileLoss() {
    let predictions = [Tensor([1, 2], shape: [1, 2])]
    let targets = Tensor([2, 0], shape: [1, 2])
    // 0.25 · 1 · 3 and 0.75 · 2 · 5
    let loss = quantileLoss(predictions, targets, levels: [0.25], weights: Tensor([3, 5], shape: [1, 2]))
    #expect(abs(loss.scalar - (0.75 + 7.5) / 2) < 1e-6)
  }

  @Test func parametersOfNumbersAndTensorsAgree() {
    for raw in [-30.0, -3, 0, 0.5, 12, 80] {
      let tensor = Tensor([Float(raw)])
      #expect(
        abs(Double(DistributionParameters.positive(tensor).scalars[0]) / DistributionParameters.positive(raw) - 1)
          < 1e-6)
      #expect(
        abs(Double(DistributionParameters.degrees(tensor).scalars[0]) / DistributionParameters.degrees(raw) - 1) < 1e-6)
      #expect(DistributionParameters.positive(raw) > 0 && DistributionParameters.degrees(raw) > 2)
    }
  }
}
