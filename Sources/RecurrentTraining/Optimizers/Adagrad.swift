public import RecurrentLayers

/// Steps divided by the size of all gradients so far (Duchi, Hazan and Singer, 2011).
///
///     s ← s + g²
///     w ← w - rate g / (√s + epsilon)
public struct Adagrad: Optimizer {
  /// How far a step goes.
  public var learningRate: Float
  /// Keeps the divisor away from 0.
  public let epsilon: Double
  /// How much of the parameter itself is added to its gradient.
  public let weightDecay: Double
  /// What is done differently with some of the parameters.
  public var groups: [ParameterGroup] { grouped.groups }
  @usableFromInline var grouped: GroupedParameters
  /// What is remembered from step to step.
  public var state = OptimizerState(momentNames: ["sum"])

  /// Adagrad with PyTorch's defaults.
  public init(
    learningRate: Float = 1e-2, epsilon: Double = 1e-10, weightDecay: Double = 0, groups: [ParameterGroup] = []
  ) {
    self.learningRate = learningRate
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    grouped = GroupedParameters(groups)
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
      .adagrad(rate: Double(learningRate), epsilon: epsilon, decay: weightDecay, sum: state.memory(ofMoment: 0)),
      gradients: gradients, options: grouped.options)
  }
}
