public import RecurrentLayers

/// An optimiser whose kind is known only when the program runs, such as one that a configuration names.
public struct AnyOptimizer: Optimizer {
  // Changed in place: moving it out and back would copy the moments at every step.
  private var base: any Optimizer

  /// Hides the kind of an optimiser.
  public init(_ base: some Optimizer) { self.base = base }

  /// How far a step goes.
  public var learningRate: Float {
    get { base.learningRate }
    set { base.learningRate = newValue }
  }

  /// What is remembered from step to step.
  public var state: OptimizerState {
    get { base.state }
    set { base.state = newValue }
  }

  /// Moves the trainable parameters of `model` by one step, in place.
  public mutating func update(_ model: inout some Module, with gradients: Gradients) {
    base.update(&model, with: gradients)
  }
}
