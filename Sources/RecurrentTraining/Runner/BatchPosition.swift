public import RecurrentTensor

/// Names one batch of a run, or a share of it.
public struct BatchPosition: Hashable, Sendable {
  /// The epoch, from 0.
  public let epoch: Int
  /// The batch within the epoch, from 0.
  public let index: Int
  /// The number of steps made before this one in the whole run.
  public let step: Int
  /// The key of the run; fold a purpose and the epoch into it to draw random numbers.
  public let key: RandomKey
  /// Which share of the batch; the whole of it unless told otherwise.
  public let share: BatchShare

  /// Names a batch, or a share of one.
  public init(epoch: Int, index: Int, step: Int, key: RandomKey, share: BatchShare = .whole) {
    self.epoch = epoch
    self.index = index
    self.step = step
    self.key = key
    self.share = share
  }

  /// Which of the `count` examples of the batch, in their order, the share holds.
  public func share(of count: Int) -> Range<Int> { share.range(of: count) }

  /// Those of the examples of the batch that the share holds.
  public func share<Example>(of examples: [Example]) -> [Example] {
    share.isWhole ? examples : Array(examples[share.range(of: examples.count)])
  }

  /// The key of what chance does to the examples, such as noise: another one for every step and every share.
  public var noiseKey: RandomKey { share.folded(into: key.folding(.data).folding(step)) }
}

/// One of several parts of a batch, as equal as possible, that gradients are computed of by themselves.
public struct BatchShare: Hashable, Sendable {
  /// Which one, from 0.
  public let number: Int
  /// How many there are.
  public let count: Int

  /// The share of a batch that is not cut.
  public static let whole = BatchShare(0, of: 1)

  /// A share.
  public init(_ number: Int, of count: Int) {
    precondition(count > 0 && 0..<count ~= number, "share \(number) of \(count)")
    self.number = number
    self.count = count
  }

  /// Whether this is the whole batch.
  public var isWhole: Bool { count == 1 }

  /// Which of `total` things in a row the share holds; none where there are fewer than shares and it has to go without.
  public func range(of total: Int) -> Range<Int> {
    // No overflow for any number of things that fits in memory, and no more than some thousand shares.
    number * total / count..<(number + 1) * total / count
  }

  /// The key of the share: that of the batch where it is not cut.
  func folded(into key: RandomKey) -> RandomKey { isWhole ? key : key.folding(number) }
}
