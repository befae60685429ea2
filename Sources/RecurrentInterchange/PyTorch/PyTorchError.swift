import RecurrentFormats
public import RecurrentTraining

/// A PyTorch state dict that cannot be read, or a network that PyTorch's modules cannot hold.
public struct PyTorchError: DescribedFailure, Hashable {
  /// The file or folder.
  public let path: String
  /// The tensor, layer or key; nil for the whole.
  public let place: String?
  /// What is wrong, and how to mend it.
  public let problem: String

  /// Makes the error from its parts.
  public init(path: String, place: String? = nil, problem: String) {
    self.path = path
    self.place = place
    self.problem = problem
  }

  /// One line: where, what, and the mend.
  public var description: String {
    let place = place.map { "'\($0.printable(limit: 200))': " } ?? ""
    return "\(path.printable(limit: 400)): \(place)\(problem.printable(limit: 1500))"
  }

  /// Bad data.
  public var exitStatus: ExitStatus { .badData }
}
