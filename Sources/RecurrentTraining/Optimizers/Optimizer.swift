public import RecurrentLayers
public import RecurrentTensor

/// Changes a model's parameters so that its loss falls, given the gradients of the loss.
///
/// ```swift
/// var optimizer = Adam(learningRate: 0.01)
/// for batch in batches {
///   _ = scope.evaluate(at: &model) { model in meanSquaredError(model(batch.inputs), batch.targets) }
///   optimizer.update(&model, with: scope.gradients)
/// }
/// ```
///
/// An optimiser is a value: a copy goes on from where it was made. Formulas, names and defaults are those of
/// `torch.optim`.
public protocol Optimizer: Sendable {
  /// How far a step goes. A schedule may change it between steps.
  var learningRate: Float { get set }

  /// What the optimiser remembers from step to step.
  var state: OptimizerState { get set }

  /// Moves the trainable parameters of a model by one step.
  ///
  /// The numbers are changed in place: nothing is copied unless a copy of the model is still held by somebody.
  ///
  /// - Parameters:
  ///   - model: The model, the same one at every step; see `OptimizerState`.
  ///   - gradients: The gradients of its loss, from a `GradientScope`.
  mutating func update(_ model: inout some Module, with gradients: Gradients)
}

extension Optimizer {
  /// Takes over a state that was saved, such as that of a checkpoint.
  ///
  /// - Parameters:
  ///   - tensors: What `OptimizerState.tensors(for:)` gave.
  ///   - model: The model that the state belongs to.
  /// - Throws: `OptimizerStateError` that lists everything missing, unknown or of another shape; the optimiser is then
  ///   unchanged.
  public mutating func restore(_ tensors: [String: Tensor], for model: some Module) throws(OptimizerStateError) {
    state = try OptimizerState(momentNames: state.momentNames, tensors: tensors, model: model)
  }
}
