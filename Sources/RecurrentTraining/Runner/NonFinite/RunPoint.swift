import RecurrentLayers

/// All that a run has made of what it began with, as it was after a step. Nothing is copied until a step changes it.
struct RunPoint<Task: TrainingTask>: Sendable {
  var model: Task.Model
  var optimizer: AnyOptimizer
  var average: WeightAverage<Task.Model>?
  var best: Task.Model?
  var carry: Task.Carry
  var state: TrainingState
  var plateau: ReduceOnPlateau.State?
  /// Bytes of `metrics.csv`.
  var metricsByteCount: Int
}

extension TrainingRunner {
  /// Where the run stands.
  var point: RunPoint<Task> {
    RunPoint(
      model: model, optimizer: optimizer, average: average, best: best, carry: carry, state: state,
      plateau: scheduler.plateau, metricsByteCount: recorder?.metricsByteCount ?? 0)
  }

  /// Puts the run where it stood.
  func move(to point: RunPoint<Task>) {
    (model, optimizer, average, best) = (point.model, point.optimizer, point.average, point.best)
    (carry, state, scheduler.plateau) = (point.carry, point.state, point.plateau)
  }

  /// Keeps what is there after a step, where the policy may want to go back to it.
  func keepRollbackPoint() {
    if configuration.nonFinite.isKeeping(state) { rollbackPoint = point }
  }

  /// Makes sure that there is something to go back to.
  func beginRollback() {
    if rollbackPoint == nil, configuration.nonFinite != .stop { rollbackPoint = point }
  }

  private func rollBack() throws {
    guard let rollbackPoint else { preconditionFailure("a run that may go back has kept nothing to go back to") }
    move(to: rollbackPoint)
    try recorder?.cut(to: rollbackPoint.metricsByteCount)
  }

  /// Passes over the batch.
  func skipBatch() throws {
    try rollBack()
    state.passOverBatch()
  }

  /// Goes back, and goes on from there at a lower rate. How often that was done is not forgotten on the way.
  func lowerRate() throws {
    let reductions = state.rateReductions
    try rollBack()
    state.rateReductions = reductions + 1
    // What was saved since then is of a course that was given up.
    savedStep = nil
  }
}
