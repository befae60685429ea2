import Foundation
import RecurrentLayers
import RecurrentTensor
import Testing

@Suite struct RecurrentInitializationTests {
  /// exp b is even from 1 to T − 1: so are the time scales 1 / (1 − σ(b)) = 1 + exp b, up to T.
  @Test func chronoBiases() throws {
    let first = RecurrentInitialization(longestLag: 200)
    let size = 600
    let cell = GRUCell(inputSize: 1, hiddenSize: size, initialization: first, key: RandomKey(seed: 4))
    let input = try #require(cell.weights.inputBias).value.scalars
    let hidden = try #require(cell.weights.hiddenBias).value.scalars
    let drawn = (size..<2 * size).map { exp(Double(input[$0] + hidden[$0])) }
    #expect(drawn.allSatisfy { (1 - 1e-4...199).contains($0) })
    let mean = drawn.reduce(0, +) / Double(size)
    #expect(abs(mean - 100) < 5 * 198 / (12 * Double(size)).squareRoot())
    // The other gates are drawn as without.
    let plain = GRUCell(inputSize: 1, hiddenSize: size, key: RandomKey(seed: 4))
    #expect(Array(input[..<size]) == Array(try #require(plain.weights.inputBias).value.scalars[..<size]))
  }

  @Test func chronoBiasesOfAnLSTM() throws {
    let cell = LSTMCell(
      inputSize: 1, hiddenSize: 20, initialization: RecurrentInitialization(longestLag: 50), key: RandomKey(seed: 4))
    let biases = zip(
      try #require(cell.weights.inputBias).value.scalars, try #require(cell.weights.hiddenBias).value.scalars
    ).map { $0 + $1 }
    #expect(biases[20..<40].contains { $0 > 2 } && biases[20..<40].allSatisfy { $0 >= 0 })
    #expect(zip(biases[0..<20], biases[20..<40]).allSatisfy { $0 == -$1 })
  }

  /// A rectified network that begins with the identity keeps a positive state without end.
  @Test func irnnKeepsItsState() throws {
    let cell = ElmanCell.irnn(inputSize: 3, hiddenSize: 5, key: RandomKey(seed: 4))
    #expect(cell.activation == .relu && cell.weights.hiddenBias == nil)
    #expect(try #require(cell.weights.inputBias).value.scalars.allSatisfy { $0 == 0 })
    #expect(cell.weights.inputHidden.value.scalars.allSatisfy { abs($0) < 0.01 && $0 != 0 })
    let state = HiddenState(hidden: Tensor([0, 1, 2, 3, 4], shape: [1, 5]))
    let (_, last) = cell.scan(SequenceBatch(Tensor(zeros: [100, 1, 3])), from: state, direction: .forward)
    #expect(last.hidden.scalars == [0, 1, 2, 3, 4])
    let half = ElmanCell.irnn(inputSize: 3, hiddenSize: 5, scale: 0.5, key: RandomKey(seed: 4))
    #expect(half.step(Tensor(zeros: [1, 3]), from: state).hidden.scalars == [0, 0.5, 1, 1.5, 2])
  }
}
