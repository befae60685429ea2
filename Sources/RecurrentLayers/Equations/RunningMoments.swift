import RecurrentTensor

/// The running means and variances of one batch normalisation in a recurrence, by time step.
@usableFromInline
struct RunningMoments: Sendable {
  @usableFromInline let names: CellEquations.StatisticNames
  private let momentum: Float
  /// `[steps, width]`.
  @usableFromInline var mean: RunningStatistic
  @usableFromInline var variance: RunningStatistic

  init(names: CellEquations.StatisticNames, steps: Int, width: Int, momentum: Float) {
    precondition(steps > 0, "a batch normalisation keeps statistics of at least one step")
    precondition((0...1).contains(momentum), "the momentum \(momentum) is not in 0...1")
    self.names = names
    self.momentum = momentum
    mean = RunningStatistic(Tensor(zeros: [steps, width]))
    variance = RunningStatistic(Tensor(repeating: 1, shape: [steps, width]))
  }

  @inlinable
  mutating func accept<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit(names.mean, &mean)
    visitor.visit(names.variance, &variance)
  }

  /// Means and inverse deviations for the steps of a batch, `[T, 1, width]`.
  func stepValues(for inputs: SequenceBatch) -> (mean: Tensor, inverseDeviation: Tensor) {
    let last = mean.value.shape[0] - 1
    let steps = (0..<inputs.stepCount).map { Int32(min($0, last)) }
    let shape: Shape = [inputs.stepCount, 1, mean.value.shape[1]]
    let type = inputs.values.elementType
    let variances = variance.value.detached().rows(at: steps).converted(to: type).reshaped(to: shape)
    let epsilon = Tensor(repeating: 1, shape: [1], elementType: type) * Float(CellEquations.normalizationEpsilon)
    return (
      mean.value.detached().rows(at: steps).converted(to: type).reshaped(to: shape), 1 / sqrt(variances + epsilon)
    )
  }

  /// Takes down what a training step saw, for steps that at least two rows reach: one has no variance.
  func record(means: Tensor, inverseDeviations: Tensor, of inputs: SequenceBatch) {
    guard mean.isTraining else { return }
    let rows = (0..<min(inputs.stepCount, mean.value.shape[0])).map { inputs.realRowCount(at: $0) }.prefix { $0 > 1 }
    if rows.isEmpty { return }
    let type = means.elementType
    // The variance of a sample stands for that of all data with one row less.
    let corrections = Tensor(rows.map { Float($0) / Float($0 - 1) }, shape: [rows.count, 1]).converted(to: type)
    let seen = inverseDeviations.slice(axis: 0, 0..<rows.count)
    let variances = (1 / (seen * seen) - Float(CellEquations.normalizationEpsilon)) * corrections
    mean.record(means.slice(axis: 0, 0..<rows.count).converted(to: mean.value.elementType), momentum: momentum)
    variance.record(variances.converted(to: variance.value.elementType), momentum: momentum)
  }
}

extension SequenceBatch {
  /// The number of rows that are real at a step.
  fileprivate func realRowCount(at time: Int) -> Int { lengths?.count { Int($0) > time } ?? batchSize }
}
