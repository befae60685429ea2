public import RecurrentTensor

/// A time-major batch of sequences, `[T, N, C]`, each with its real steps first and padding behind.
public struct SequenceBatch: Sendable {
  /// The steps of all rows, `[T, N, C]`.
  public var values: Tensor
  /// The number of real steps of each row, each in `0...T`; nil means that all rows have T.
  public let lengths: [Int32]?
  /// Where rows begin anew: before such a step every recurrent layer puts the row's state back to its first one. Nil for
  /// nowhere. Steps at padding do not count.
  public private(set) var resets: StepFlags?

  /// A batch of sequences of full length, `[T, N, C]`.
  public init(_ values: Tensor) {
    requireRank(3, values.shape, in: "SequenceBatch")
    self.values = values
    lengths = nil
  }

  /// A batch of sequences of different lengths.
  ///
  /// - Parameters:
  ///   - values: `[T, N, C]`.
  ///   - lengths: The real steps of each row, each in `0...T`.
  public init(_ values: Tensor, lengths: [Int]?) {
    requireRank(3, values.shape, in: "SequenceBatch")
    if let lengths {
      precondition(lengths.count == values.shape[1], "\(lengths.count) lengths for \(values.shape[1]) rows")
      precondition(lengths.allSatisfy { $0 >= 0 && $0 <= values.shape[0] }, "a length is not in 0...\(values.shape[0])")
    }
    self.values = values
    self.lengths = lengths?.map(Int32.init)
  }

  /// A batch from batch-major values, `[N, T, C]`.
  public init(batchMajor values: Tensor, lengths: [Int]? = nil) {
    requireRank(3, values.shape, in: "SequenceBatch(batchMajor:)")
    self.init(values.permuted([1, 0, 2]), lengths: lengths)
  }

  /// A batch from values with the features before the steps, `[N, C, T]`: PyTorch's layout for convolutions.
  public init(channelMajor values: Tensor, lengths: [Int]? = nil) {
    requireRank(3, values.shape, in: "SequenceBatch(channelMajor:)")
    self.init(values.permuted([2, 0, 1]), lengths: lengths)
  }

  package init(_ values: Tensor, sharing lengths: [Int32]?, resets: StepFlags? = nil) {
    self.values = values
    self.lengths = lengths
    self.resets = resets
  }

  /// The same batch with rows that begin anew before the flagged steps, for example because several documents or episodes
  /// stand behind each other in one row.
  ///
  /// - Parameter resets: `[T, N]`; nil for nowhere.
  public func resetting(at resets: StepFlags?) -> SequenceBatch {
    resets?.requireFit(self)
    var copy = self
    copy.resets = resets
    return copy
  }

  /// The number of steps, T.
  public var stepCount: Int { values.shape[0] }
  /// The number of sequences, N.
  public var batchSize: Int { values.shape[1] }
  /// The number of features of a step, C.
  public var featureCount: Int { values.shape[2] }

  /// The values with the batch axis first, `[N, T, C]`.
  public var batchMajor: Tensor { values.permuted([1, 0, 2]) }

  /// The values with the features before the steps, `[N, C, T]`.
  public var channelMajor: Tensor { values.permuted([1, 2, 0]) }

  /// A batch of the same lengths with other features, for example those that a layer made of these.
  public func replacingValues(_ newValues: Tensor) -> SequenceBatch {
    precondition(
      newValues.shape.rank == 3 && newValues.shape[0] == stepCount && newValues.shape[1] == batchSize,
      "values of shape \(newValues.shape) for a batch of \(stepCount) steps and \(batchSize) rows")
    return SequenceBatch(newValues, sharing: lengths, resets: resets)
  }

  /// The last real step of each row, `[N, C]`; zeros for a row of length 0.
  ///
  /// Of a bidirectional layer this is the backward direction's first step. Its `finalState.hidden` has the last step of
  /// both directions.
  public var last: Tensor {
    if stepCount == 0 {
      return Tensor(repeating: 0, shape: [batchSize, featureCount], elementType: values.elementType)
    }
    guard let lengths else { return values[stepCount - 1] }
    let indices = lengths.enumerated().map { row, length in
      length == 0 ? -1 : (length - 1) * Int32(batchSize) + Int32(row)
    }
    return values.reshaped(to: [stepCount * batchSize, featureCount]).rows(at: indices)
  }

  /// The numbers of the real steps among the rows of `[T · N, C]`; nil when all steps are real.
  package var realRows: [Int32]? {
    guard let lengths else { return nil }
    return (0..<stepCount).flatMap { step in
      lengths.indices.filter { step < Int(lengths[$0]) }.map { Int32(step * lengths.count + $0) }
    }
  }

  /// 1 at real steps and 0 at padding, `[T, N, 1]`; nil when all steps are real.
  package func mask(elementType: ElementType) -> Tensor? {
    guard let lengths else { return nil }
    let scalars = (0..<stepCount).flatMap { step in lengths.map { Float(step < Int($0) ? 1 : 0) } }
    return Tensor(scalars, shape: [stepCount, batchSize, 1]).converted(to: elementType)
  }
}
