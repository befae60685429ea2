import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import RecurrentTraining
import Testing

struct ActivationPenaltiesTests {
  /// Three steps of two rows of two units; the second row has two real steps, and padding that is no number.
  static let values: [Double] = [1, 2, -1, 0, 3, 2, 1, 1, 0, 1, .nan, .infinity]
  static let batch = SequenceBatch(Tensor(doubles: values, shape: [3, 2, 2]), lengths: [3, 2])

  @Test func meansOverRealSteps() {
    let squares = 1.0 + 4 + 1 + 9 + 4 + 1 + 1 + 0 + 1
    #expect(abs(activationRegularization(Self.batch, alpha: 2).doubles[0] - 2 * squares / 10) < 1e-12)
    // Differences: (2, 0) and (-3, -1) of the first row, (2, 1) of the second.
    let changes = 4.0 + 0 + 9 + 1 + 4 + 1
    #expect(abs(temporalActivationRegularization(Self.batch, beta: 0.5).doubles[0] - 0.5 * changes / 6) < 1e-12)
  }

  /// The formulas of the paper's code, `h.pow(2).mean()` and `(h[1:] - h[:-1]).pow(2).mean()`, where nothing is padded.
  @Test func withoutPadding() {
    let h = Tensor.doubles([4, 3, 2], seed: 9)
    let change = h.slice(axis: 0, 1..<4) - h.slice(axis: 0, 0..<3)
    let penalty = activationRegularization(SequenceBatch(h), alpha: 2).doubles[0]
    let temporal = temporalActivationRegularization(SequenceBatch(h), beta: 3).doubles[0]
    #expect(abs(penalty - 2 * h.squared().mean().doubles[0]) < 1e-12)
    #expect(abs(temporal - 3 * change.squared().mean().doubles[0]) < 1e-12)
  }

  @Test func nothingToPenalize() {
    let empty = SequenceBatch(Tensor.doubles([3, 2, 2], seed: 1), lengths: [0, 0])
    let single = SequenceBatch(Tensor.doubles([1, 2, 2], seed: 1))
    #expect(activationRegularization(empty, alpha: 2).doubles == [0])
    #expect(temporalActivationRegularization(empty, beta: 2).doubles == [0])
    #expect(temporalActivationRegularization(single, beta: 2).doubles == [0])
  }

  @Test(arguments: [nil, [4, 0, 2]] as [[Int]?]) func gradient(_ lengths: [Int]?) {
    let check = checkFunctionGradient(of: [.doubles([4, 3, 2], seed: 4)]) {
      let outputs = SequenceBatch($0[0], lengths: lengths)
      return activationRegularization(outputs, alpha: 2) + temporalActivationRegularization(outputs, beta: 1)
    }
    #expect(check.agrees, "\(check)")
  }
}
