import RecurrentFormats

/// Why training cannot go on.
public enum TrainingError: Error, Hashable, Sendable {
  /// A loss, gradient or parameter is infinite or not a number, and the run cannot go on; nothing of it was saved.
  case notFinite(NonFiniteStep, report: String?)
  /// An epoch has no batches.
  case noBatches(epoch: Int)
  /// No metric has the name given by `monitor`.
  case unknownMetric(String, known: [String])
  /// A checkpoint does not fit the model or the task.
  case foreignCheckpoint(path: String, problem: String)
}

extension TrainingError: CustomStringConvertible {
  /// One line: what, where, and how to mend it.
  public var description: String {
    switch self {
    case .notFinite(let step, let report):
      "training diverged at \(step); \(step.mend)" + (report.map { "; see \($0.printable(limit: 400))" } ?? "")
    case .noBatches(let epoch): "epoch \(epoch) has no batches; give more data or a smaller batch size"
    case .unknownMetric(let name, let known):
      "monitor: there is no metric '\(name)'; choose one of \(known.joined(separator: ", "))"
    case .foreignCheckpoint(let path, let problem): "\(path): \(problem); train into another folder"
    }
  }
}
