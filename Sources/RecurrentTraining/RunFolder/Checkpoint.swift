import RecurrentTensor

/// Everything that a run needs to go on from a step.
struct Checkpoint: Sendable {
  /// The content of `state.json`.
  var description: CheckpointState
  /// The parameters.
  var model: NamedTensors
  /// The optimiser's state.
  var optimizer: NamedTensors
  /// The parameters of the best epoch, if they are kept.
  var best: NamedTensors
  /// The averaged parameters, if there are any.
  var average: NamedTensors
  /// What flows into the next batch.
  var carry: NamedTensors

  /// Where the run stands.
  var state: TrainingState { description.state }
}

typealias NamedTensors = [(name: String, tensor: Tensor)]

/// A checkpoint that was read.
struct LoadedCheckpoint: Sendable {
  var path: String
  var description: CheckpointState
  var model: [String: Tensor]
  var optimizer: [String: Tensor]
  /// Empty where the best model is not kept.
  var best: [String: Tensor]
  var average: [String: Tensor]
  var carry: [String: Tensor]
}
