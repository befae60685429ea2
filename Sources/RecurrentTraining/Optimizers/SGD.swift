public import RecurrentLayers

/// Stochastic gradient descent, with momentum if asked for (Polyak, 1964; Nesterov's form: Sutskever et al., 2013).
///
///     m ← momentum m + (1 - dampening) g        (m ← g in the first step)
///     w ← w - rate m                            (Nesterov: w - rate (g + momentum m))
///
/// Without momentum it keeps no moments and steps by the gradient itself.
public struct SGD: Optimizer {
  /// How far a step goes.
  public var learningRate: Float
  /// How much of the last step's direction is kept, 0 or more.
  public let momentum: Double
  /// How much of the new gradient is left out of the momentum.
  public let dampening: Double
  /// Whether the gradient is taken where momentum is about to lead. Needs momentum and no dampening.
  public let isNesterov: Bool
  /// How much of the parameter itself is added to its gradient.
  public let weightDecay: Double
  /// What is done differently with some of the parameters.
  public var groups: [ParameterGroup] { grouped.groups }
  @usableFromInline var grouped: GroupedParameters
  /// What is remembered from step to step.
  public var state: OptimizerState

  /// Stochastic gradient descent with PyTorch's defaults.
  public init(
    learningRate: Float = 1e-3, momentum: Double = 0, dampening: Double = 0, isNesterov: Bool = false,
    weightDecay: Double = 0, groups: [ParameterGroup] = []
  ) {
    precondition(momentum >= 0, "the momentum \(momentum) is negative")
    precondition(
      !isNesterov || (momentum > 0 && dampening == 0), "Nesterov's form needs a momentum and no dampening")
    self.learningRate = learningRate
    self.momentum = momentum
    self.dampening = dampening
    self.isNesterov = isNesterov
    self.weightDecay = weightDecay
    grouped = GroupedParameters(groups)
    state = OptimizerState(momentNames: momentum == 0 ? [] : ["momentum_buffer"])
  }

  /// Moves the trainable parameters of `model` by one step, in place.
  @inlinable
  public mutating func update(_ model: inout some Module, with gradients: Gradients) {
    grouped.resolve(for: model, with: gradients)
    var update = beginUpdate(with: gradients)
    model.visit(&update)
    update.finish()
  }

  @usableFromInline
  mutating func beginUpdate(with gradients: Gradients) -> ParameterUpdate {
    state.beginStep(with: gradients)
    return ParameterUpdate(
      .sgd(
        rate: Double(learningRate), momentum: momentum, dampening: dampening, isNesterov: isNesterov,
        decay: weightDecay, isFirst: state.stepCount == 1,
        direction: momentum == 0 ? nil : state.memory(ofMoment: 0)),
      gradients: gradients, options: grouped.options)
  }
}
