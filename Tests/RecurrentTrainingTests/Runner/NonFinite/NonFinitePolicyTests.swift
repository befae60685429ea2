import RecurrentFormats
import RecurrentLayers
import RecurrentTensor
import Testing

@testable import RecurrentTraining

/// Runs that go on in spite of numbers that are not finite.
@Suite struct NonFinitePolicyTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func configuration(
    _ policy: NonFinitePolicy, _ change: (inout TrainingConfiguration) -> Void = { _ in }
  ) -> TrainingConfiguration {
    var configuration = TrainingConfiguration()
    configuration.epochs = 5
    configuration.optimizer = OptimizerConfiguration(.adam, learningRate: 0.05)
    configuration.nonFinite = policy
    configuration.threads = 1
    change(&configuration)
    return configuration
  }

  /// What a run tells of steps that went wrong.
  private func run(
    _ task: LineTask, _ configuration: TrainingConfiguration
  ) throws -> (report: TrainingReport<Line>, steps: [StepReport], bad: [NonFiniteStep]) {
    let runner = try TrainingRunner(task, model: Line(), configuration: configuration)
    var (steps, bad): ([StepReport], [NonFiniteStep]) = ([], [])
    let report = try runner.run { event in
      if case .step(let step) = event { steps.append(step) }
      if case .notFinite(let step, _) = event { bad.append(step) }
    }
    return (report, steps, bad)
  }

  private static let faults: [LineTask.Fault] = [.loss, .input, .target, .gradient, .carry]

  @Test(arguments: faults)
  func skippedBatchLeavesNoTrace(_ fault: LineTask.Fault) throws {
    let (report, steps, bad) = try run(LineTask(faults: [3: fault]), configuration(.skip))
    #expect(report.outcome == .finished)
    #expect(report.steps == 12)
    #expect(report.skippedBatches == 1)
    #expect(steps.map(\.step) == [1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12])
    #expect(bad.map(\.response) == [.skipped(inARow: 1)])
    #expect(report.model.weight.value.isFinite)
    #expect(report.summary["skipped_batches"] == 1)
    // The same as a task that has no such batch at all would leave: what came before is not lost, what came after is there.
    #expect(report.lastEpoch?.trainingLoss.isFinite == true)
  }

  /// The model after a batch that was passed over is bit for bit the one before it, whatever the batch did.
  @Test(arguments: faults)
  func skippedBatchChangesNothing(_ fault: LineTask.Fault) throws {
    let runner = try TrainingRunner(
      LineTask(faults: [3: fault]), model: Line(), configuration: configuration(.skip))
    var before: [Float] = []
    var moments: [Float] = []
    try runner.run { event in
      if case .step(let step) = event, step.step == 3 {
        before = runner.model.weight.value.scalars
        moments = runner.optimizer.state.moments[0].scalars
      }
      if case .notFinite = event {
        #expect(runner.model.weight.value.scalars == before)
        #expect(runner.optimizer.state.moments[0].scalars == moments)
        #expect(runner.optimizer.state.stepCount == 3)
      }
    }
    #expect(!before.isEmpty)
  }

  @Test func skipsEndAfterTenInARow() throws {
    let task = LineTask(faults: Dictionary(uniqueKeysWithValues: (2..<100).map { ($0, .loss) }))
    let runner = try TrainingRunner(task, model: Line(), configuration: configuration(.skip) { $0.epochs = 50 })
    var skipped: [Int] = []
    let error = #expect(throws: TrainingError.self) {
      try runner.run {
        if case .notFinite(let step, _) = $0, case .skipped(let count) = step.response { skipped.append(count) }
      }
    }
    #expect(skipped == Array(1...10))
    #expect(error?.description.contains("10 batches in a row were passed over") == true)
    #expect(error?.exitStatus == .diverged)
  }

  /// A step that goes well begins the count anew.
  @Test func skipsWithStepsBetween() throws {
    let task = LineTask(faults: Dictionary(uniqueKeysWithValues: (0..<40).filter { $0 % 2 == 1 }.map { ($0, .loss) }))
    let (report, _, bad) = try run(task, configuration(.skip) { $0.epochs = 16 })
    #expect(report.outcome == .finished)
    #expect(bad.count == 20)
    #expect(report.skippedBatches == 20)
  }

  /// An epoch of which nothing is left has no loss, which is no reason to keep its model.
  @Test func epochWithoutSteps() throws {
    let (report, _, _) = try run(
      LineTask(faults: [2: .loss, 3: .loss, 4: .loss]), configuration(.skip) { $0.monitor = "train_loss" })
    #expect(report.outcome == .finished)
    #expect(report.bestEpoch?.epoch != 2)
  }

  @Test func updateThatOverflowsIsSkippedTenTimes() throws {
    let settings = configuration(.skip) { $0.optimizer = OptimizerConfiguration(.sgd, learningRate: 3e38) }
    let runner = try TrainingRunner(LineTask(), model: Line(), configuration: settings)
    #expect(throws: TrainingError.self) { try runner.run() }
    #expect(runner.state.skippedBatches == 10)
  }

  @Test func lowerRateGoesBackToTheEpoch() throws {
    // The third batch of the second epoch, once.
    let task = LineTask(faults: [4: .gradient])
    let settings = configuration(.lowerRate)
    let runner = try TrainingRunner(task, model: Line(), configuration: settings)
    var (steps, rates): ([Int], [Double]) = ([], [])
    var atEpoch: [Float] = []
    let error = #expect(throws: TrainingError.self) {
      try runner.run { event in
        switch event {
        case .step(let step):
          steps.append(step.step)
          rates.append(step.learningRate)
        case .epochEnded(let epoch) where epoch.epoch == 1: atEpoch = runner.model.weight.value.scalars
        case .notFinite(let step, _):
          #expect(step.step == 5)
          guard case .lowered(2, let factor) = step.response else { Issue.record("\(step.response)"); return }
          #expect(factor == runner.state.rateFactor)
          #expect(runner.model.weight.value.scalars == atEpoch)
          #expect(runner.optimizer.state.stepCount == 2)
          #expect(runner.state.step == 2 && runner.state.batch == 0 && runner.state.epoch == 1)
        default: break
        }
      }
    }
    // No rate mends a task that divides by zero: after ten tries the run ends.
    var (expectedSteps, expectedRates): ([Int], [Double]) = ([1, 2], [0.05, 0.05])
    for reductions in 0...10 {
      expectedSteps += [3, 4]
      expectedRates += Array(repeating: 0.05 / Double(1 << reductions), count: 2)
    }
    #expect(steps == expectedSteps)
    #expect(rates == expectedRates)
    #expect(error?.description.contains("the rate was lowered 10 times") == true)
  }

  /// Steps of such a rate overshoot more each time, until the loss is infinite. Half of it, some times, comes to an end.
  @Test func lowerRateMendsARateThatIsTooHigh() throws {
    let settings = configuration(.lowerRate) {
      $0.optimizer = OptimizerConfiguration(.sgd, learningRate: 40)
      $0.epochs = 60
    }
    let (report, _, bad) = try run(LineTask(), settings)
    #expect(report.outcome == .finished)
    #expect(report.rateFactor < 1 && report.rateFactor > 1e-3)
    #expect(report.summary["learning_rate_factor"] == .number(report.rateFactor))
    #expect(bad.count >= 3)
    #expect(try #require(report.lastEpoch).metrics[0].value.isFinite)
  }

  /// A run that has begun to diverge is not taken back to where it was diverging already.
  @Test func pointsAreWhereTheLossIsLow() {
    var state = TrainingState()
    for (epoch, (loss, isPoint)) in [(8.0, true), (4, true), (5.9, true), (6.1, false), (1e9, false), (3, true)]
      .enumerated()
    {
      state.countStep(loss: loss, items: 1)
      state.beginNextEpoch(
        after: EpochReport(epoch: epoch + 1, step: epoch + 1, trainingLoss: loss, learningRate: 1, metrics: []))
      #expect(NonFinitePolicy.lowerRate.isKeeping(state) == isPoint, "epoch \(epoch + 1)")
    }
  }

  @Test func longEpochsHavePointsWithin() {
    var state = TrainingState()
    state.batch = 700
    for (step, isPoint) in [(1999, false), (2000, true), (2001, false)] {
      state.step = step
      #expect(NonFinitePolicy.lowerRate.isKeeping(state) == isPoint)
      #expect(NonFinitePolicy.skip.isKeeping(state))
      #expect(!NonFinitePolicy.stop.isKeeping(state))
    }
  }
}
