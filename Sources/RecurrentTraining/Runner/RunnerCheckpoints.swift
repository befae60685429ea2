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
    guard let folder else { preconditionFailure("a run without a folder has nothing to resume from") }
    let store = CheckpointStore(path: folder.checkpointsPath, system: folder.system)
    let checkpoint = try store.newest { onEvent(.checkpointSkipped($0)) }
    if let checkpoint { try restore(checkpoint) }
    recorder = try RunRecorder(
      folder, configuration, metricsByteCount: checkpoint?.description.metricsByteCount ?? 0, clock: clock)
    return checkpoint != nil
  }

  private func restore(_ checkpoint: LoadedCheckpoint) throws(TrainingError) {
    func refuse(_ problem: String) -> TrainingError { .foreignCheckpoint(path: checkpoint.path, problem: problem) }
    let changed = checkpoint.description.identity.differences(from: identity)
    guard changed.isEmpty else {
      throw refuse("it was made with another \(changed.joined(separator: ", ")) than this run has")
    }
    do throws(ParameterLoadingError) {
      try model.load(checkpoint.model)
      if !checkpoint.best.isEmpty {
        var kept = model
        try kept.load(checkpoint.best)
        best = kept
      }
    } catch {
      throw refuse("its weights are not those of this model (\(error.description))")
    }
    do throws(OptimizerStateError) {
      try optimizer.restore(checkpoint.optimizer, for: model)
    } catch {
      throw refuse(error.description)
    }
    state = checkpoint.description.state
    savedStep = state.step
    carry = task.initialCarry(inEpoch: state.epoch)
    carry.restore(from: checkpoint.carry)
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

  /// Writes a checkpoint, unless a parameter is not finite: a bad state never takes the place of a good one.
  func save(_ onEvent: (TrainingEvent) -> Void) throws {
    if let path = model.firstNonFiniteParameter { throw divergenceAfterStep(path) }
    guard let recorder else { return }
    let checkpoint = Checkpoint(
      description: CheckpointState(
        state: state, identity: identity, metricsByteCount: recorder.metricsByteCount, schedule: [:]),
      model: model.namedTensors, optimizer: optimizer.state.tensors(for: model), best: best?.namedTensors ?? [],
      average: [], carry: carry.tensors)
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

extension JSONObject {
  /// The keys under which two objects differ.
  func differences(from other: JSONObject) -> [String] {
    (keys + other.keys.filter { self[$0] == nil }).filter { self[$0] != other[$0] }
  }
}
