/// A step that met a number that is infinite or not a number: what, where, and what was done about it.
public struct NonFiniteStep: Hashable, Sendable {
  /// What is not finite, the first in the order in which a step uses it.
  public enum Culprit: Hashable, Sendable {
    /// A parameter or running statistic of the model, by its path.
    case parameter(String)
    /// What flowed in from the batch before.
    case carry(String)
    /// An input of the batch.
    case input(String)
    /// A target of the batch.
    case target(String)
    /// The loss, though all that goes into it is finite.
    case loss
    /// The gradient of a parameter, by its path: of all bad ones that nearest to the loss, where the others got it from.
    case gradient(String)
    /// A parameter or running statistic that was finite before the step and is not after it.
    case updatedParameter(String)
    /// What the optimiser remembers, by the name of the moment, after the step.
    case moment(String)
    /// What the step leaves to the next one.
    case leftCarry(String)
    /// A tensor of a checkpoint that was to be written.
    case saved(String)
  }

  /// What the run did about it.
  public enum Response: Hashable, Sendable {
    /// It ended.
    case stopped
    /// It passed over the batch, the last of so many in a row.
    case skipped(inARow: Int)
    /// It went back to the state after a step, from where the learning rate is multiplied by a factor.
    case lowered(toStep: Int, rateFactor: Double)
  }

  /// The step, from 1.
  public let step: Int
  /// The epoch, from 1.
  public let epoch: Int
  /// The batch within the epoch, from 1.
  public let batch: Int
  /// The numbers of the examples in the batch, where the task tells them.
  public let examples: [Int]
  /// The loss of the batch.
  public let loss: Double
  /// The length of all gradients as one vector, before clipping.
  public let gradientNorm: Double
  /// The learning rate of the step.
  public let learningRate: Double
  /// What is not finite.
  public let culprit: Culprit
  /// The names of all tensors of that kind that are not finite, in the order of the model.
  public let tensors: [String]
  /// What the run was told to do.
  public let policy: NonFinitePolicy
  /// What it did.
  public internal(set) var response = Response.stopped
}

extension NonFiniteStep.Culprit {
  /// The kind in a report, and the name of the tensor.
  var parts: (kind: String, tensor: String?) {
    switch self {
    case .parameter(let path): ("parameter", path)
    case .carry(let name): ("carry", name)
    case .input(let name): ("input", name)
    case .target(let name): ("target", name)
    case .loss: ("loss", nil)
    case .gradient(let path): ("gradient", path)
    case .updatedParameter(let path): ("updated_parameter", path)
    case .moment(let name): ("moment", name)
    case .leftCarry(let name): ("left_carry", name)
    case .saved(let name): ("saved", name)
    }
  }

  /// The layer that a parameter belongs to: its path without the last name.
  var layer: String? {
    switch self {
    case .parameter(let path), .gradient(let path), .updatedParameter(let path):
      path.lastIndex(of: ".").map { String(path[..<$0]) }
    case .carry, .input, .target, .loss, .moment, .leftCarry, .saved: nil
    }
  }

  /// What is not finite, in words.
  var text: String {
    switch self {
    case .parameter(let path): "the parameter \(path) is not finite"
    case .carry(let name): "the state \(name) from the batch before is not finite"
    case .input(let name): "the input \(name) of the batch is not finite"
    case .target(let name): "the target \(name) of the batch is not finite"
    case .loss: "the loss is not finite, though parameters and batch are"
    case .gradient(let path): "the gradient of \(path) is not finite"
    case .updatedParameter(let path): "the step made the parameter \(path) infinite or not a number"
    case .moment(let name): "the step made the optimiser's \(name) infinite or not a number"
    case .leftCarry(let name): "the step leaves a state \(name) that is not finite"
    case .saved(let name): "\(name) of the checkpoint is not finite, which was not written"
    }
  }

  /// Whether the data are to blame, and no setting of training helps.
  var isOfData: Bool {
    switch self {
    case .input, .target: true
    default: false
    }
  }
}

extension NonFiniteStep.Response {
  /// What was done, in words.
  var text: String {
    switch self {
    case .stopped: "the run ends"
    case .skipped(let count): "the batch is passed over" + (count == 1 ? "" : ", number \(count) in a row")
    case .lowered(let step, let factor):
      "going on from step \(step) at \(NumberText.shortest(factor)) times the learning rate"
    }
  }
}

extension NonFiniteStep: CustomStringConvertible {
  /// One line: what, and where.
  public var description: String {
    "step \(step) (epoch \(epoch), batch \(batch)): \(culprit.text) (loss \(loss))"
  }

  /// How to mend it.
  var mend: String {
    if culprit.isOfData { return "mend the data, or pass such batches over by nonfinite skip" }
    let rate = "lower learning_rate (now \(Float(learningRate))) or set clip_norm"
    return switch policy {
    case .stop: rate + ", or go on with nonfinite lower_rate or skip"
    case .skip: "\(NonFinitePolicy.allowedSkips) batches in a row were passed over; " + rate
    case .lowerRate: "the rate was lowered \(NonFinitePolicy.allowedReductions) times; " + rate
    }
  }
}
