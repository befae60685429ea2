import RecurrentDistribution
import RecurrentFormats
import RecurrentLayers
import RecurrentTensor

extension TrainingRunner {
  /// Takes up the newest checkpoint of the folder that is not damaged. A run without any begins anew.
  ///
  /// - Parameter onEvent: Told of checkpoints that had to be passed over.
  /// - Returns: Whether there was a checkpoint.
  /// - Throws: `RunFolderError` where no checkpoint is left that can be used, `CheckpointError` where it is of a later
  ///   version, `TrainingError.foreignCheckpoint` where it does not belong to this run.
  @discardableResult
  public func resume(onEvent: (TrainingEvent) -> Void = { _ in }) throws -> Bool {
    precondition(folder != nil || communicator.rank > 0, "a run without a folder has nothing to resume from")
    let checkpoint = try shareCheckpoint {
      guard let folder else { return nil }
      return try CheckpointStore(path: folder.checkpointsPath, system: folder.system)
        .newest { onEvent(.checkpointSkipped($0)) }
    }
    if let checkpoint { try restore(checkpoint) }
    if let folder {
      recorder = try RunRecorder(
        folder, configuration, metricsByteCount: checkpoint?.description.metricsByteCount ?? 0, clock: clock)
    }
    return checkpoint != nil
  }

  private func restore(_ checkpoint: LoadedCheckpoint) throws(TrainingError) {
    let description = checkpoint.description
    func refuse(_ problem: String) -> TrainingError { .foreignCheckpoint(path: checkpoint.path, problem: problem) }
    try adoptShares(of: checkpoint, refuse)
    let changed = description.identity.differences(from: checkpointIdentity).filter { $0 != Self.sharesKey }
    guard changed.isEmpty else {
      throw refuse("it was made with another \(changed.joined(separator: ", ")) than this run has")
    }
    let isAfterLastEpoch = description.state.epoch >= configuration.epochs
    guard isAfterLastEpoch || description.state.batch < task.batchCount(inEpoch: description.state.epoch) else {
      throw refuse("it was made with more batches in an epoch than this run has")
    }
    guard (scheduler.plateau == nil) == (description.plateau == nil), averageFits(checkpoint.average) else {
      throw refuse("it was made with another schedule or averaging than this run has")
    }
    do {
      try restoreTensors(checkpoint)
    } catch {
      throw refuse("its tensors are not those of this run (\(error))")
    }
    state = description.state
    savedStep = state.step
    scheduler.plateau = description.plateau
  }

  /// Whether tensors of a checkpoint can be those of this run's mean of weights.
  private func averageFits(_ tensors: [String: Tensor]) -> Bool {
    switch average?.kind {
    case nil: tensors.isEmpty
    case .exponential: tensors.groupedByNumber.count == 1
    case .last(let count): tensors.groupedByNumber.count <= count
    }
  }

  private func restoreTensors(_ checkpoint: LoadedCheckpoint) throws {
    try model.load(checkpoint.model)
    try optimizer.restore(checkpoint.optimizer, for: model)
    if !checkpoint.best.isEmpty { best = try model.loading(checkpoint.best) }
    if let kind = average?.kind {
      average = WeightAverage(kind, models: try checkpoint.average.groupedByNumber.map { try model.loading($0) })
    }
    carry = ShareCarries(
      gradientStep.plan, initial: task.initialCarry(inEpoch: checkpoint.description.state.epoch))
    try carry.restore(from: checkpoint.carry)
  }

  /// Writes a checkpoint while the run goes on: a failure is reported and tried again later.
  func saveMeanwhile(_ onEvent: (TrainingEvent) -> Void) throws {
    do {
      try save(onEvent)
    } catch let error as TrainingError {
      throw error
    } catch {
      onEvent(.checkpointFailed(error))
      try recorder?.tolerate(error)
    }
  }

  /// Writes the checkpoint at the end of a run.
  func saveUnlessSaved(_ onEvent: (TrainingEvent) -> Void) throws {
    // Only rank 0 knows what it has saved, and all must take part where anything is saved.
    if communicator.size > 1 || savedStep != state.step { try save(onEvent) }
  }

  /// Writes a checkpoint, unless a parameter is not finite: a bad state never takes the place of a good one.
  func save(_ onEvent: (TrainingEvent) -> Void) throws {
    if let path = model.firstNonFiniteParameter { throw divergenceAfterStep(path) }
    let carry = try gatherCarry()
    guard let recorder, savedStep != state.step else { return }
    let checkpoint = Checkpoint(
      description: CheckpointState(
        state: state, identity: checkpointIdentity, metricsByteCount: recorder.metricsByteCount, plateau: scheduler.plateau),
      model: model.namedTensors, optimizer: optimizer.state.tensors(for: model), best: best?.namedTensors ?? [],
      average: average?.namedTensors ?? [], carry: carry)
    guard let path = try self.recorder?.save(checkpoint) else { return }
    savedStep = state.step
    onEvent(.checkpointWritten(path: path, step: state.step))
  }

  private func divergenceAfterStep(_ path: String) -> TrainingError {
    .notFinite(
      TrainingError.NotFinite(
        step: state.step, epoch: lastStep?.epoch ?? state.epoch, batch: lastStep?.batch ?? state.batch,
        loss: lastStep?.loss ?? .nan, learningRate: Double(optimizer.learningRate), culprit: .parameter(path)))
  }
}

extension Module {
  /// A copy with other values for the parameters.
  fileprivate func loading(_ tensors: [String: Tensor]) throws(ParameterLoadingError) -> Self {
    var copy = self
    try copy.load(tensors)
    return copy
  }
}

extension WeightAverage {
  /// The parameters of all models that the mean is computed from, their number before the path: `0.head.weight`.
  fileprivate var namedTensors: NamedTensors {
    models.enumerated().flatMap { number, model in model.namedTensors.map { ("\(number).\($0.name)", $0.tensor) } }
  }
}

extension JSONObject {
  /// The keys under which two objects differ.
  func differences(from other: JSONObject) -> [String] {
    (keys + other.keys.filter { self[$0] == nil }).filter { self[$0] != other[$0] }
  }
}
