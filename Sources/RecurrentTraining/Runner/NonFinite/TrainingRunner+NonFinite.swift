import RecurrentFormats
import RecurrentLayers
import RecurrentTensor

// What a run does about numbers that are infinite or not numbers. They are looked for where a step makes them: in the loss
// and the gradients before an update, in the parameters after it. So nothing that is not finite outlives its step.

extension TrainingRunner {
  /// What was not finite, and the names of all tensors of the same kind that are not.
  struct NonFiniteFinding {
    var culprit: NonFiniteStep.Culprit
    var tensors: [String] = []
  }

  /// The numbers of a step that did not go well.
  struct StepNumbers {
    var loss: Double
    var gradientNorm: Double
    var learningRate: Double
  }

  /// What is to blame for a loss or gradients that are not finite, before an update: the first in the order in which the
  /// step uses it.
  ///
  /// - Parameters:
  ///   - loss: The loss.
  ///   - gradients: The gradients of the batch.
  ///   - carried: What flowed in from the batch before.
  func blame(
    loss: Float, _ gradients: Gradients, on batch: BatchPosition, carried: Task.Carry
  ) -> NonFiniteFinding {
    if let path = model.firstNonFiniteParameter {
      return NonFiniteFinding(culprit: .parameter(path), tensors: model.nonFiniteTensors)
    }
    if let name = carried.firstNonFiniteTensor { return NonFiniteFinding(culprit: .carry(name), tensors: [name]) }
    let contents = task.contents(of: batch)
    let inputs = contents.inputs.namesOfNonFinite
    if let name = inputs.first { return NonFiniteFinding(culprit: .input(name), tensors: inputs) }
    let targets = contents.targets.namesOfNonFinite
    if let name = targets.first { return NonFiniteFinding(culprit: .target(name), tensors: targets) }
    let paths = model.nonFiniteGradients(gradients)
    // A bad loss makes all gradients bad; bad gradients of a good loss begin at one and spread from there to the inputs.
    guard loss.isFinite, let path = paths.last else { return NonFiniteFinding(culprit: .loss, tensors: paths) }
    return NonFiniteFinding(culprit: .gradient(path), tensors: paths)
  }

  /// What an update has made infinite, if anything.
  ///
  /// - Parameter norm: The length of the gradients. Moments, which hold squares of gradients, are looked at only where these
  ///   are so large that a square, or the sum of many, may be beyond single precision.
  func blameUpdate(gradientNorm norm: Double) -> NonFiniteFinding? {
    if !model.isFinite(), let path = model.firstNonFiniteParameter {
      return NonFiniteFinding(culprit: .updatedParameter(path), tensors: model.nonFiniteTensors)
    }
    if norm > 1e12, let moment = optimizer.state.firstNonFiniteMoment {
      return NonFiniteFinding(culprit: .moment(moment), tensors: [moment])
    }
    if let name = carry.firstNonFiniteTensor { return NonFiniteFinding(culprit: .leftCarry(name), tensors: [name]) }
    return nil
  }

  /// Does what the policy says about a step, and writes the report.
  ///
  /// - Throws: `TrainingError.notFinite` where the run cannot go on.
  func respond(
    to finding: NonFiniteFinding, _ numbers: StepNumbers, on batch: BatchPosition, _ onEvent: (TrainingEvent) -> Void
  ) throws {
    var step = NonFiniteStep(
      step: batch.step + 1, epoch: batch.epoch + 1, batch: batch.index + 1, examples: task.contents(of: batch).examples,
      loss: numbers.loss, gradientNorm: numbers.gradientNorm, learningRate: numbers.learningRate,
      culprit: finding.culprit, tensors: finding.tensors, policy: configuration.nonFinite)
    switch configuration.nonFinite {
    case .skip where state.skippedInARow < NonFinitePolicy.allowedSkips:
      try skipBatch()
      step.response = .skipped(inARow: state.skippedInARow)
    case .lowerRate where state.rateReductions < NonFinitePolicy.allowedReductions:
      try lowerRate()
      step.response = .lowered(toStep: state.step, rateFactor: state.rateFactor)
    case .stop, .skip, .lowerRate: break
    }
    let report = writeReport(step, onEvent)
    guard step.response != .stopped else { throw TrainingError.notFinite(step, report: report) }
    onEvent(.notFinite(step, report: report))
  }

  /// - Returns: The path; nil without a folder, and where the report cannot be written, which is said but ends nothing.
  func writeReport(_ step: NonFiniteStep, _ onEvent: (TrainingEvent) -> Void) -> String? {
    guard let folder else { return nil }
    let path = folder.path + "/" + step.reportName
    do {
      let text = try step.json.text(.pretty) + "\n"
      try AtomicFile.write(Array(text.utf8), to: path, system: folder.system)
      return path
    } catch {
      onEvent(.reportFailed(error))
      return nil
    }
  }
}

extension TrainingCarry {
  /// The name of the first tensor that holds a number that is not finite.
  var firstNonFiniteTensor: String? { tensors.first { !$0.tensor.isFinite }?.name }
}

extension [BatchContents.Part] {
  fileprivate var namesOfNonFinite: [String] {
    filter { $0.values.map { !$0.isFinite } ?? false }.map(\.name)
  }
}
