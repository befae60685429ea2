import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import RecurrentTraining
import Testing

struct ClassificationLossesTests {
  @Test(arguments: [0, 0.1] as [Float])
  func crossEntropyIsTheMeanOverTheRowsThatCount(_ smoothing: Float) {
    let logits = Tensor.doubles([5, 4], seed: 1)
    let targets: [Int32] = [0, -1, 3, 2, -1]
    let rows = logits.crossEntropy(targets: targets, labelSmoothing: smoothing).doubles
    let loss = crossEntropy(logits, targets, labelSmoothing: smoothing)
    #expect(loss.shape == [])
    #expect(abs(loss.doubles[0] - rows.reduce(0, +) / 3) < 1e-15)
    let check = checkFunctionGradient(of: logits) { crossEntropy($0, targets, labelSmoothing: smoothing) }
    #expect(check.agrees, "\(check)")
  }

  @Test func crossEntropyOfTokens() {
    let batch = TokenBatch([[1, 2, 0], [3]])
    let logits = Tensor.doubles([3, 2, 4], seed: 2)
    let loss = crossEntropy(logits, batch)
    #expect(loss.doubles == crossEntropy(logits, [1, 3, 2, -1, 0, -1]).doubles)
    let check = checkFunctionGradient(of: logits) { crossEntropy($0, batch) }
    #expect(check.agrees, "\(check)")
  }

  @Test func noRowCounted() {
    let (value, gradient) = lossAndGradient(of: Tensor([1, .nan], shape: [1, 2])) { crossEntropy($0, [-1]) }
    #expect(value == 0)
    #expect(gradient == [0, 0])
    #expect(crossEntropy(Tensor(zeros: [0, 2]), []).scalar == 0)
  }

  @Test(arguments: [false, true])
  func binaryCrossEntropyGradient(_ isMasked: Bool) {
    let mask = isMasked ? Tensor([1, 0, 1], shape: [3]).converted(to: .float64) : nil
    let probabilities = Tensor(uniform: [2, 3], key: RandomKey(seed: 4))
    let check = checkFunctionGradient(of: [.doubles([2, 3], seed: 3), probabilities]) {
      binaryCrossEntropy($0[0], $0[1], mask: mask)
    }
    #expect(check.agrees, "\(check)")
  }

  @Test func binaryCrossEntropyIsStable() {
    // torch.nn.functional.binary_cross_entropy_with_logits of PyTorch 2.13, in double.
    let logits: [Double] = [-800, -30, -2, 0, 0.5, 3, 40, 900]
    let targets: [Double] = [0, 1, 0.25, 1, 0, 1, 0, 1]
    let losses = [
      0, 30.000000000000092, 0.6269280110429727, 0.6931471805599453, 0.9740769841801067, 0.04858735157374206, 40, 0,
    ]
    for index in logits.indices {
      let loss = binaryCrossEntropy(
        Tensor(doubles: [logits[index]], shape: []), Tensor(doubles: [targets[index]], shape: []))
      #expect(abs(loss.doubles[0] - losses[index]) <= 1e-14 * max(1, losses[index]))
    }
    let (value, gradient) = lossAndGradient(of: Tensor([-800, 800, 800])) { binaryCrossEntropy($0, Tensor([0, 1, 0])) }
    #expect(abs(value - 800.0 / 3) < 1e-3)
    #expect(gradient[0] == 0 && gradient[1] == 0)
    #expect(abs(gradient[2] - 1.0 / 3) < 1e-6)
  }

  @Test func binaryCrossEntropyLeavesOutWhatIsMasked() {
    let mask = Tensor([1, 0, 0])
    let (value, gradient) = lossAndGradient(of: Tensor([0, .nan, 5])) { logits in
      binaryCrossEntropy(logits, Tensor([1, 1, .nan]), mask: mask)
    }
    #expect(abs(value - 0.6931472) < 1e-6)
    #expect(gradient == [-0.5, 0, 0])
    let none = lossAndGradient(of: Tensor([3])) { binaryCrossEntropy($0, Tensor([1]), mask: Tensor([0])) }
    #expect(none.value == 0 && none.gradient == [0])
  }

  @Test func misuseTraps() async {
    await #expect(processExitsWith: .failure) { _ = crossEntropy(Tensor(zeros: [2, 3]), [0, 3]) }
    await #expect(processExitsWith: .failure) { _ = crossEntropy(Tensor(zeros: [2, 3]), [0, 1], labelSmoothing: 2) }
    await #expect(processExitsWith: .failure) { _ = binaryCrossEntropy(Tensor(zeros: [3]), Tensor(zeros: [3, 1])) }
    await #expect(processExitsWith: .failure) {
      _ = crossEntropy(Tensor(zeros: [2, 3, 4]), TokenBatch([[1, 2, 3], [1]]))
    }
  }
}
