public import RecurrentTensor

/// The loss of a batch, or of a share of one.
public struct BatchLoss: Sendable {
  /// The mean over the items, of shape `[]`.
  public let mean: Tensor
  /// How many items the mean is over: the batch's weight in the mean of the epoch.
  public let count: Int
  /// What the mean is divided by, or what is proportional to that: a share's weight in the mean of its batch. Of items
  /// with weights of their own it is the sum of these.
  public let weight: Double

  /// The loss of `count` items.
  ///
  /// - Parameter weight: See above; nil where all items count the same.
  public init(mean: Tensor, count: Int, weight: Double? = nil) {
    self.mean = mean
    self.count = count
    self.weight = weight ?? Double(count)
  }

  /// The loss of a share without examples.
  public static var empty: BatchLoss { BatchLoss(mean: Tensor(0), count: 0) }
}
