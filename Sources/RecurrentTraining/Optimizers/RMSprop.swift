public import RecurrentLayers

/// Steps divided by the recent size of each gradient (Tieleman and Hinton, 2012; centred: Graves, 2013).
///
///     v ← alpha v + (1 - alpha) g²
///     a ← alpha a + (1 - alpha) g               (centred: v - a² takes the place of v below)
///     w ← w - rate g / (√v + epsilon)           (with momentum m ← momentum m + g / (…), w ← w - rate m)
public struct RMSprop: Optimizer {
  /// How far a step goes.
  public var learningRate: Float
  /// How slowly the averages follow, in 0..<1.
  public let alpha: Double
  /// Keeps the divisor away from 0.
  public let epsilon: Double
  /// How much of the last step's direction is kept, 0 or more.
  public let momentum: Double
  /// Whether gradients are divided by their deviation rather than by their size.
  public let isCentered: Bool
  /// How much of the parameter itself is added to its gradient.
  public let weightDecay: Double
  /// What is done differently with some of the parameters.
  public var groups: [ParameterGroup] { grouped.groups }
  @usableFromInline var grouped: GroupedParameters
  /// What is remembered from step to step.
  public var state: OptimizerState

  /// RMSprop with PyTorch's defaults.
  public init(
    learningRate: Float = 1e-2, alpha: Double = 0.99, epsilon: Double = 1e-8, momentum: Double = 0,
    isCentered: Bool = false, weightDecay: Double = 0, groups: [ParameterGroup] = []
  ) {
    precondition((0..<1).contains(alpha), "alpha \(alpha) is not in 0..<1")
    precondition(momentum >= 0, "the momentum \(momentum) is negative")
    self.learningRate = learningRate
    self.alpha = alpha
    self.epsilon = epsilon
    self.momentum = momentum
    self.isCentered = isCentered
    self.weightDecay = weightDecay
    grouped = GroupedParameters(groups)
    state = OptimizerState(
      momentNames: ["square_avg"] + (isCentered ? ["grad_avg"] : []) + (momentum > 0 ? ["momentum_buffer"] : []))
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
      .rmsprop(
        rate: Double(learningRate), alpha: alpha, epsilon: epsilon, momentum: momentum, decay: weightDecay,
        square: state.memory(ofMoment: 0), average: isCentered ? state.memory(ofMoment: 1) : nil,
        direction: momentum > 0 ? state.memory(ofMoment: isCentered ? 2 : 1) : nil),
      gradients: gradients, options: grouped.options)
  }
}
