import RecurrentFormats

/// What a classifier answers: one of several labels, or a number.
enum TargetEncoding: Sendable, Hashable {
  /// The labels, in the order of the logits.
  case labels([String])
  /// A number, which the network sees with mean 0 and deviation 1.
  case number(mean: Double, deviation: Double)

  /// Learns from the training examples.
  ///
  /// - Parameters:
  ///   - examples: The training examples.
  ///   - target: Whether labels or numbers are learned.
  ///   - order: The labels in the order that was asked for; empty sorts them.
  init(fitting examples: RawExamples, _ target: ClassificationTarget, order: [String]) throws(ClassificationError) {
    switch target {
    case .label:
      let found = Set(examples.items.map(\.label))
      guard found.count > 1 else {
        throw .oneLabel(found.first ?? "", file: examples.items.first?.place.file ?? "the data")
      }
      let known = order.filter { found.contains($0) }
      self = .labels(known.isEmpty ? TargetEncoding.sorted(found) : known)
    case .number:
      let numbers = try TargetEncoding.numbers(examples)
      let mean = numbers.reduce(0, +) / Double(numbers.count)
      let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(numbers.count)
      self = .number(mean: mean, deviation: variance > 0 && variance.isFinite ? variance.squareRoot() : 1)
    }
  }

  /// The number of outputs of the network.
  var outputCount: Int {
    switch self {
    case .labels(let labels): labels.count
    case .number: 1
    }
  }

  /// The labels; none where the answer is a number.
  var labels: [String] {
    if case .labels(let labels) = self { return labels }
    return []
  }

  /// The labels of examples by number.
  func classes(_ examples: RawExamples) throws(ClassificationError) -> [Int32] {
    let places = Dictionary(labels.enumerated().map { ($1, Int32($0)) }, uniquingKeysWith: { first, _ in first })
    var classes: [Int32] = []
    for item in examples.items {
      guard let place = places[item.label] else {
        throw .unknownLabel(item.place, label: item.label, known: labels)
      }
      classes.append(place)
    }
    return classes
  }

  /// The numbers of examples, as they are written.
  static func numbers(_ examples: RawExamples) throws(ClassificationError) -> [Double] {
    var numbers: [Double] = []
    for item in examples.items {
      guard let value = Double(item.label), abs(value) < 1e30 else {
        throw .noNumber(item.place, label: item.label)
      }
      numbers.append(value)
    }
    return numbers
  }

  /// Labels in the order of their numbers, where all are numbers, else of their letters.
  private static func sorted(_ labels: Set<String>) -> [String] {
    let numbers = labels.compactMap { label in Double(label).map { (label, $0) } }
    if numbers.count == labels.count, numbers.allSatisfy({ $0.1.isFinite }) {
      return numbers.sorted { ($0.1, $0.0) < ($1.1, $1.0) }.map(\.0)
    }
    return labels.sorted()
  }
}

/// The right answers of a part.
enum Answers: Sendable {
  /// The number of the label of each example.
  case classes([Int32])
  /// The number of each example, in the unit of the data.
  case numbers([Double])
}
