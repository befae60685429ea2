public import RecurrentTensor

/// Normalises each feature over the batch and its steps, then scales and shifts it (Ioffe and Szegedy, 2015).
///
/// y = (x - mean) / √(variance + ε) · weight + bias
///
/// In training, inside a gradient scope that was given a key, mean and variance are those of the batch, and the running
/// statistics take them in when the gradients are applied: the mean as it is, the variance as the unbiased estimate
/// n / (n - 1) times it, as PyTorch does. Everywhere else the running statistics are used. A batch of a single number for
/// each feature has no such estimate and leaves them as they are.
public struct BatchNorm1d: Module {
  /// What the normalised features are multiplied by, `[C]`; 1 at first. nil without the affine map.
  public var weight: Parameter?
  /// What is added, `[C]`; 0 at first.
  public var bias: Parameter?
  /// What means are in inference, `[C]`; 0 at first.
  public var runningMean: RunningStatistic
  /// What variances are in inference, `[C]`; 1 at first.
  public var runningVariance: RunningStatistic
  /// How much of the running statistics each training step replaces.
  public let momentum: Float
  /// What is added to the variance.
  public let epsilon: Float

  /// A normalisation of C features.
  ///
  /// - Parameters:
  ///   - size: C.
  ///   - momentum: How much of the running statistics each training step replaces.
  ///   - epsilon: What is added to the variance.
  ///   - isAffine: Whether features are scaled and shifted.
  public init(size: Int, momentum: Float = 0.1, epsilon: Float = 1e-5, isAffine: Bool = true) {
    precondition(size > 0, "a normalisation needs at least one feature")
    precondition((0...1).contains(momentum), "the momentum \(momentum) is not in 0...1")
    weight = isAffine ? Parameter(Tensor(repeating: 1, shape: [size])) : nil
    bias = isAffine ? Parameter(Tensor(zeros: [size])) : nil
    runningMean = RunningStatistic(Tensor(zeros: [size]))
    runningVariance = RunningStatistic(Tensor(repeating: 1, shape: [size]))
    self.momentum = momentum
    self.epsilon = epsilon
  }

  /// Visits scale, shift and running statistics.
  @inlinable
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("weight", &weight)
    visitor.visit("bias", &bias)
    visitor.visit("running_mean", &runningMean)
    visitor.visit("running_var", &runningVariance)
  }

  /// In PyTorch's layouts: `[N, C]` to `[N, C]`, `[N, C, L]` to `[N, C, L]`.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    if x.shape.rank == 2 { return normalize(x, counted: nil) }
    requireRank(3, x.shape, in: "BatchNorm1d")
    return normalize(x.permuted([0, 2, 1]), counted: nil).permuted([0, 2, 1])
  }

  /// `[T, N, C]` to `[T, N, C]`, each feature over all real steps of the batch; the others are zeros in the result.
  public func callAsFunction(_ sequence: SequenceBatch) -> SequenceBatch {
    sequence.replacingValues(normalize(sequence.values, counted: sequence.realRows))
  }

  /// Normalises the last axis over all others.
  private func normalize(_ x: Tensor, counted: [Int32]?) -> Tensor {
    let count = counted?.count ?? x.shape.elementCount(of: 0..<x.shape.rank - 1)
    var moments = ColumnMoments(mean: runningMean.value, variance: runningVariance.value)
    let isTraining = runningMean.isTraining && count > 0
    if isTraining {
      moments = x.columnMoments(counted: counted)
      if count > 1 {
        runningMean.record(moments.mean, momentum: momentum)
        runningVariance.record(moments.unbiasedVariance(count: count), momentum: momentum)
      }
    }
    return x.batchNormalized(
      by: moments, isOfBatch: isTraining, gain: weight?.value, shift: bias?.value, epsilon: Double(epsilon),
      counted: counted)
  }
}
