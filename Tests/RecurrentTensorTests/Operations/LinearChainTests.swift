import RecurrentTensor
import RecurrentTestSupport
import Testing

struct LinearChainTests {
  @Test(arguments: [nil, [3, 0, 4], [4, 1, 2]] as [[Int32]?])
  func gradient(lengths: [Int32]?) {
    let inputs = [
      Tensor.doubles([4, 3, 3], seed: 1), .doubles([3, 3], seed: 2), .doubles([3], seed: 3), .doubles([3], seed: 4),
    ]
    let check = checkFunctionGradient(of: inputs) { inputs in
      inputs[0].linearChainLosses(
        targets: [0, 1, 2, 2, 1, 0, 1, 1, 2, 0, 2, 2], transitions: inputs[1], start: inputs[2], end: inputs[3],
        lengths: lengths)
    }
    #expect(check.agrees, "\(check)")
  }

  @Test func targetsBehindAnEndAreNotRead() {
    let logits = Tensor([1, 2, 3, 4], shape: [2, 1, 2])
    let zeros = Tensor(zeros: [2])
    let losses = logits.linearChainLosses(
      targets: [1, -1], transitions: Tensor(zeros: [2, 2]), start: zeros, end: zeros, lengths: [1])
    #expect(losses.scalars == logits.slice(axis: 0, 0..<1).crossEntropy(targets: [1]).scalars)
  }

  /// With no scores of neighbours the chain is a softmax at each step.
  @Test func withoutTransitionsItIsCrossEntropy() {
    let logits = Tensor.doubles([5, 2, 4], seed: 5)
    let targets: [Int32] = [0, 1, 2, 3, 3, 2, 1, 0, 0, 1]
    let zeros = Tensor(zeros: [4]).converted(to: .float64)
    let losses = logits.linearChainLosses(
      targets: targets, transitions: Tensor(zeros: [4, 4]).converted(to: .float64), start: zeros, end: zeros)
    let steps = logits.crossEntropy(targets: targets).doubles
    for row in 0..<2 {
      let sum = (0..<5).reduce(0) { $0 + steps[$1 * 2 + row] }
      #expect(abs(losses.doubles[row] - sum) < 1e-12)
    }
    let best = logits.linearChainBest(
      transitions: Tensor(zeros: [4, 4]).converted(to: .float64), start: zeros, end: zeros)
    let largest = (0..<10).map { step in (0..<4).max { logits.doubles[step * 4 + $0] < logits.doubles[step * 4 + $1] } }
    #expect(best.labels.map { Int($0) } == largest)
  }

  @Test func emptyBatchAndNoSteps() {
    let zeros = Tensor(zeros: [2])
    for shape in [[0, 3, 2], [4, 0, 2]] as [Shape] {
      let logits = Tensor(zeros: shape)
      let targets = [Int32](repeating: 0, count: shape[0] * shape[1])
      let losses = logits.linearChainLosses(
        targets: targets, transitions: Tensor(zeros: [2, 2]), start: zeros, end: zeros)
      #expect(losses.scalars == [Float](repeating: 0, count: shape[1]))
      #expect(logits.linearChainBest(transitions: Tensor(zeros: [2, 2]), start: zeros, end: zeros).labels.isEmpty)
    }
  }
}
