/// The part that a share of a batch has in a penalty that is a mean over something else than the loss.
enum PenaltyShare {
  /// What a share weighs, and over how many items the mean of the penalty is.
  typealias Sizes = (weight: Int, items: Int)

  /// What the penalty of a share is multiplied by, so that the shares of a batch, weighed as their losses are, add up to
  /// the mean of the penalty over all items of the batch.
  static func factor(of share: Sizes, among batch: Sizes) -> Float {
    if share.weight == 0 || batch.items == 0 { return 0 }
    return Float(Double(share.items) / Double(batch.items) * (Double(batch.weight) / Double(share.weight)))
  }
}
