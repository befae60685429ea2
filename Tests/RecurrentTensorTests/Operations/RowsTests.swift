import RecurrentTensor
import RecurrentTestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

struct RowsTests {
  // MARK: Embedding

  @Test func embeddingAddsTheGradientsOfRepeatedRows() {
    let check = checkFunctionGradient(of: .doubles([5, 3], seed: 1)) { table in
      table.rows(at: [1, 4, 1, 0, 1, -1, 4]).squared() + table.slice(axis: 0, 0..<1).sum()
    }
    #expect(check.worstRelativeError < 1e-6 && check.largest > 0, "\(check)")
    let table = Tensor([1, 2, 3, 4, 5, 6], shape: [3, 2])
    #expect(table.rows(at: [2, -1, 0, 2]).scalars == [5, 6, 0, 0, 1, 2, 5, 6])
    let counts = gradients([table]) { $0[0].rows(at: [2, -1, 0, 2]).sum() }[0].scalars
    #expect(counts == [1, 1, 0, 0, 2, 2])
    #expect(table.rows(at: []).shape == [0, 2])
  }

  // MARK: Softmax

  @Test(arguments: [[1], [5], [3, 5], [2, 3, 4], [3, 1]] as [Shape])
  func softmaxGradient(_ shape: Shape) {
    let x = Tensor.doubles(shape, seed: 2)
    // Of one class alone the probability is 1, whatever x is, and its slope 0.
    let isConstant = shape[-1] == 1
    let plain = checkFunctionGradient(of: x) { softmax($0) + $0 }
    #expect(plain.agrees, "\(plain)")
    let logarithm = checkFunctionGradient(of: x) { logSoftmax($0) * $0 }
    #expect(logarithm.agrees || isConstant, "\(logarithm)")
  }

  @Test func softmaxOfExtremes() {
    let x = Tensor([1000, 1000, -1000, -1000, -1000, -1000], shape: [2, 3])
    let third: Float = 1 / 3
    #expect(softmax(x).scalars == [0.5, 0.5, 0, third, third, third])
    let expected: Float = -2000 - log(2)
    #expect(logSoftmax(x).scalars[2] == expected)
  }

  // MARK: Cross-entropy

  @Test(arguments: [0, 0.1, 0.5, 1] as [Float])
  func crossEntropyGradient(_ smoothing: Float) {
    let check = checkFunctionGradient(of: .doubles([2, 3, 4], seed: 3)) { logits in
      logits.crossEntropy(targets: [0, 3, -1, 2, -7, 1], labelSmoothing: smoothing)
    }
    #expect(check.agrees, "\(check)")
  }

  @Test(arguments: [0, 0.25] as [Float])
  func crossEntropyIsWhatItsDefinitionSays(_ smoothing: Float) {
    let logits = Tensor.doubles([3, 4], seed: 4)
    let losses = logits.crossEntropy(targets: [2, -1, 0], labelSmoothing: smoothing).doubles
    let logarithms = logSoftmax(logits).doubles
    for (row, target) in [2, -1, 0].enumerated() where target >= 0 {
      let expected = (0..<4).reduce(0.0) { sum, column in
        let weight = (column == target ? 1 - Double(smoothing) : 0) + Double(smoothing) / 4
        return sum - weight * logarithms[row * 4 + column]
      }
      #expect(abs(losses[row] - expected) < 1e-14)
    }
    #expect(losses[1] == 0)
  }

  @Test func aRowThatIsLeftOutHasNoGradientWhateverItHolds() {
    let logits = Tensor([1, 2, .nan, .infinity], shape: [2, 2])
    let found = gradients([logits]) { $0[0].crossEntropy(targets: [0, -1]).sum() }[0].scalars
    #expect(found[2...] == [0, 0])
    #expect(found[0] < 0 && found[1] > 0)
  }

  // MARK: Layer normalisation

  @Test(arguments: [(false, false), (true, false), (false, true), (true, true)])
  func layerNormGradient(_ hasGain: Bool, _ hasShift: Bool) {
    var inputs = [Tensor.doubles([2, 3, 5], seed: 5)]
    if hasGain { inputs.append(.doubles([5], seed: 6)) }
    if hasShift { inputs.append(.doubles([5], seed: 7)) }
    let check = checkFunctionGradient(of: inputs) { inputs in
      inputs[0].layerNormalized(
        gain: hasGain ? inputs[1] : nil, shift: hasShift ? inputs[inputs.count - 1] : nil
      ).squared()
    }
    #expect(check.agrees, "\(check)")
  }

  @Test(arguments: 0..<3)
  func layerNormWithOneOperandAsked(_ chosen: Int) {
    let inputs = [Tensor.doubles([3, 5], seed: 5), .doubles([5], seed: 6), .doubles([5], seed: 7)]
    let check = checkFunctionGradient(of: inputs[chosen]) { argument in
      var operands = inputs
      operands[chosen] = argument
      return operands[0].layerNormalized(gain: operands[1], shift: operands[2]).squared()
    }
    #expect(check.agrees, "\(check)")
  }

  @Test func layerNormValues() {
    let y = Tensor([1, 2, 3, 4, 6, 6], shape: [2, 3]).layerNormalized(epsilon: 0)
    let wide = Float(1.5).squareRoot()
    let narrow = Float(0.5).squareRoot()
    let all: [Float] = [-wide, 0, wide, -2 * narrow, narrow, narrow]
    for (value, expected) in zip(y.scalars, all) {
      #expect(abs(value - expected) < 1e-6)
    }
    let constant = Tensor([7, 7, 7], shape: [1, 3]).layerNormalized()
    #expect(constant.scalars == [0, 0, 0])
  }

  @Test func whatDoesNotFitTraps() async {
    await #expect(processExitsWith: .failure) { _ = Tensor(zeros: [3, 2]).rows(at: [3]) }
    await #expect(processExitsWith: .failure) { _ = Tensor(zeros: [2, 3]).crossEntropy(targets: [0]) }
    await #expect(processExitsWith: .failure) { _ = Tensor(zeros: [2, 3]).crossEntropy(targets: [0, 3]) }
    await #expect(processExitsWith: .failure) { _ = Tensor(zeros: [2, 3]).layerNormalized(gain: Tensor(zeros: [2])) }
  }

  /// The blocks that a tape holds after a step that gives logits to the cross-entropy, for logits made by `transform`.
  private func heldBytes(_ use: (Tensor) -> Tensor) -> Int {
    let tape = Tape()
    let table = Tensor(normal: [64, 8], key: RandomKey(seed: 1))
    _ = gradients([Tensor(normal: [32, 8], key: RandomKey(seed: 2))], on: tape) { use($0[0].linear(weight: table)) }
    return tape.byteCount
  }

  @Test func theGradientOfLogitsTakesTheirPlace() {
    let targets = (0..<32).map { Int32($0) }
    let logitBytes = 32 * 64 * 4
    let inPlace = heldBytes { $0.crossEntropy(targets: targets).sum() }
    #expect(inPlace < 2 * logitBytes)
    // An earlier operation reads its own results on the way back, so they must stay.
    let kept = heldBytes { tanh($0).crossEntropy(targets: targets).sum() }
    #expect(kept >= 3 * logitBytes)
  }

  @Test func logitsThatAreUsedAgainStay() {
    let targets: [Int32] = [1, 0, -1]
    let check = checkFunctionGradient(of: [.doubles([3, 4], seed: 1)]) { inputs in
      let logits = tanh(inputs[0] * 2)
      let first = logits.crossEntropy(targets: targets)
      return (logits.crossEntropy(targets: [2, 2, 2], labelSmoothing: 0.1) * first).sum() + logits.squared().sum()
    }
    #expect(check.agrees, "\(check)")
  }

  @Test func logitsThatSomebodyKeepsAreNotWrittenOver() {
    var kept: [Tensor] = []
    let input = Tensor(normal: [3, 4], key: RandomKey(seed: 3))
    _ = gradients([input]) { inputs in
      let logits = inputs[0] * 2
      kept.append(logits.detached())
      return logits.crossEntropy(targets: [1, 0, 2]).sum()
    }
    #expect(kept[0].scalars == input.scalars.map { $0 * 2 })
  }
}
