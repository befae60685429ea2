import RecurrentDistribution
import RecurrentLayers
import RecurrentTensor
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
