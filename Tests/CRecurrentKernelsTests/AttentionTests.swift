import CRecurrentKernels
import Foundation
import Testing

@Suite(.fencedBuffers) struct AttentionTests {
  static let lengths: [Int32] = [0, 3, 1]

  @Test(arguments: Kernels.all) func maskedSoftmax(kernels: Kernels) {
    var numbers = Numbers(seed: 100)
    for n in oddSizes where n > 0 {
      for lengths in [nil, [0, Int32(n), Int32(n / 2), 1]] {
        let x = numbers.reals(8 * n, -4, 4)
        let y = kernels.buffer(count: 8 * n)
        kernels.table.masked_softmax(8, Int64(n), 4, lengths, kernels.buffer(x).pointer, y.pointer)
        let expected = (0..<8).flatMap { r -> [Double] in
          let length = lengths.map { Int($0[r % 4]) } ?? n
          let powers = x[r * n..<r * n + length].map { exp($0) }
          let sum = powers.reduce(0, +)
          return powers.map { $0 / sum } + [Double](repeating: 0, count: n - length)
        }
        expectClose(y.values, expected, absolute: 8 * kernels.epsilon, relative: 8 * kernels.epsilon, "\(kernels) \(n)")
      }
    }
  }

  /// Two queries over three steps of three sequences.
  struct Problem {
    let width: Int
    let lengths: [Int32]?
    var arguments: [[Double]]
    let upstream: [Double]

    init(width: Int, isRagged: Bool) {
      var numbers = Numbers(seed: 101 + width)
      self.width = width
      lengths = isRagged ? AttentionTests.lengths : nil
      arguments = [6, 9, 1].map { numbers.reals($0 * width) }
      upstream = numbers.reals(18)
    }

    func scores(_ kernels: Kernels) -> Buffer {
      let scores = kernels.buffer(count: 18)
      let operands = arguments.map { kernels.buffer($0).pointer }
      kernels.table.additive_scores(
        2, 3, 3, Int64(width), lengths, operands[0], operands[1], operands[2], scores.pointer)
      return scores
    }

    /// dq, dk and dv, each added to 0.25.
    func gradients(_ kernels: Kernels, wanted: [Bool] = [true, true, true]) -> [Buffer] {
      let operands = arguments.map { kernels.buffer($0).pointer }
      let results = arguments.map { kernels.buffer([Double](repeating: 0.25, count: $0.count)) }
      let pointers = zip(results, wanted).map { $1 ? $0.pointer : nil }
      kernels.table.additive_scores_backward(
        2, 3, 3, Int64(width), lengths, operands[0], operands[1], operands[2], kernels.buffer(upstream).pointer,
        pointers[0], pointers[1], pointers[2], kernels.buffer(count: 3 * width).pointer)
      return results
    }
  }

  @Test(arguments: Kernels.all, [false, true]) func additiveScores(kernels: Kernels, isRagged: Bool) throws {
    let oracle = try #require(Kernels.oracle)
    for width in [1, 7, 8, 9, 16, 33] {
      let problem = Problem(width: width, isRagged: isRagged)
      let (q, k, v) = (problem.arguments[0], problem.arguments[1], problem.arguments[2])
      let expected = (0..<18).map { at -> Double in
        let (u, n, t) = (at / 9, at / 3 % 3, at % 3)
        guard t < problem.lengths.map({ Int($0[n]) }) ?? 3 else { return 0 }
        return (0..<width).reduce(0) {
          $0 + v[$1] * tanh(q[(u * 3 + n) * width + $1] + k[(t * 3 + n) * width + $1])
        }
      }
      let tolerance = 16 * kernels.epsilon * Double(width).squareRoot()
      expectClose(problem.scores(kernels).values, expected, absolute: tolerance, "\(kernels.name) width \(width)")
      for (actual, truth) in zip(problem.gradients(kernels), problem.gradients(oracle)) {
        expectClose(actual.values, truth.values, absolute: 32 * kernels.epsilon, "\(kernels.name) width \(width)")
      }
    }
  }

  @Test(arguments: [false, true]) func oracleGradients(isRagged: Bool) throws {
    let oracle = try #require(Kernels.oracle)
    let problem = Problem(width: 3, isRagged: isRagged)
    for (index, actual) in problem.gradients(oracle).enumerated() {
      let expected = centralDifferences(at: problem.arguments[index]) { argument in
        var moved = problem
        moved.arguments[index] = argument
        return zip(moved.scores(oracle).values, problem.upstream).reduce(0) { $0 + $1.0 * $1.1 }
      }
      expectClose(actual.values, expected.map { $0 + 0.25 }, absolute: 1e-8, relative: 1e-8, "\(index)")
    }
  }

  @Test(arguments: Kernels.all) func gradientsLeftOut(kernels: Kernels) {
    let problem = Problem(width: 19, isRagged: true)
    let all = problem.gradients(kernels)
    for missing in 0..<3 {
      let results = problem.gradients(kernels, wanted: (0..<3).map { $0 != missing })
      for k in 0..<3 where k != missing { expectSameBits(results[k], all[k], "\(kernels.name) without \(missing)") }
      #expect(results[missing].values.allSatisfy { $0 == 0.25 })
    }
  }
}
