import RecurrentTensor

/// A yes or no for every step of every row of a batch, `[T, N]`.
public struct StepFlags: Hashable, Sendable {
  /// The flags, the N of the first step first.
  public let flags: [Bool]
  /// The number of sequences, N.
  public let batchSize: Int
  /// The number of steps, T.
  public let stepCount: Int

  /// Flags by step, each with one for every row.
  public init(_ steps: [[Bool]]) {
    stepCount = steps.count
    batchSize = steps.first?.count ?? 0
    let count = batchSize
    precondition(steps.allSatisfy { $0.count == count }, "the steps have different numbers of rows")
    flags = steps.flatMap { $0 }
  }

  /// Flags where `isSet(step, row)`.
  public init(stepCount: Int, batchSize: Int, where isSet: (_ step: Int, _ row: Int) -> Bool) {
    self.stepCount = stepCount
    self.batchSize = batchSize
    flags = (0..<stepCount).flatMap { step in (0..<batchSize).map { isSet(step, $0) } }
  }

  /// The flag of a step of a row.
  public subscript(step: Int, row: Int) -> Bool { flags[step * batchSize + row] }

  /// Traps unless there is one flag for each step of the batch.
  func requireFit(_ batch: SequenceBatch) {
    precondition(
      stepCount == batch.stepCount && batchSize == batch.batchSize,
      "flags for \(stepCount) steps of \(batchSize) rows, a batch has \(batch.stepCount) of \(batch.batchSize)")
  }

  /// Read as the steps before which rows begin anew: 0 before such a step and 1 elsewhere, in the order of walking,
  /// `[T, N, 1]`. A row that is walked from its end begins anew behind the last step of each part. Nothing happens to a
  /// row that is over.
  func keep(lengths: [Int32]?, _ direction: Direction, elementType: ElementType) -> Tensor {
    let offset = direction == .forward ? 0 : 1
    let scalars = (0..<stepCount).flatMap { step in
      (0..<batchSize).map { row in
        let boundary = step + offset
        let end = lengths.map { Int($0[row]) } ?? stepCount
        return boundary < end && self[boundary, row] ? Float(0) : 1
      }
    }
    return Tensor(scalars, shape: [stepCount, batchSize, 1]).converted(to: elementType)
  }
}

extension SequenceBatch {
  /// Traps where rows begin anew: what looks at several steps at once would see across the border.
  func requireWholeRows(in layer: StaticString) {
    precondition(resets == nil, "\(layer): rows that begin anew inside a batch have to be rows of their own")
  }
}
