/// Where a run stands: with the tensors of a checkpoint, all that it takes to go on.
struct TrainingState: Hashable, Sendable {
  /// Epochs done.
  var epoch = 0
  /// Batches of the running epoch done.
  var batch = 0
  /// Steps done.
  var step = 0
  /// The losses of the running epoch, each times its items.
  var lossSum = 0.0
  /// The items of the running epoch.
  var itemCount = 0
  /// The best epoch so far.
  var best: BestEpoch?
  /// Epochs since the best one.
  var epochsWithoutImprovement = 0
  /// The last epoch that is done.
  var lastEpoch: EpochReport?
  /// Why the run is over, if it is.
  var ending: Ending?

  enum Ending: String, Hashable, Sendable {
    case finished
    case stoppedEarly = "stopped_early"
  }

  /// The mean loss over the items of the running epoch.
  var meanLoss: Double { itemCount == 0 ? 0 : lossSum / Double(itemCount) }

  /// Adds a step to the running epoch.
  mutating func countStep(loss: Double, items: Int) {
    lossSum += loss * Double(items)
    itemCount += items
    batch += 1
    step += 1
  }

  /// Makes a run that was begun with another number of epochs end, or go on, as this number wants it.
  mutating func settleEnding(epochs: Int) {
    if ending == nil, epoch >= epochs { ending = .finished }
    if ending == .finished, epoch < epochs { ending = nil }
  }

  /// Goes on to the next epoch.
  mutating func beginNextEpoch(after report: EpochReport) {
    lastEpoch = report
    epoch += 1
    batch = 0
    lossSum = 0
    itemCount = 0
  }
}

/// The epoch after which the model was best.
public struct BestEpoch: Hashable, Sendable {
  /// The epoch, from 1.
  public let epoch: Int
  /// Steps done by then.
  public let step: Int
  /// The metric that decided, by its name in `metrics.csv`.
  public let metric: Metric
}
