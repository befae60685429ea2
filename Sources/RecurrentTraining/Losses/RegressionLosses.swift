public import RecurrentTensor

/// The mean of (prediction - target)².
///
/// Where a mask is given, elements whose mask is 0 do not count, whatever they hold: a target that is missing may be NaN.
/// If none counts the loss is 0, and so is its gradient.
///
/// - Parameters:
///   - predictions: Of any shape.
///   - targets: Of the same shape.
///   - mask: Zeros and ones, of the same shape or one that stretches to it, such as `[T, N, 1]` for `[T, N, C]`.
/// - Returns: Shape `[]`.
public func meanSquaredError(_ predictions: Tensor, _ targets: Tensor, mask: Tensor? = nil) -> Tensor {
  MeanSquaredErrorOperation.apply(predictions, targets, mask: mask)
}

/// The mean of |prediction - target|; the gradient where both are equal is 0.
///
/// - Parameters:
///   - predictions: Of any shape.
///   - targets: Of the same shape.
///   - mask: Zeros and ones; see `meanSquaredError`.
/// - Returns: Shape `[]`.
public func meanAbsoluteError(_ predictions: Tensor, _ targets: Tensor, mask: Tensor? = nil) -> Tensor {
  abs(differences(predictions, targets, mask)).meanOfCounted(mask)
}

/// The mean of a loss that is quadratic near 0 and linear beyond (Huber, 1964): d² / 2 where |d| ≤ delta, else
/// delta (|d| - delta / 2), with d = prediction - target.
///
/// - Parameters:
///   - predictions: Of any shape.
///   - targets: Of the same shape.
///   - delta: Where it turns linear, above 0.
///   - mask: Zeros and ones; see `meanSquaredError`.
/// - Returns: Shape `[]`.
public func huberLoss(_ predictions: Tensor, _ targets: Tensor, delta: Float = 1, mask: Tensor? = nil) -> Tensor {
  precondition(delta > 0, "delta \(delta) is not above 0")
  let distance = abs(differences(predictions, targets, mask))
  let near = minimum(distance, distance.constant(delta))
  return (near.squared() * 0.5 + (distance - near) * delta).meanOfCounted(mask)
}

/// predictions - targets, and 0 where the mask is 0: no loss may see what does not count, or its gradient could be NaN.
private func differences(_ predictions: Tensor, _ targets: Tensor, _ mask: Tensor?) -> Tensor {
  if predictions.shape != targets.shape {
    ShapeError(operation: "loss", actual: targets.shape, reason: .incompatible(predictions.shape)).trap()
  }
  return (predictions - targets).keepingCounted(mask)
}
