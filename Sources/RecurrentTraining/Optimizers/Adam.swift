public import RecurrentLayers

/// Steps along the mean of recent gradients, divided by their recent size (Kingma and Ba, 2015).
///
///     m ← beta1 m + (1 - beta1) g
///     v ← beta2 v + (1 - beta2) g²
///     w ← w - rate (m / (1 - beta1ᵗ)) / (√(v / (1 - beta2ᵗ)) + epsilon)        in step t = 1, 2, …
///
/// Weight decay is added to the gradient; `AdamW` decays the weights themselves.
public struct Adam: Optimizer {
  /// How far a step goes.
  public var learningRate: Float
  /// How slowly the mean of the gradients follows, in 0..<1.
  public let beta1: Double
  /// How slowly the mean of their squares follows, in 0..<1.
  public let beta2: Double
  /// Keeps the divisor away from 0.
  public let epsilon: Double
  /// How much of the parameter itself is added to its gradient.
  public let weightDecay: Double
  /// What is done differently with some of the parameters.
  public var groups: [ParameterGroup] { grouped.groups }
  @usableFromInline var grouped: GroupedParameters
  /// What is remembered from step to step.
  public var state = OptimizerState(momentNames: ["exp_avg", "exp_avg_sq"])

  /// Adam with PyTorch's defaults.
  public init(
    learningRate: Float = 1e-3, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
    weightDecay: Double = 0, groups: [ParameterGroup] = []
  ) {
    precondition((0..<1).contains(beta1) && (0..<1).contains(beta2), "beta1 \(beta1) or beta2 \(beta2) is not in 0..<1")
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    grouped = GroupedParameters(groups)
  }

  /// Moves the trainable parameters of `model` by one step, in place.
  @inlinable
  public mutating func update(_ model: inout some Module, with gradients: Gradients) {
    grouped.resolve(for: model, with: gradients)
    var update = beginUpdate(with: gradients, isDecayDecoupled: false)
    model.visit(&update)
    update.finish()
  }

  @usableFromInline
  mutating func beginUpdate(with gradients: Gradients, isDecayDecoupled: Bool) -> ParameterUpdate {
    state.beginStep(with: gradients)
    return ParameterUpdate(
      .adam(
        rate: Double(learningRate), beta1: beta1, beta2: beta2, epsilon: epsilon, decay: weightDecay,
        isDecayDecoupled: isDecayDecoupled, step: state.stepCount, mean: state.memory(ofMoment: 0),
        square: state.memory(ofMoment: 1)),
      gradients: gradients, options: grouped.options)
  }
}

/// Adam that makes the weights smaller by themselves, w ← w - rate weightDecay w, before each step, rather than through
/// their gradients (Loshchilov and Hutter, 2019).
public struct AdamW: Optimizer {
  @usableFromInline var adam: Adam

  /// AdamW with PyTorch's defaults.
  public init(
    learningRate: Float = 1e-3, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
    weightDecay: Double = 1e-2, groups: [ParameterGroup] = []
  ) {
    adam = Adam(
      learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay,
      groups: groups)
  }

  /// How far a step goes.
  public var learningRate: Float {
    get { adam.learningRate }
    set { adam.learningRate = newValue }
  }

  /// What is remembered from step to step.
  public var state: OptimizerState {
    get { adam.state }
    set { adam.state = newValue }
  }

  /// How slowly the mean of the gradients follows, in 0..<1.
  public var beta1: Double { adam.beta1 }
  /// How slowly the mean of their squares follows, in 0..<1.
  public var beta2: Double { adam.beta2 }
  /// Keeps the divisor away from 0.
  public var epsilon: Double { adam.epsilon }
  /// The part of a parameter that a step with rate 1 takes away.
  public var weightDecay: Double { adam.weightDecay }
  /// What is done differently with some of the parameters.
  public var groups: [ParameterGroup] { adam.groups }

  /// Moves the trainable parameters of `model` by one step, in place.
  @inlinable
  public mutating func update(_ model: inout some Module, with gradients: Gradients) {
    adam.grouped.resolve(for: model, with: gradients)
    var update = beginUpdate(with: gradients)
    model.visit(&update)
    update.finish()
  }

  @usableFromInline
  mutating func beginUpdate(with gradients: Gradients) -> ParameterUpdate {
    adam.beginUpdate(with: gradients, isDecayDecoupled: true)
  }
}
