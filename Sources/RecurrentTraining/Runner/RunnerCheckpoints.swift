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
        folder, configuration, metricsByteCount: checkpoint?.description.place.metricsByteCount ?? 0, clock: clock)
    }
    return checkpoint != nil
  }

  private func restore(_ checkpoint: LoadedCheckpoint) throws(TrainingError) {
    let description = checkpoint.description
    func refuse(_ problem: String) -> TrainingError { .foreignCheckpoint(path: checkpoint.path, problem: problem) }
    try adoptShares(of: checkpoint, refuse)
    let known = description.identity.filled(from: identityDefaults)
    let changed = known.differences(from: checkpointIdentity).filter { $0 != Self.sharesKey }
    guard changed.isEmpty else {
      throw refuse("it was made with another \(changed.joined(separator: ", ")) than this run has")
    }
    for place in [description.place, description.rollback].compactMap(\.?.state) {
      guard place.epoch >= configuration.epochs || place.batch < task.batchCount(inEpoch: place.epoch) else {
        throw refuse("it was made with more batches in an epoch than this run has")
      }
    }
    let hasPlateau = description.place.plateau != nil
    guard (scheduler.plateau != nil) == hasPlateau, averageFits(checkpoint.tensors.average) else {
      throw refuse("it was made with another schedule or averaging than this run has")
    }
    do {
      try restoreTensors(checkpoint)
    } catch {
      throw refuse("its tensors are not those of this run (\(error))")
    }
    savedStep = state.step
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
    let restored = try makePoint(checkpoint.tensors, checkpoint.description.place)
    rollbackPoint = nil
    if configuration.nonFinite == .lowerRate, let tensors = checkpoint.rollback,
      let place = checkpoint.description.rollback
    {
      rollbackPoint = try makePoint(tensors, place)
      if place.state.best == restored.state.best { rollbackPoint?.best = restored.best }
    }
    move(to: restored)
  }

  /// What stood somewhere in this run, from its tensors.
  private func makePoint(
    _ tensors: RunTensors<[String: Tensor]>, _ place: CheckpointState.Place
  ) throws -> RunPoint<Task> {
    var point = RunPoint<Task>(
      model: try model.loading(tensors.model), optimizer: optimizer, average: average,
      best: tensors.best.isEmpty ? nil : try model.loading(tensors.best),
      carry: ShareCarries(gradientStep.plan, initial: task.initialCarry(inEpoch: place.state.epoch)),
      state: place.state, plateau: place.plateau, metricsByteCount: place.metricsByteCount)
    try point.optimizer.restore(tensors.optimizer, for: point.model)
    if let kind = average?.kind {
      point.average = WeightAverage(
        kind, models: try tensors.average.groupedByNumber.map { try point.model.loading($0) })
    }
    try point.carry.restore(from: tensors.carry)
    return point
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
    if communicator.size > 1 || savedStep != state.step { try save(unlessSaved: true, onEvent) }
  }

  /// Writes a checkpoint, unless a number in it is not finite: a bad state never takes the place of a good one.
  func save(unlessSaved: Bool = false, _ onEvent: (TrainingEvent) -> Void) throws {
    let (point, rollback) = (point, rollbackToSave)
    let tensors = try gatherTensors(of: point)
    let rollbackTensors = try rollback.map(gatherTensors)
    guard recorder != nil, !(unlessSaved && savedStep == state.step) else { return }
    let checkpoint = Checkpoint(
      description: CheckpointState(place: point.place, identity: checkpointIdentity, rollback: rollback?.place),
      tensors: tensors, rollback: rollbackTensors)
    if let name = checkpoint.firstNonFiniteTensor { throw poisoned(name, onEvent) }
    guard let path = try recorder?.save(checkpoint) else { return }
    savedStep = state.step
    onEvent(.checkpointWritten(path: path, step: state.step))
  }

  /// The tensors of a place in the run, with what flows into the next batch of all ranks.
  private func gatherTensors(of point: RunPoint<Task>) throws -> RunTensors<NamedTensors> {
    let carry = try gather(point.carry)
    // Nobody but rank 0 writes them.
    if communicator.rank > 0 { return RunTensors(model: [], optimizer: [], best: [], average: [], carry: []) }
    var tensors = point.tensors
    tensors.carry = carry
    return tensors
  }

  /// Where the run would go back to, unless that is where it stands.
  private var rollbackToSave: RunPoint<Task>? {
    guard configuration.nonFinite == .lowerRate, var point = rollbackPoint, point.state.step != state.step else {
      return nil
    }
    if point.state.best == state.best { point.best = nil }
    return point
  }

  /// The last line of defence: every step has looked at what it changed.
  private func poisoned(_ name: String, _ onEvent: (TrainingEvent) -> Void) -> TrainingError {
    let step = NonFiniteStep(
      step: state.step, epoch: lastStep?.epoch ?? state.epoch, batch: lastStep?.batch ?? state.batch, examples: [],
      loss: lastStep?.loss ?? .nan, gradientNorm: lastStep?.gradientNorm ?? .nan,
      learningRate: Double(optimizer.learningRate), culprit: .saved(name), tensors: [name],
      policy: configuration.nonFinite)
    return .notFinite(step, report: writeReport(step, onEvent))
  }
}

extension RunPoint {
  /// All tensors with their names.
  fileprivate var tensors: RunTensors<NamedTensors> {
    RunTensors(
      model: model.namedTensors, optimizer: optimizer.state.tensors(for: model), best: best?.namedTensors ?? [],
      average: average?.namedTensors ?? [], carry: carry.tensors)
  }

  /// What is to be known beside them.
  fileprivate var place: CheckpointState.Place {
    CheckpointState.Place(state: state, metricsByteCount: metricsByteCount, plateau: plateau)
  }
}

extension Checkpoint {
  /// The name of the first tensor that holds a number that is not finite.
  fileprivate var firstNonFiniteTensor: String? {
    (tensors.model + tensors.optimizer + tensors.best + tensors.average + tensors.carry).first { !$0.tensor.isFinite }?
      .name
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
  /// The object with the members of another that it lacks, also within objects.
  func filled(from defaults: JSONObject) -> JSONObject {
    var filled = self
    for (key, value) in defaults {
      switch (self[key], value) {
      case (nil, _): filled[key] = value
      case (.object(let own)?, .object(let other)): filled[key] = .object(own.filled(from: other))
      default: break
      }
    }
    return filled
  }

  /// The keys under which two objects differ; the order of members does not matter.
  func differences(from other: JSONObject) -> [String] {
    (keys + other.keys.filter { self[$0] == nil }).filter { key in
      guard case (.object(let own)?, .object(let others)?) = (self[key], other[key]) else {
        return self[key] != other[key]
      }
      return !own.differences(from: others).isEmpty
    }
  }
}
