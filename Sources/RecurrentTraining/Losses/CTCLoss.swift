public import RecurrentLayers
public import RecurrentTensor

/// What the sum of the losses of some sequences is divided by.
public enum SequenceMean: String, Hashable, Sendable, CaseIterable {
  /// The number of symbols of all targets.
  case symbols
  /// The number of sequences.
  case sequences
}

/// The mean of -log P(target) under connectionist temporal classification (Graves et al., 2006), in nats for each symbol of
/// the targets: see `CTC`, whose `losses` are those of the sequences one by one.
///
/// A target that no way through the steps spells has an infinite loss, and so has the mean, or 0 where `zeroInfinity` says
/// so; it counts in what the sum is divided by, as in PyTorch, and its gradient is 0 either way. `CTC.stepsNeeded` tells
/// beforehand which targets these are.
///
/// - Parameters:
///   - logits: `[T, N, V]`.
///   - targets: What the sequences spell, without blanks; a target may be empty.
///   - blank: The symbol that stands for none.
///   - mean: What the sum is divided by; by 1 if there is none of it.
///   - zeroInfinity: Whether the loss of a target that no way spells is 0 and not infinite.
/// - Returns: Shape `[]`.
public func ctcLoss(
  _ logits: SequenceBatch, _ targets: TokenBatch, blank: Int32 = 0, meanOver mean: SequenceMean = .symbols,
  zeroInfinity: Bool = false
) -> Tensor {
  let losses = CTC(blank: blank).losses(logits, targets, zeroInfinity: zeroInfinity)
  let count =
    switch mean {
    case .symbols: targets.lengths?.reduce(0) { $0 + Int($1) } ?? targets.tokens.count
    case .sequences: targets.batchSize
    }
  return losses.sum() / Float(max(1, count))
}
