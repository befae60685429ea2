import RecurrentFormats
public import RecurrentTraining

/// An ONNX file that is damaged, or holds what this library does not run.
public struct ONNXError: DescribedFailure, Hashable {
  /// The file.
  public let path: String
  /// The node, tensor or field in the file; nil for the whole.
  public let place: String?
  /// What is wrong, and how to mend it.
  public let problem: String

  /// Makes the error from its parts.
  public init(path: String, place: String?, problem: String) {
    self.path = path
    self.place = place
    self.problem = problem
  }

  /// One line: where, what, and the mend.
  public var description: String {
    let place = place.map { $0.printable(limit: 200) + ": " } ?? ""
    return "\(path.printable(limit: 400)): \(place)\(problem.printable(limit: 600))"
  }

  /// Bad data.
  public var exitStatus: ExitStatus { .badData }
}
