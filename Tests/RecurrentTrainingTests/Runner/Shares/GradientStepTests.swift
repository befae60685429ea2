import Foundation
import RecurrentDistribution
import RecurrentLayers
import RecurrentTensor
import Synchronization
import Testing

@testable import RecurrentTraining

/// What shares add up to, against the gradient of the whole batch in one pass.
@Suite struct GradientStepTests {
  private func position(_ step: Int = 0) -> BatchPosition {
    BatchPosition(epoch: 0, index: step, step: step, key: RandomKey(seed: 9))
  }

  /// In double precision, without what chance or the batch does to a share: then nothing but rounding may differ.
  @Test(arguments: [10, 5, 64]) func sharesAddUpToTheWholeBatch(_ rowCount: Int) throws {
    var model = Reader()
    model.isPlain = true
    model.mapParameters { _, value in value.converted(to: .float64) }
    let task = ReaderTask(rowCount: rowCount)
    var whole = model
    let scope = GradientScope()
    var carry = task.initialCarry(inEpoch: 0)
    let (value, size) = scope.evaluate(at: &whole) { model in
      let loss = task.loss(of: model, on: position(), carry: &carry)
      return (loss.mean, loss.count)
    }
    let plan = SharePlan(count: 8, rank: 0, of: 1)
    let step = GradientStep<ReaderTask>(plan, over: SingleProcess())
    var carries = ShareCarries(plan, initial: task.initialCarry(inEpoch: 0))
    let outcome = try step.compute(task, at: &model, on: position(), carry: &carries) { RankVote() }
    #expect(outcome.count == size)
    #expect(abs(outcome.loss - Double(value)) < 1e-6 * abs(outcome.loss))
    #expect(step.gradients.count == scope.gradients.count)
    for index in 0..<step.gradients.count {
      let (found, expected) = (step.gradients[index].doubles, scope.gradients[index].doubles)
      let size = expected.map(abs).max() ?? 0
      for (a, b) in zip(found, expected) { #expect(abs(a - b) <= 1e-12 * size) }
    }
    #expect(scope.gradients.globalNorm > 0.01)
  }

  /// Every share has dropout masks of its own.
  @Test func sharesDrawTheirOwnMasks() throws {
    struct Noisy: Module {
      var scale = Parameter(Tensor(1))
      var dropout = Dropout(0.5)
      mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
        visitor.visit("scale", &scale)
        visitor.visit("dropout", &dropout)
      }
    }
    struct Task: TrainingTask {
      func batchCount(inEpoch epoch: Int) -> Int { 1 }
      func loss(of model: Noisy, on batch: BatchPosition, carry: inout NoCarry) -> BatchLoss {
        BatchLoss(mean: model.dropout(model.scale.value * Tensor(repeating: 1, shape: [64])).mean(), count: 1)
      }
    }
    var model = Noisy()
    let gradients = (0..<4).map { number in
      let plan = SharePlan(count: 4, rank: number, of: 4)
      let key = RandomKey(seed: 3).folding(0)
      let scope = GradientScope()
      var carry = NoCarry()
      let share = BatchShare(plan.own.lowerBound, of: 4)
      let loss = scope.evaluate(at: &model, key: share.folded(into: key)) { model in
        Task().loss(of: model, on: position(), carry: &carry).mean
      }
      return loss
    }
    #expect(Set(gradients).count > 1)
    let plan = SharePlan(count: 4, rank: 0, of: 1)
    let step = GradientStep<Task>(plan, over: SingleProcess())
    var carries = ShareCarries(plan, initial: NoCarry())
    let batch = BatchPosition(epoch: 0, index: 0, step: 0, key: RandomKey(seed: 3))
    let outcome = try step.compute(Task(), at: &model, on: batch, carry: &carries) { RankVote() }
    #expect(outcome.loss == gradients.reduce(0) { $0 + Double($1) } / 4)
  }

  /// Whoever catches the error may let go of the memory that blocks are summed in.
  @Test func noBlockIsUnderWayAfterAnError() throws {
    let left = try InProcessCommunicator.run(count: 2) { communicator -> Int in
      let slow = SlowCommunicator(communicator)
      var model = Reader()
      if communicator.rank == 1 { model.head.weight.value = model.head.weight.value * Tensor(2) }
      let task = ReaderTask()
      let plan = SharePlan(count: 2, rank: communicator.rank, of: 2)
      let step = GradientStep<ReaderTask>(plan, over: slow)
      var carries = ShareCarries(plan, initial: task.initialCarry(inEpoch: 0))
      #expect(throws: CommunicationError.ranksDiffer(what: "the model before step 1", ranks: [1])) {
        try step.compute(task, at: &model, on: position(), carry: &carries) { RankVote() }
      }
      return slow.underWay
    }
    #expect(left == [0, 0])
  }

  /// Steps after the first take no memory for gradients.
  @Test func memoryOfGradientsIsUsedAgain() throws {
    var model = Reader()
    let task = ReaderTask()
    let plan = SharePlan(count: 8, rank: 0, of: 1)
    let step = GradientStep<ReaderTask>(plan, over: SingleProcess())
    var carries = ShareCarries(plan, initial: task.initialCarry(inEpoch: 0))
    var places: Set<UnsafeRawPointer> = []
    for number in 0..<12 {
      _ = try step.compute(task, at: &model, on: position(number), carry: &carries) { RankVote() }
      places.insert(step.gradients.flat.pointer)
    }
    #expect(places.count <= 4, "\(places.count) blocks of memory")
  }
}

/// Ranks whose blocks take a while, and which count what is under way.
private final class SlowCommunicator: Communicator {
  private let ranks: InProcessCommunicator
  private let submitted = Atomic(0)
  private let done = Atomic(0)

  init(_ ranks: InProcessCommunicator) { self.ranks = ranks }

  var rank: Int { ranks.rank }
  var size: Int { ranks.size }
  var underWay: Int { submitted.load(ordering: .acquiring) - done.load(ordering: .acquiring) }

  func submit(_ work: @escaping @Sendable () -> Void) {
    let isFirst = submitted.add(1, ordering: .releasing).oldValue == 0
    ranks.submit { [self] in
      if !isFirst { usleep(50_000) }
      // Before the work, whose end is what is waited for.
      done.add(1, ordering: .releasing)
      work()
    }
  }

  func exchange(
    _ sent: UnsafeRawBufferPointer, _ received: UnsafeMutableRawBufferPointer, with peer: Int
  ) throws(CommunicationError) {
    try ranks.exchange(sent, received, with: peer)
  }
  func broadcast(_ bytes: UnsafeMutableRawBufferPointer, from root: Int) throws(CommunicationError) {
    try ranks.broadcast(bytes, from: root)
  }
  func allGather(_ own: [UInt8]) throws(CommunicationError) -> [[UInt8]] { try ranks.allGather(own) }
  func barrier() throws(CommunicationError) { try ranks.barrier() }
  func abort(status: Int32) -> Never { ranks.abort(status: status) }
}
