public import RecurrentDistribution
public import RecurrentFormats

/// Why `run` has returned.
public enum TrainingOutcome: Hashable, Sendable {
  /// All epochs are done.
  case finished
  /// The metric has not become better for as many epochs as `patience` allows.
  case stoppedEarly
  /// The run was asked to stop, and can go on.
  case interrupted(StopReason)
}

/// What a run has led to.
public struct TrainingReport<Model: Sendable>: Sendable {
  /// Why the run has ended.
  public let outcome: TrainingOutcome
  /// The model to use: that of the best epoch where it is kept, else the averaged one where weights are averaged, else
  /// the last.
  public let model: Model
  /// Epochs done.
  public let epochs: Int
  /// Steps done.
  public let steps: Int
  /// The last epoch that was done.
  public let lastEpoch: EpochReport?
  /// The best epoch, by the metric that decides.
  public let bestEpoch: BestEpoch?
  /// Whether `model` is that of the best epoch.
  public let isBest: Bool
  /// Batches that were passed over because numbers were not finite.
  public let skippedBatches: Int
  /// What the learning rate was multiplied by at the end, below 1 where numbers were not finite and it was lowered.
  public let rateFactor: Double
  /// What sums over ranks have taken of the time; nil for a single process.
  public let traffic: Traffic?
  /// Seconds that this call has taken.
  public let seconds: Double
}

extension TrainingReport {
  /// How the model was trained, for its `config.json`. There is no clock time in it.
  public var summary: JSONObject {
    var summary: JSONObject = ["epochs": .integer(epochs), "steps": .integer(steps)]
    if let lastEpoch {
      for column in lastEpoch.columns where column.value.isFinite { summary[column.name] = .number(column.value) }
    }
    if let bestEpoch {
      summary["best_epoch"] = .integer(bestEpoch.epoch)
      summary["best_\(bestEpoch.metric.name)"] = .number(bestEpoch.metric.value)
      summary["model_of_best_epoch"] = .bool(isBest)
    }
    if skippedBatches > 0 { summary["skipped_batches"] = .integer(skippedBatches) }
    if rateFactor != 1 { summary["learning_rate_factor"] = .number(rateFactor) }
    summary["stopped_early"] = .bool(outcome == .stoppedEarly)
    return summary
  }
}
