import RecurrentFormats

/// A model's `config.json` that lacks what its task, or its network, needs.
public struct ModelDataError: DescribedFailure, Hashable {
  /// The folder of the model.
  public let path: String
  /// What is wrong.
  public let problem: String

  /// Makes the error from its parts.
  public init(path: String, problem: String) {
    self.path = path
    self.problem = problem
  }

  /// One line: what, where, and the mend.
  public var description: String {
    "\(path.printable(limit: 400))/config.json: \(problem.printable(limit: 400)); "
      + "the file was not written by this program or was changed"
  }

  /// Bad data.
  public var exitStatus: ExitStatus { .badData }
}
