import RecurrentFormats
public import RecurrentTraining

/// A text that is no layout of a network: where, what, and what could stand there.
public struct LayoutError: DescribedFailure, Hashable {
  /// The text.
  public let text: String
  /// The place in it, counted in characters from 1.
  public let column: Int
  /// What is wrong, and what could stand there.
  public let problem: String

  /// Makes the error from its parts.
  public init(text: String, column: Int, problem: String) {
    self.text = text
    self.column = column
    self.problem = problem
  }

  /// One line: the place with what stands there, what is wrong, and the mend.
  public var description: String {
    let before = String(text.prefix(column - 1).suffix(30)).printable()
    let rest = String(text.dropFirst(column - 1).prefix(30)).printable()
    return "--layout, character \(column) ('\(before)' ▸ '\(rest)'): \(problem.printable(limit: 800))"
  }

  /// Wrong usage.
  public var exitStatus: ExitStatus { .usage }
}
