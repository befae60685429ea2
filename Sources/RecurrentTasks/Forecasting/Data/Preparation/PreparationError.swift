import RecurrentFormats

/// Why series cannot be prepared for a model as asked for.
public enum PreparationError: Error, Sendable, Equatable {
  /// A chain of transforms that cannot be inverted.
  case invalidTransform(String)
  /// The logarithm of a value that is not positive.
  case notPositive(file: String, line: Int, column: String, value: Double)
  /// A look-back, horizon or stride that is not positive or too large.
  case invalidWindow(setting: String, value: Int)
  /// Labels at every step together with a normalisation that has seen them.
  case normalizedLabelsAtEveryStep
  /// The series to prepare has other channels than those the preparation was fitted to.
  case differentChannels(series: String, expected: Int, found: Int)
}

extension PreparationError: CustomStringConvertible {
  /// One line: what happened, where, and how to mend it.
  public var description: String { message.printable(limit: 2000) }

  private var message: String {
    switch self {
    case .invalidTransform(let reason):
      "transform: \(reason)"
    case .notPositive(let file, let line, let column, let value):
      "\(file):\(line): column '\(column)': \(value) has no logarithm; leave the logarithm out of the transforms"
    case .invalidWindow(let setting, let value):
      "\(setting) \(value): must be 1 to \(WindowShape.limit)"
    case .normalizedLabelsAtEveryStep:
      "window scaling with labels at every step would show a step its own label through the window's mean; use labels at "
        + "the last step, or standard scaling"
    case .differentChannels(let series, let expected, let found):
      "\(series): \(found) columns where the model was trained on \(expected); name the same columns as in training"
    }
  }
}
