import RecurrentDistribution
import RecurrentLayers
import RecurrentTensor

/// Computes the gradient of a batch share by share, and adds the shares of all ranks up.
///
/// The gradient of a share is that of its mean loss times its weight. Shares are added up in a fixed binary tree, and the
/// sum is divided by the sum of the weights: it depends on the number of shares, but not on how many ranks compute them. A
/// batch that is not cut is computed as if there were no shares.
final class GradientStep<Task: TrainingTask> {
  /// How batches are cut.
  let plan: SharePlan
  let communicator: any Communicator
  private let scope = GradientScope()
  private var sums = PartialSums()
  /// Adds up what ranks have.
  private let total: TreeSum?
  /// Whether gradients travel while the way back is under way.
  private let isOverlapping: Bool
  private var waitedSeconds = 0.0

  /// Parameters are compared between ranks once in so many steps.
  private static var stepsBetweenDigests: Int { 64 }

  /// What is known of a batch whose gradient was computed.
  struct Outcome {
    /// The mean loss over its items.
    var loss: Double
    /// Its items.
    var count: Int
    /// What ranks have agreed on; nil where there is one.
    var agreement: RankAgreement?
  }

  init(_ plan: SharePlan, over communicator: any Communicator, isOverlapping: Bool = true) {
    self.plan = plan
    self.communicator = communicator
    self.isOverlapping = isOverlapping
    let tree = SummationTree(leafCount: plan.count, rankCount: communicator.size)
    total = communicator.size > 1 ? TreeSum(communicator, tree) : nil
  }

  /// The gradients of the last batch; may be changed in place, for example clipped.
  var gradients: Gradients {
    _read { yield scope.gradients }
    _modify { yield &scope.gradients }
  }

  /// What sums over ranks have taken so far; nil where there is one rank.
  var traffic: Traffic? {
    guard var traffic = total?.traffic else { return nil }
    traffic.waitedSeconds = waitedSeconds
    return traffic
  }

  /// Computes the gradient of a batch, the same on all ranks.
  ///
  /// - Parameters:
  ///   - carry: What flows into the batch, to be replaced by what flows into the next one.
  ///   - vote: What this rank wants; asked for before the last of its shares.
  func compute(
    _ task: Task, at model: inout Task.Model, on batch: BatchPosition, carry: inout ShareCarries<Task.Carry>,
    voting vote: () -> RankVote
  ) throws -> Outcome {
    let key = batch.key.folding(batch.step)
    if plan.count == 1 {
      let (loss, count) = try scope.evaluate(at: &model, key: key) { model in
        let loss = try task.loss(of: model, on: batch, carry: &carry[0])
        return (loss.mean, loss.count)
      }
      return Outcome(loss: Double(loss), count: count, agreement: nil)
    }
    sums.removeAll()
    var outcomes: [ShareOutcome] = []
    for share in plan.own.dropLast(total == nil ? 0 : 1) {
      outcomes.append(try computeShare(share, task, at: &model, on: batch, key: key, &carry))
      sums.add(0..<gradients.flat.count, of: gradients.flat, completing: sums.completedCount(by: share))
      keep(share)
    }
    var agreement: RankAgreement?
    if let total {
      var vote = vote()
      if batch.step % Self.stepsBetweenDigests == 0 { vote.digest = model.digest() }
      let announcement = StepAnnouncement(vote, outcomes, over: communicator)
      let messages = try computeLastShare(task, at: &model, on: batch, key: key, &carry, to: total, announcement)
      outcomes = messages.flatMap(\.outcomes)
      agreement = RankAgreement(messages.map(\.vote))
    }
    scope.gradients.flat = sums.takeResult(returning: scope.gradients.flat)
    scope.gradients.statistics = outcomes.statistics
    let weight = outcomes.weight
    if weight != 0 { scope.gradients.scale(by: 1 / weight) }
    return Outcome(loss: outcomes.loss, count: outcomes.itemCount, agreement: agreement)
  }

  /// Computes the last share of this rank while what ranks have is added up, and returns what all have told.
  private func computeLastShare(
    _ task: Task, at model: inout Task.Model, on batch: BatchPosition, key: RandomKey,
    _ carry: inout ShareCarries<Task.Carry>, to total: TreeSum, _ announcement: StepAnnouncement
  ) throws -> [StepMessage] {
    let last = plan.own.upperBound - 1
    var finder = TableFinder()
    model.visit(&finder)
    let sender = GradientSender(last, after: sums, tables: finder.tables, to: total, announcing: announcement)
    let listener = isOverlapping ? sender : nil
    _ = try computeShare(
      last, task, at: &model, on: batch, key: key, &carry, telling: listener, noting: announcement)
    if !isOverlapping { sender.handOverAll(gradients) }
    let start = monotonicSeconds()
    let messages = Result { try announcement.messages(step: batch.step + 1) }
    // Also where the ranks differ: blocks are summed in memory that whoever catches the error lets go of.
    try sender.finish()
    waitedSeconds += monotonicSeconds() - start
    keep(last)
    return try messages.get()
  }

  private func computeShare(
    _ number: Int, _ task: Task, at model: inout Task.Model, on batch: BatchPosition, key: RandomKey,
    _ carry: inout ShareCarries<Task.Carry>, telling sender: GradientSender? = nil,
    noting announcement: StepAnnouncement? = nil
  ) throws -> ShareOutcome {
    let share = BatchShare(number, of: plan.count)
    let position = BatchPosition(epoch: batch.epoch, index: batch.index, step: batch.step, key: batch.key, share: share)
    let (loss, size) = try scope.evaluate(at: &model, key: share.folded(into: key), telling: sender) { model in
      let loss = try task.loss(of: model, on: position, carry: &carry[number])
      announcement?.note(
        ShareOutcome(loss: Double(loss.mean.scalar), weight: loss.weight, count: loss.count, statistics: []),
        badCarry: carry.firstNonFiniteTensor)
      return (loss.mean, loss.weight, (weight: loss.weight, count: loss.count))
    }
    return ShareOutcome(
      loss: Double(loss), weight: size.weight, count: size.count, statistics: scope.gradients.statistics)
  }

  /// Leaves the gradients of a share to the sums, and gives the next one other memory.
  private func keep(_ share: Int) {
    let flat = scope.gradients.flat
    scope.gradients.flat = sums.end(share, flat) ?? Tensor(uninitialized: flat.shape, elementType: flat.elementType)
  }
}
