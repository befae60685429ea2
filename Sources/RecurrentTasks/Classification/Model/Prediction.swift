/// What a classifier says of one sequence.
public enum Prediction: Hashable, Sendable {
  /// The probability of each label, in the order of the classifier's labels.
  case probabilities([Double])
  /// A number, in the unit of the data.
  case number(Double)

  /// The numbers of the labels, the most probable first; of equal ones the first comes first.
  public var ranking: [Int] {
    guard case .probabilities(let values) = self else { return [] }
    return values.indices.sorted { (values[$1], $0) < (values[$0], $1) }
  }

  /// The number of the most probable label; nil where the answer is a number.
  public var label: Int? {
    guard case .probabilities(let values) = self else { return nil }
    var best = 0
    for index in values.indices where values[index] > values[best] { best = index }
    return best
  }

  /// The probabilities of labels, in double precision.
  static func softmax(_ logits: ArraySlice<Float>) -> Prediction {
    let largest = Double(logits.max() ?? 0)
    let exponentials = logits.map { exponential(Double($0) - largest) }
    let sum = exponentials.reduce(0, +)
    return .probabilities(exponentials.map { $0 / sum })
  }
}
