public import RecurrentLayers
public import RecurrentTensor

/// The adding problem (Hochreiter and Schmidhuber, "Long short-term memory", 1997; in the form of Le, Jaitly and Hinton, 2015):
/// each step has a number even in [0, 1) and a mark, which is 1 at two steps, one in each half, and else 0. After the last
/// step the sum of the two marked numbers is asked for.
///
/// Who always answers 1, the mean, has a mean squared error of 1/6.
public struct AddingProblem: Hashable, Sendable {
  /// The error of whoever does not remember anything.
  public static let baseline = 1.0 / 6

  /// The number of steps, T.
  public let stepCount: Int

  /// A problem of at least two steps.
  public init(stepCount: Int) {
    precondition(stepCount >= 2, "two numbers cannot be added within \(stepCount) steps")
    self.stepCount = stepCount
  }

  /// Some sequences.
  ///
  /// - Parameters:
  ///   - batchSize: How many, N.
  ///   - key: What they are drawn from.
  /// - Returns: The inputs, numbers and marks, `[T, N, 2]`, and the sums, `[N, 1]`.
  public func batch(_ batchSize: Int, key: RandomKey) -> (inputs: SequenceBatch, targets: Tensor) {
    let key = key.folding(.data)
    let numbers = Tensor(uniform: [stepCount, batchSize], key: key.folding(0)).scalars
    let places = key.folding(1)
    var inputs = [Float](repeating: 0, count: stepCount * batchSize * 2)
    for index in numbers.indices { inputs[2 * index] = numbers[index] }
    let half = stepCount / 2
    let sums = (0..<batchSize).map { row -> Float in
      let marked = [
        places.integer(at: 2 * row, below: half), half + places.integer(at: 2 * row + 1, below: stepCount - half),
      ]
      for step in marked { inputs[2 * (step * batchSize + row) + 1] = 1 }
      return marked.reduce(0) { $0 + numbers[$1 * batchSize + row] }
    }
    return (
      SequenceBatch(Tensor(inputs, shape: [stepCount, batchSize, 2])), Tensor(sums, shape: [batchSize, 1])
    )
  }
}
