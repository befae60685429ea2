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
  /// The mean loss of the first epoch, and the lowest of any.
  var firstLoss: Double?
  var lowestLoss: Double?
  /// How often the learning rate was lowered because numbers were not finite.
  var rateReductions = 0
  /// Batches that were passed over because numbers were not finite.
  var skippedBatches = 0
  /// Those of them since the last step that went well.
  var skippedInARow = 0
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

  /// The mean loss over the items of the running epoch; not a number where there were none.
  var meanLoss: Double { itemCount == 0 ? .nan : lossSum / Double(itemCount) }

  /// Whether the mean loss, of the running epoch or of the last one, is nearer to the lowest than to that of the first epoch.
  var isNearLowestLoss: Bool {
    guard let firstLoss, let lowestLoss else { return true }
    let loss = batch == 0 ? lastEpoch?.trainingLoss ?? .infinity : meanLoss
    return loss <= lowestLoss + (firstLoss - lowestLoss) / 2
  }

  /// What the learning rate of the schedule is multiplied by.
  var rateFactor: Double {
    (0..<rateReductions).reduce(1) { factor, _ in factor * NonFinitePolicy.rateFactor }
  }

  /// Adds a step to the running epoch.
  mutating func countStep(loss: Double, items: Int) {
    lossSum += loss * Double(items)
    itemCount += items
    batch += 1
    step += 1
    skippedInARow = 0
  }

  /// Goes on to the next batch without a step. It is counted as one, because what is random in a batch depends on the count.
  mutating func passOverBatch() {
    batch += 1
    step += 1
    skippedBatches += 1
    skippedInARow += 1
  }

  /// Makes a run that was begun with another number of epochs end, or go on, as this number wants it.
  mutating func settleEnding(epochs: Int) {
    if ending == nil, epoch >= epochs { ending = .finished }
    if ending == .finished, epoch < epochs { ending = nil }
  }

  /// Goes on to the next epoch.
  mutating func beginNextEpoch(after report: EpochReport) {
    lastEpoch = report
    if report.trainingLoss.isFinite {
      firstLoss = firstLoss ?? report.trainingLoss
      lowestLoss = min(lowestLoss ?? .infinity, report.trainingLoss)
    }
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
