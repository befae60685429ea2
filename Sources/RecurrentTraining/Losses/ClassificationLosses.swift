public import RecurrentLayers
public import RecurrentTensor

/// The mean cross-entropy of rows of logits, in nats per row that counts.
///
/// A row with a negative class does not count: it has no loss and no gradient. If no row counts the loss is 0.
///
/// - Parameters:
///   - logits: `[…, V]`, such as `[T, N, V]`.
///   - targets: The class of each row, in the order of the rows, below V.
///   - labelSmoothing: How much of the target is spread over all classes, in 0...1 (Szegedy et al., 2016).
/// - Returns: Shape `[]`.
public func crossEntropy(_ logits: Tensor, _ targets: [Int32], labelSmoothing: Float = 0) -> Tensor {
  precondition((0...1).contains(labelSmoothing), "label smoothing \(labelSmoothing) is not in 0...1")
  let counted = targets.count { $0 >= 0 }
  return logits.crossEntropy(targets: targets, labelSmoothing: labelSmoothing).sum() / Float(max(1, counted))
}

/// The mean cross-entropy of a symbol at every step, in nats per symbol. Padding does not count.
///
/// - Parameters:
///   - logits: `[T, N, V]`.
///   - targets: The right symbols, T steps of N sequences.
///   - labelSmoothing: See above.
/// - Returns: Shape `[]`.
public func crossEntropy(_ logits: Tensor, _ targets: TokenBatch, labelSmoothing: Float = 0) -> Tensor {
  requireRank(3, logits.shape, in: "crossEntropy")
  requireDimension(0, "steps", targets.stepCount, logits.shape, in: "crossEntropy")
  requireDimension(1, "sequences", targets.batchSize, logits.shape, in: "crossEntropy")
  return crossEntropy(logits, targets.tokens, labelSmoothing: labelSmoothing)
}

/// The mean cross-entropy of yes-or-no questions, in nats: -(t log σ(x) + (1 - t) log(1 - σ(x))), exact for any logit.
///
/// - Parameters:
///   - logits: Of any shape; σ(logit) is the probability of a yes.
///   - targets: 1 for yes, 0 for no, or a probability; of the same shape.
///   - mask: Zeros and ones; see `meanSquaredError`.
/// - Returns: Shape `[]`.
public func binaryCrossEntropy(_ logits: Tensor, _ targets: Tensor, mask: Tensor? = nil) -> Tensor {
  if logits.shape != targets.shape {
    ShapeError(operation: "binaryCrossEntropy", actual: targets.shape, reason: .incompatible(logits.shape)).trap()
  }
  let x = logits.keepingCounted(mask)
  let t = targets.keepingCounted(mask)
  // log σ(x) = -softplus(-x) and log(1 - σ(x)) = -softplus(x): neither overflows nor cancels.
  return (t * softplus(-x) + (1 - t) * softplus(x)).keepingCounted(mask).meanOfCounted(mask)
}
