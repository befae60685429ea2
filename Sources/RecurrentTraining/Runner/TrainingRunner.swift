public import RecurrentDistribution
public import RecurrentFormats
import RecurrentLayers
import RecurrentTensor

/// Trains the model of a task: steps, epochs, early stopping, metrics, checkpoints.
///
/// A run that is stopped after any step and resumed makes the same model, optimiser state and `metrics.csv`, byte for
/// byte, as one that is not.
///
/// ```swift
/// let runner = try TrainingRunner(task, model: model, configuration: configuration, folder: folder)
/// let report = try runner.run { event in print(event) }
/// ```
///
/// Several ranks train one model, each computing its shares of every batch: all make the same calls, and have the same
/// model after every step. Only rank 0 has a folder.
public final class TrainingRunner<Task: TrainingTask> {
  /// What is trained, and on what.
  public let task: Task
  /// How it is trained.
  public let configuration: TrainingConfiguration
  /// The model as it is after the last step.
  public internal(set) var model: Task.Model

  var best: Task.Model?
  var average: WeightAverage<Task.Model>?
  var optimizer: AnyOptimizer
  var scheduler: LearningRateScheduler
  /// What flows into the next batch.
  var carry: ShareCarries<Task.Carry>
  var state = TrainingState()
  var recorder: RunRecorder?
  let folder: RunFolder?
  let identity: JSONObject
  let identityDefaults: JSONObject

  /// The ranks that train the model together.
  let communicator: any Communicator
  /// Computes gradients; replaced where a checkpoint cuts batches in another way.
  var gradientStep: GradientStep<Task>
  private let key: RandomKey
  private let monitor: MetricMonitor
  private var batchesInEpoch = 0
  /// What the ranks have agreed on in the last step.
  var agreement: RankAgreement?
  let clock: Clock
  /// The last step that was made.
  var lastStep: StepReport?
  /// The step of the newest checkpoint.
  var savedStep: Int?
  /// What the run goes back to where numbers are not finite, if its policy wants that.
  var rollbackPoint: RunPoint<Task>?

  /// A run that has not begun.
  ///
  /// - Parameters:
  ///   - task: What is trained, and on what.
  ///   - model: The model with its first weights.
  ///   - configuration: How it is trained.
  ///   - folder: Where checkpoints and metrics go; nil to keep all in memory.
  ///   - identity: What the results depend on, such as settings and digests of data. A checkpoint with another identity
  ///     is refused.
  ///   - identityDefaults: Members of the identity with the values that a checkpoint means that lacks them, because it is
  ///     older than they are.
  ///   - communicator: The ranks that train the model together.
  public convenience init(
    _ task: Task, model: Task.Model, configuration: TrainingConfiguration, folder: RunFolder? = nil,
    identity: JSONObject = [:], identityDefaults: JSONObject = [:],
    over communicator: any Communicator = SingleProcess()
  ) throws {
    try self.init(
      task, model: model, configuration: configuration, folder: folder, identity: identity,
      identityDefaults: identityDefaults, over: communicator, clock: monotonicSeconds)
  }

  init(
    _ task: Task, model: Task.Model, configuration: TrainingConfiguration, folder: RunFolder?, identity: JSONObject,
    identityDefaults: JSONObject = [:], over communicator: any Communicator = SingleProcess(), clock: @escaping Clock
  ) throws {
    precondition(folder == nil || communicator.rank == 0, "only rank 0 has a folder")
    self.task = task
    self.model = model
    self.configuration = configuration
    self.folder = folder
    self.identity = identity
    self.identityDefaults = identityDefaults
    self.clock = clock
    optimizer = try configuration.optimizer.makeOptimizer()
    try configuration.optimizer.validateGroups(for: model)
    scheduler = try Self.makeScheduler(task, configuration)
    average = configuration.averaging.average.map { WeightAverage($0) }
    key = RandomKey(seed: UInt64(configuration.seed))
    monitor = MetricMonitor(configuration)
    self.communicator = communicator
    let shareCount = SharePlan.count(
      isDeterministic: configuration.deterministic, rankCount: communicator.size, examples: task.examplesPerBatch)
    let plan = SharePlan(count: shareCount, rank: communicator.rank, of: communicator.size)
    gradientStep = GradientStep(plan, over: communicator, isOverlapping: configuration.overlap)
    carry = ShareCarries(plan, initial: task.initialCarry(inEpoch: 0))
  }

  private static func makeScheduler(
    _ task: Task, _ configuration: TrainingConfiguration
  ) throws -> LearningRateScheduler {
    try configuration.schedule.validate()
    let length =
      switch configuration.schedule.unit {
      case .epoch: configuration.epochs
      case .step: (0..<configuration.epochs).reduce(0) { $0 + task.batchCount(inEpoch: $1) }
      }
    let rate = try configuration.optimizer.resolved().learningRate ?? 0
    return try LearningRateScheduler(configuration.schedule.schedule(length: length), base: rate)
  }

  /// Trains until all epochs are done, the metric no longer gets better, or `stop` is set.
  ///
  /// After an interruption another call goes on.
  ///
  /// - Parameters:
  ///   - stop: Looked at after every step.
  ///   - onEvent: Told of everything that happens, on the calling thread.
  /// - Throws: `TrainingError`; what the task throws; errors of files at the end, at an interruption, and after several
  ///   checkpoints in a row have failed.
  @discardableResult
  public func run(
    until stop: StopRequest = StopRequest(), onEvent: (TrainingEvent) -> Void = { _ in }
  ) throws -> TrainingReport<Task.Model> {
    let start = clock()
    if let threads = configuration.threads { ComputeEnvironment.threads = threads }
    if recorder == nil, let folder {
      recorder = try RunRecorder(folder, configuration, metricsByteCount: 0, clock: clock)
    }
    state.settleEnding(epochs: configuration.epochs)
    if state.ending == nil { try countBatches() }
    try compareRanks()
    onEvent(.started(startReport))
    beginRollback()
    var interruption: StopReason?
    while state.ending == nil, interruption == nil {
      try makeStep(until: stop, onEvent)
      guard state.ending == nil else { break }
      interruption = communicator.size > 1 ? agreement?.stop : stop.reason
      let isCheckpointDue = agreement?.isCheckpointDue ?? (recorder?.isCheckpointDue(step: state.step) == true)
      if interruption == nil, isCheckpointDue { try saveMeanwhile(onEvent) }
    }
    try saveUnlessSaved(onEvent)
    onEvent(interruption.map { .interrupted($0) } ?? endEvent)
    return report(interruption, seconds: clock() - start)
  }
}

// MARK: - Steps and epochs

extension TrainingRunner {
  private func makeStep(until stop: StopRequest, _ onEvent: (TrainingEvent) -> Void) throws {
    let task = task
    let batch = BatchPosition(epoch: state.epoch, index: state.batch, step: state.step, key: key)
    let rate = learningRate
    let carried = carry
    let outcome = try gradientStep.compute(task, at: &model, on: batch, carry: &carry) {
      RankVote(stop: stop.reason, wantsCheckpoint: recorder?.isCheckpointDue(step: state.step + 1) == true)
    }
    let (loss, count) = (outcome.loss, outcome.count)
    agreement = outcome.agreement
    let norm = gradientStep.gradients.globalNorm
    let numbers = StepNumbers(loss: loss, gradientNorm: norm, learningRate: rate)
    guard loss.isFinite, norm.isFinite else {
      carry = carried
      let finding = blame(loss: loss, gradientStep.gradients, on: batch, carried: carried)
      return try recover(from: finding, numbers, on: batch, onEvent)
    }
    if let limit = configuration.clipValue { gradientStep.gradients.clip(toValue: limit) }
    if let limit = configuration.clipNorm { gradientStep.gradients.clip(toGlobalNorm: limit) }
    optimizer.learningRate = Float(rate)
    optimizer.update(&model, with: gradientStep.gradients)
    if let finding = blameUpdate(gradientNorm: norm) { return try recover(from: finding, numbers, on: batch, onEvent) }
    if case .exponential? = average?.kind { average?.record(model) }
    state.countStep(loss: loss, items: count)
    let report = StepReport(
      epoch: batch.epoch + 1, batch: state.batch, batchCount: batchesInEpoch, step: state.step, loss: loss,
      meanLoss: state.meanLoss, learningRate: rate, gradientNorm: norm, itemCount: count)
    lastStep = report
    onEvent(.step(report))
    try endStep(learningRate: rate, onEvent)
  }

  /// The rate of the next step.
  private var learningRate: Double {
    scheduler.rate(at: configuration.schedule.unit == .epoch ? state.epoch : state.step) * state.rateFactor
  }

  /// Does what is to be done about a batch that met numbers that are not finite, and goes on from there.
  private func recover(
    from finding: NonFiniteFinding, _ numbers: StepNumbers, on batch: BatchPosition, _ onEvent: (TrainingEvent) -> Void
  ) throws {
    try respond(to: finding, numbers, on: batch, onEvent)
    // The run may be in an earlier epoch now.
    try countBatches()
    try endStep(learningRate: numbers.learningRate, onEvent)
  }

  private func endStep(learningRate: Double, _ onEvent: (TrainingEvent) -> Void) throws {
    if state.batch == batchesInEpoch { try endEpoch(learningRate: learningRate, onEvent) }
    keepRollbackPoint()
  }

  private func endEpoch(learningRate: Double, _ onEvent: (TrainingEvent) -> Void) throws {
    if case .last? = average?.kind { average?.record(model) }
    let judgedModel = judgedModel
    let report = EpochReport(
      epoch: state.epoch + 1, step: state.step, trainingLoss: state.meanLoss, learningRate: learningRate,
      metrics: try task.validate(judgedModel, over: communicator))
    state.beginNextEpoch(after: report)
    if state.epoch == configuration.epochs { state.ending = .finished }
    let metric = try monitor.metric(of: report)
    let isImproved = monitor.judge(report, by: metric, &state)
    scheduler.observe(metric.direction == .lowerIsBetter ? metric.value : -metric.value)
    if isImproved, configuration.keepBest, monitor.canChooseBest(report) { best = judgedModel }
    recorder?.append(report)
    onEvent(.epochEnded(report))
    if isImproved, let best = state.best { onEvent(.improved(best)) }
    do {
      try recorder?.flushIfDue()
    } catch {
      onEvent(.checkpointFailed(error))
      try recorder?.tolerate(error)
    }
    carry = ShareCarries(gradientStep.plan, initial: task.initialCarry(inEpoch: state.epoch))
    if state.ending == nil { try countBatches() }
  }

  private func countBatches() throws(TrainingError) {
    batchesInEpoch = task.batchCount(inEpoch: state.epoch)
    if batchesInEpoch < 1 { throw TrainingError.noBatches(epoch: state.epoch + 1) }
  }

  /// The model that is judged and kept: the mean where weights are averaged.
  private var judgedModel: Task.Model { average?.model ?? model }
}

// MARK: - Reports

extension TrainingRunner {
  private var startReport: TrainingStart {
    TrainingStart(
      epochs: configuration.epochs, batchesPerEpoch: batchesInEpoch, finishedEpochs: state.epoch,
      finishedSteps: state.step, itemName: task.itemName,
      rankCount: communicator.size, shareCount: gradientStep.plan.count)
  }

  private var endEvent: TrainingEvent {
    guard state.ending == .stoppedEarly, let best = state.best else { return .finished }
    return .stoppedEarly(epoch: state.epoch, best: best)
  }

  private func report(_ interruption: StopReason?, seconds: Double) -> TrainingReport<Task.Model> {
    let outcome: TrainingOutcome =
      interruption.map { .interrupted($0) } ?? (state.ending == .stoppedEarly ? .stoppedEarly : .finished)
    return TrainingReport(
      outcome: outcome, model: best ?? judgedModel, epochs: state.epoch, steps: state.step, lastEpoch: state.lastEpoch,
      bestEpoch: state.best, isBest: best != nil, skippedBatches: state.skippedBatches, rateFactor: state.rateFactor,
      traffic: gradientStep.traffic, seconds: seconds)
  }
}
