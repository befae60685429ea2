import RecurrentTensor

typealias NamedTensors = [(name: String, tensor: Tensor)]

/// Everything that a run needs to go on from a step.
struct Checkpoint: Sendable {
  /// The content of `state.json`.
  var description: CheckpointState
  /// What the run has made.
  var tensors: RunTensors<NamedTensors>
  /// What it goes back to if numbers are not finite, where that is not what is here.
  var rollback: RunTensors<NamedTensors>?

  /// Where the run stands.
  var state: TrainingState { description.state }
}

/// A checkpoint that was read.
struct LoadedCheckpoint: Sendable {
  var path: String
  var description: CheckpointState
  var tensors: RunTensors<[String: Tensor]>
  var rollback: RunTensors<[String: Tensor]>?
}

/// The tensors that a run has made, by what they belong to.
struct RunTensors<Tensors: Sendable>: Sendable {
  /// The parameters and running statistics.
  var model: Tensors
  /// The optimiser's state.
  var optimizer: Tensors
  /// The parameters of the best epoch; empty where they are not kept, or are those that stand beside this.
  var best: Tensors
  /// What averaged parameters are computed from; empty where there are none.
  var average: Tensors
  /// What flows into the next batch; empty where nothing does.
  var carry: Tensors
}
