/// What happens in a run, told to whoever shows or records it.
public enum TrainingEvent: Sendable {
  /// The run begins or goes on.
  case started(TrainingStart)
  /// A step was made.
  case step(StepReport)
  /// An epoch is over and the model was judged.
  case epochEnded(EpochReport)
  /// The model is the best so far.
  case improved(BestEpoch)
  /// A checkpoint is complete.
  case checkpointWritten(path: String, step: Int)
  /// A checkpoint could not be written; the run goes on and tries again.
  case checkpointFailed(any Error)
  /// A checkpoint is damaged and an older one is used.
  case checkpointSkipped(any Error)
  /// Numbers were not finite, and the run goes on as its policy says; the path of the report, where there is one.
  case notFinite(NonFiniteStep, report: String?)
  /// A report on numbers that are not finite could not be written.
  case reportFailed(any Error)
  /// The metric has not become better for too long.
  case stoppedEarly(epoch: Int, best: BestEpoch)
  /// The run was asked to stop and has written a checkpoint.
  case interrupted(StopReason)
  /// All epochs are done.
  case finished
}

/// How a run begins.
public struct TrainingStart: Hashable, Sendable {
  /// Epochs of the whole run.
  public let epochs: Int
  /// Batches of the first epoch that is run.
  public let batchesPerEpoch: Int
  /// Epochs done before.
  public let finishedEpochs: Int
  /// Steps made before: more than 0 where a run goes on.
  public let finishedSteps: Int
  /// What the losses are means over.
  public let itemName: String
  /// The processes that train the model together.
  public var rankCount = 1
  /// The shares that every batch is cut into: results depend on it, but on the number of ranks only where they are more.
  public var shareCount = 1
}

extension TrainingStart {
  /// What results depend on where several ranks train or batches are cut; nil where there is nothing to say.
  var ranksNote: String? {
    if shareCount == 1 { return nil }
    let ranks = rankCount == 1 ? "one process" : "\(rankCount) processes"
    let isFixed = shareCount >= SharePlan.deterministicCount
    return "\(ranks), each batch in \(shareCount) shares: "
      + (isFixed
        ? "the same results with any number of processes up to \(shareCount)"
        : "results depend on this number; deterministic=true makes them the same for up to \(SharePlan.deterministicCount)")
  }
}

/// A step that was made.
public struct StepReport: Hashable, Sendable {
  /// The epoch, from 1.
  public let epoch: Int
  /// Batches of the epoch done, from 1.
  public let batch: Int
  /// Batches in the epoch.
  public let batchCount: Int
  /// Steps of the run done, from 1.
  public let step: Int
  /// The loss of the batch.
  public let loss: Double
  /// The mean loss over the items of the epoch so far.
  public let meanLoss: Double
  /// The learning rate of the step.
  public let learningRate: Double
  /// The length of all gradients as one vector, before clipping.
  public let gradientNorm: Double
  /// Items in the batch.
  public let itemCount: Int
}

/// An epoch that is over.
public struct EpochReport: Hashable, Sendable {
  /// Epochs done, from 1.
  public let epoch: Int
  /// Steps of the run done.
  public let step: Int
  /// The mean loss over all items of the epoch.
  public let trainingLoss: Double
  /// The learning rate of the last step.
  public let learningRate: Double
  /// How the model was judged.
  public let metrics: [Metric]
}
