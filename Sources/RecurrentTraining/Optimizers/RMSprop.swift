import CRecurrentKernels
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
  /// What is remembered from step to step.
  public var state: OptimizerState

  /// RMSprop with PyTorch's defaults.
  public init(
    learningRate: Float = 1e-2, alpha: Double = 0.99, epsilon: Double = 1e-8, momentum: Double = 0,
    isCentered: Bool = false, weightDecay: Double = 0
  ) {
    precondition((0..<1).contains(alpha), "alpha \(alpha) is not in 0..<1")
    precondition(momentum >= 0, "the momentum \(momentum) is negative")
    self.learningRate = learningRate
    self.alpha = alpha
    self.epsilon = epsilon
    self.momentum = momentum
    self.isCentered = isCentered
    self.weightDecay = weightDecay
    state = OptimizerState(
      momentNames: ["square_avg"] + (isCentered ? ["grad_avg"] : []) + (momentum > 0 ? ["momentum_buffer"] : []))
  }

  /// Moves the trainable parameters of `model` by one step, in place.
  public mutating func update(_ model: inout some Module, with gradients: Gradients) {
    state.beginStep(with: gradients)
    model.apply(
      Update(
        settings: self, square: state.memory(ofMoment: 0), average: isCentered ? state.memory(ofMoment: 1) : nil,
        direction: momentum > 0 ? state.memory(ofMoment: isCentered ? 2 : 1) : nil),
      gradients: gradients)
  }

  private struct Update: ParameterUpdate {
    let settings: RMSprop
    let square: UnsafeMutableRawPointer
    let average: UnsafeMutableRawPointer?
    let direction: UnsafeMutableRawPointer?

    func apply(to parameter: ParameterMemory) {
      let offset = parameter.momentOffset
      parameter.kernels.pointee.rmsprop(
        parameter.count, Double(settings.learningRate), settings.alpha, settings.epsilon, settings.momentum,
        settings.weightDecay, parameter.gradient, square + offset, average.map { $0 + offset },
        direction.map { $0 + offset }, parameter.value)
    }
  }
}
