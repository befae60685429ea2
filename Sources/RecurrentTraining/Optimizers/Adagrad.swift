import CRecurrentKernels
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
  /// What is remembered from step to step.
  public var state = OptimizerState(momentNames: ["sum"])

  /// Adagrad with PyTorch's defaults.
  public init(learningRate: Float = 1e-2, epsilon: Double = 1e-10, weightDecay: Double = 0) {
    self.learningRate = learningRate
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }

  /// Moves the trainable parameters of `model` by one step, in place.
  public mutating func update(_ model: inout some Module, with gradients: Gradients) {
    state.beginStep(with: gradients)
    model.apply(Update(settings: self, sum: state.memory(ofMoment: 0)), gradients: gradients)
  }

  private struct Update: ParameterUpdate {
    let settings: Adagrad
    let sum: UnsafeMutableRawPointer

    func apply(to parameter: ParameterMemory) {
      parameter.kernels.pointee.adagrad(
        parameter.count, Double(settings.learningRate), settings.epsilon, settings.weightDecay, parameter.gradient,
        sum + parameter.momentOffset, parameter.value)
    }
  }
}
