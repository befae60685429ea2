import Foundation
import RecurrentTensor

/// Where attention looked at every step.
struct AttentionRecord {
  /// The weights of each step, `[R, T]`.
  private var steps: [Tensor] = []

  /// Keeps the weights of a step; nothing of models without attention.
  mutating func append(_ weights: Tensor?) {
    if let weights { steps.append(weights) }
  }

  /// The weights of the first `length` positions of the source, for the steps of a sequence, each in its own row.
  func weights(rows: [Int], length: Int) -> [[Float]] {
    zip(steps, rows).map { weights, row in
      let width = weights.shape[1]
      return weights.withScalars { Array($0[row * width..<row * width + length]) }
    }
  }
}

/// How much attention each position of the sources has got from each beginning.
struct SourceCoverage {
  /// A sum of weights below this counts as this: its logarithm stays finite.
  private static let least = Double(Float.leastNormalMagnitude)

  /// The positions of the longest source.
  private let width: Int
  /// `[R, width]`.
  private var sums: [Float]

  init(rowCount: Int, width: Int) {
    self.width = width
    sums = [Float](repeating: 0, count: rowCount * width)
  }

  /// Adds the weights of a step, `[R, T]`.
  mutating func add(_ weights: Tensor) {
    let (rows, given) = (weights.shape[0], weights.shape[1])
    weights.withScalars { scalars in
      for row in 0..<rows {
        for position in 0..<min(width, given) { sums[row * width + position] += scalars[row * given + position] }
      }
    }
  }

  /// Goes on with some of the rows.
  mutating func select(_ rows: [Int]) {
    sums = rows.flatMap { sums[$0 * width..<($0 + 1) * width] }
  }

  /// The sum of log min(s, 1) over the first `length` positions, where s is the attention that each has got; at most 0.
  func logarithm(row: Int, length: Int) -> Double {
    sums[row * width..<row * width + length].reduce(0) { $0 + log(min(max(Double($1), Self.least), 1)) }
  }
}
