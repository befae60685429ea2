import RecurrentTensor
import RecurrentTestSupport
import RecurrentTraining
import Testing

struct RegressionLossesTests {
  enum Loss: CaseIterable {
    case squared, absolute, huber

    func callAsFunction(_ predictions: Tensor, _ targets: Tensor, mask: Tensor? = nil) -> Tensor {
      switch self {
      case .squared: meanSquaredError(predictions, targets, mask: mask)
      case .absolute: meanAbsoluteError(predictions, targets, mask: mask)
      case .huber: huberLoss(predictions, targets, delta: 0.5, mask: mask)
      }
    }

    /// The loss of one element.
    func callAsFunction(_ difference: Double) -> Double {
      switch self {
      case .squared: difference * difference
      case .absolute: abs(difference)
      case .huber: abs(difference) <= 0.5 ? difference * difference / 2 : 0.5 * (abs(difference) - 0.25)
      }
    }
  }

  static let masks: [Tensor?] = [
    nil, Tensor([1, 0, 1, 1, 0, 0], shape: [2, 3]), Tensor([0, 1], shape: [2, 1]), Tensor([1, 1, 0]), Tensor(1),
    Tensor(zeros: [2, 3]),
  ]

  @Test(arguments: Loss.allCases, masks.indices)
  func gradient(_ loss: Loss, _ number: Int) {
    let mask = Self.masks[number]?.converted(to: .float64)
    let check = checkFunctionGradient(of: [.doubles([2, 3], seed: 1), .doubles([2, 3], seed: 2)]) {
      loss($0[0], $0[1], mask: mask).squared() + loss($0[0], $0[1], mask: mask)
    }
    #expect(check.agrees || mask?.doubles.contains(1) == false, "\(check)")
    #expect(check.worstRelativeError < 1e-6, "\(check)")
  }

  @Test(arguments: Loss.allCases, masks.indices)
  func value(_ loss: Loss, _ number: Int) {
    let predictions = Tensor.doubles([2, 3], seed: 3)
    let targets = Tensor.doubles([2, 3], seed: 4)
    let mask = Self.masks[number]
    let counted = (Tensor(zeros: [2, 3]) + (mask ?? Tensor(1))).scalars
    var sum = 0.0
    for index in 0..<6 where counted[index] == 1 {
      sum += loss(predictions.doubles[index] - targets.doubles[index])
    }
    let expected = sum / Double(max(1, counted.count { $0 == 1 }))
    let result = loss(predictions, targets, mask: mask?.converted(to: .float64))
    #expect(result.shape == [])
    #expect(abs(result.doubles[0] - expected) < 1e-15)
    let single = loss(predictions.converted(to: .float32), targets.converted(to: .float32), mask: mask)
    #expect(abs(Double(single.scalar) - expected) < 1e-6)
  }

  @Test(arguments: Loss.allCases)
  func whatDoesNotCountMayBeAnything(_ loss: Loss) {
    let mask = Tensor([1, 0, 0, 1])
    let targets = Tensor([1, .nan, .infinity, 2])
    let predictions = Tensor([2, 3, .nan, 4])
    let (value, gradients) = lossAndGradient(of: predictions) { loss($0, targets, mask: mask) }
    #expect(value == loss(Tensor([2, 4]), Tensor([1, 2])).scalar)
    #expect(gradients[1] == 0 && gradients[2] == 0)
    #expect(gradients[0] > 0 && gradients[3] > 0)
  }

  @Test(arguments: Loss.allCases)
  func nothingCounted(_ loss: Loss) {
    let masked = lossAndGradient(of: Tensor([1, 2])) { loss($0, Tensor([3, .nan]), mask: Tensor([0, 0])) }
    #expect(masked.value == 0)
    #expect(masked.gradient == [0, 0])
    let empty = lossAndGradient(of: Tensor(zeros: [0, 3])) { loss($0, Tensor(zeros: [0, 3])) }
    #expect(empty.value == 0)
    let emptyMask = lossAndGradient(of: Tensor(zeros: [0, 3])) { input in
      loss(input, Tensor(zeros: [0, 3]), mask: Tensor(zeros: [0, 1]))
    }
    #expect(emptyMask.value == 0)
  }

  @Test(arguments: Loss.allCases)
  func aLossMayBeUsedTwiceAndOfEqualValues(_ loss: Loss) {
    let (value, gradient) = lossAndGradient(of: Tensor([1, 2])) { loss($0, $0) + loss($0, $0.detached()) }
    #expect(value == 0)
    #expect(gradient == [0, 0])
  }

  @Test func shapesMustAgree() async {
    // [N] against [N, 1] would broadcast to [N, N] and train towards the mean without a word.
    await #expect(processExitsWith: .failure) { _ = meanSquaredError(Tensor(zeros: [3]), Tensor(zeros: [3, 1])) }
    await #expect(processExitsWith: .failure) { _ = meanAbsoluteError(Tensor(zeros: [3]), Tensor(zeros: [3, 1])) }
    await #expect(processExitsWith: .failure) { _ = huberLoss(Tensor(zeros: [3]), Tensor(zeros: [1])) }
    await #expect(processExitsWith: .failure) {
      _ = meanSquaredError(Tensor(zeros: [3]), Tensor(zeros: [3]), mask: Tensor(zeros: [2, 3]))
    }
    await #expect(processExitsWith: .failure) { _ = huberLoss(Tensor(zeros: [3]), Tensor(zeros: [3]), delta: 0) }
  }
}
