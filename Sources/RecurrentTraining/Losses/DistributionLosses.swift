public import RecurrentTensor

/// The mean quantile (pinball) loss (Koenker and Bassett, 1978): q (t - p) where a forecast p of the quantile q lies below the
/// target t, else (1 - q) (p - t), summed over the levels.
///
/// - Parameters:
///   - predictions: One tensor for each level.
///   - targets: Of the shape of each.
///   - levels: The levels q, each above 0 and below 1.
///   - weights: What errors are multiplied by, of a shape that stretches to that of the targets; nil for nothing.
///   - mask: Zeros and ones; see `meanSquaredError`.
/// - Returns: Shape `[]`.
public func quantileLoss(
  _ predictions: [Tensor], _ targets: Tensor, levels: [Float], weights: Tensor? = nil, mask: Tensor? = nil
) -> Tensor {
  precondition(
    predictions.count == levels.count && !levels.isEmpty && levels.allSatisfy { $0 > 0 && $0 < 1 },
    "a forecast for each level above 0 and below 1")
  let losses = zip(predictions, levels).map { prediction, level in
    var error = requireShape(prediction, targets, in: "quantileLoss").keepingCounted(mask)
    if let weights { error = error * weights }
    // q max(e, 0) + (1 - q) max(-e, 0) with e = t - p.
    return (relu(error) * level + relu(-error) * (1 - level)).meanOfCounted(mask)
  }
  return losses.dropFirst().reduce(losses[0], +)
}

/// The mean of minus the log density of the normal distribution, in nats.
///
/// - Parameters:
///   - means: Of any shape.
///   - deviations: Standard deviations, positive, of the same shape.
///   - targets: Of the same shape.
///   - mask: Zeros and ones; see `meanSquaredError`.
/// - Returns: Shape `[]`.
public func gaussianLoss(_ means: Tensor, _ deviations: Tensor, _ targets: Tensor, mask: Tensor? = nil) -> Tensor {
  let z = requireShape(means, targets, in: "gaussianLoss").keepingCounted(mask) / deviations
  let halfLogTwoPi = Float(0.918_938_533_204_672_7)
  return (z.squared() * 0.5 + log(deviations) + halfLogTwoPi).keepingCounted(mask).meanOfCounted(mask)
}

/// The mean of minus the log density of Student's t distribution with a location and a scale, in nats.
///
/// - Parameters:
///   - locations: Of any shape.
///   - scales: Positive, of the same shape.
///   - degrees: Degrees of freedom, positive, of the same shape.
///   - targets: Of the same shape.
///   - mask: Zeros and ones; see `meanSquaredError`.
/// - Returns: Shape `[]`.
public func studentTLoss(
  _ locations: Tensor, _ scales: Tensor, degrees: Tensor, _ targets: Tensor, mask: Tensor? = nil
) -> Tensor {
  let z = requireShape(locations, targets, in: "studentTLoss").keepingCounted(mask) / scales
  let half = (degrees + 1) * 0.5
  let logPi = Float(1.144_729_885_849_400_2)
  let normalizer = logGamma(degrees * 0.5) - logGamma(half) + (log(degrees) + logPi) * 0.5 + log(scales)
  return (normalizer + half * log(z.squared() / degrees + 1)).keepingCounted(mask).meanOfCounted(mask)
}

/// The mean of minus the log probability of the negative binomial distribution of counts, in nats.
///
/// With mean μ and shape r the variance is μ + μ² / r; in PyTorch's terms `total_count` is r and `probs` is μ / (r + μ).
///
/// - Parameters:
///   - means: Positive, of any shape.
///   - shapes: Positive, of the same shape.
///   - counts: Whole numbers from 0 on, of the same shape.
///   - mask: Zeros and ones; see `meanSquaredError`.
/// - Returns: Shape `[]`.
public func negativeBinomialLoss(_ means: Tensor, shapes: Tensor, _ counts: Tensor, mask: Tensor? = nil) -> Tensor {
  _ = requireShape(means, counts, in: "negativeBinomialLoss")
  let y = counts.keepingCounted(mask)
  let logTotal = log(shapes + means)
  let normalizer = logGamma(shapes) + logGamma(y + 1) - logGamma(y + shapes)
  let loss = normalizer + shapes * (logTotal - log(shapes)) + y * (logTotal - log(means))
  return loss.keepingCounted(mask).meanOfCounted(mask)
}

/// targets - predictions, which must have one shape.
private func requireShape(_ predictions: Tensor, _ targets: Tensor, in operation: StaticString) -> Tensor {
  if predictions.shape != targets.shape {
    ShapeError(operation: operation, actual: targets.shape, reason: .incompatible(predictions.shape)).trap()
  }
  return targets - predictions
}
