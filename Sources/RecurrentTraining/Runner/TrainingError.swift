/// Why training cannot go on.
public enum TrainingError: Error, Hashable, Sendable {
  /// A loss, gradient or parameter is infinite or not a number; the step was not made.
  case notFinite(NotFinite)
  /// An epoch has no batches.
  case noBatches(epoch: Int)
  /// No metric has the name given by `monitor`.
  case unknownMetric(String, known: [String])
  /// A checkpoint does not fit the model or the task.
  case foreignCheckpoint(path: String, problem: String)

  /// Where training went wrong.
  public struct NotFinite: Hashable, Sendable {
    /// What is not finite.
    public enum Culprit: Hashable, Sendable {
      /// A parameter of the model, by its path.
      case parameter(String)
      /// The gradient of a parameter, by its path.
      case gradient(String)
      /// Only the loss.
      case loss
    }

    /// The step, from 1.
    public let step: Int
    /// The epoch, from 1.
    public let epoch: Int
    /// The batch within the epoch, from 1.
    public let batch: Int
    /// The loss of the batch.
    public let loss: Double
    /// The learning rate.
    public let learningRate: Double
    /// What is not finite, the first of its kind in the order of the model.
    public let culprit: Culprit
  }
}

extension TrainingError: CustomStringConvertible {
  /// One line: what, where, and how to mend it.
  public var description: String {
    switch self {
    case .notFinite(let place): place.description
    case .noBatches(let epoch): "epoch \(epoch) has no batches; give more data or a smaller batch size"
    case .unknownMetric(let name, let known):
      "monitor: there is no metric '\(name)'; choose one of \(known.joined(separator: ", "))"
    case .foreignCheckpoint(let path, let problem): "\(path): \(problem); train into another folder"
    }
  }
}

extension TrainingError.NotFinite: CustomStringConvertible {
  /// One line: what, where, and how to mend it.
  public var description: String {
    let what =
      switch culprit {
      case .parameter(let path): "the parameter \(path) is not finite"
      case .gradient(let path): "the gradient of \(path) is not finite"
      case .loss: "the loss is not finite"
      }
    return "training diverged at step \(step) (epoch \(epoch), batch \(batch)): \(what) (loss \(loss)); "
      + "lower learning_rate (now \(Float(learningRate))) or set clip_norm"
  }
}
