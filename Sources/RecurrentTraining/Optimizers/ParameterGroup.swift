import RecurrentLayers

/// What an optimiser does differently with some of the parameters: those whose path matches a pattern.
///
/// ```swift
/// AdamW(weightDecay: 0.01, groups: [
///   ParameterGroup("*bias*", weightDecay: 0),
///   ParameterGroup("*weight_hh*", learningRateFactor: 0.5, maxNorm: 3),
/// ])
/// ```
///
/// Options that are nil stay as they are. Where several groups match a parameter each has its say, and the last one that
/// gives an option decides it. In a configuration file a group is one line of text: `"*bias* weight_decay=0"`.
public struct ParameterGroup: Hashable, Sendable {
  /// The paths that are meant, such as `head.weight`; `*` stands for any characters, or none.
  public let pattern: String
  /// How fast these parameters shrink, 0 or more, in place of the optimiser's weight decay.
  public let weightDecay: Double?
  /// What the learning rate of the optimiser, also that of a schedule, is multiplied by, 0 or more.
  public let learningRateFactor: Double?
  /// The greatest length of a unit's incoming weights after a step, above 0 (Srivastava et al., 2014; Keras' `MaxNorm`
  /// along the input's axis): of a row of a matrix `[H, I]`, or of `[I, K]` in the weights of a convolution `[H, I, K]`.
  /// Vectors, such as biases, have no incoming weights and are left alone.
  public let maxNorm: Double?

  /// A group of the parameters whose paths match `pattern`.
  public init(
    _ pattern: String, weightDecay: Double? = nil, learningRateFactor: Double? = nil, maxNorm: Double? = nil
  ) {
    self.init(checked: pattern, weightDecay, learningRateFactor, maxNorm)
    precondition(isValid, "a parameter group needs a pattern without spaces, and options that are not negative")
  }

  private init(checked pattern: String, _ weightDecay: Double?, _ learningRateFactor: Double?, _ maxNorm: Double?) {
    self.pattern = pattern
    self.weightDecay = weightDecay
    self.learningRateFactor = learningRateFactor
    self.maxNorm = maxNorm
  }

  private var isValid: Bool {
    let options = [weightDecay, learningRateFactor, maxNorm].compactMap { $0 }
    return !pattern.isEmpty && !pattern.contains(" ") && options.allSatisfy { $0.isFinite && $0 >= 0 } && maxNorm != 0
  }

  /// Whether the group holds a parameter.
  public func matches(_ path: String) -> Bool { Array(path.utf8).matches(Array(pattern.utf8)) }
}

// MARK: - Text

extension ParameterGroup: LosslessStringConvertible {
  /// Reads a pattern and options with spaces between them: `*bias* weight_decay=0 learning_rate_factor=2 max_norm=3`.
  public init?(_ description: String) {
    let words = description.split(separator: " ")
    guard let pattern = words.first, words.count > 1 else { return nil }
    var options: [Substring: Double] = [:]
    for word in words.dropFirst() {
      let sides = word.split(separator: "=", omittingEmptySubsequences: false)
      guard sides.count == 2, ParameterGroup.optionNames.contains(String(sides[0])), options[sides[0]] == nil,
        let number = Double(sides[1])
      else { return nil }
      options[sides[0]] = number
    }
    self.init(
      checked: String(pattern), options["weight_decay"], options["learning_rate_factor"], options["max_norm"])
    guard isValid else { return nil }
  }

  private static let optionNames: Set = ["weight_decay", "learning_rate_factor", "max_norm"]

  /// The pattern and the options that are given.
  public var description: String {
    let options = [
      ("weight_decay", weightDecay), ("learning_rate_factor", learningRateFactor), ("max_norm", maxNorm),
    ]
    return ([pattern] + options.compactMap { name, value in value.map { "\(name)=\($0)" } }).joined(separator: " ")
  }
}

extension ParameterGroup: Codable {
  /// Reads the text of a group.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let group = ParameterGroup(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "expected a pattern and options, such as '*bias* weight_decay=0'")
    }
    self = group
  }

  /// Writes the text of the group.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

extension [UInt8] {
  /// Whether the text is the pattern with something, or nothing, in the place of each `*`.
  fileprivate func matches(_ pattern: [UInt8]) -> Bool {
    let star = UInt8(ascii: "*")
    var (here, there) = (0, 0)
    // Where to go on when the rest does not fit: the last star takes one character more.
    var retry: (here: Int, there: Int)?
    while here < count {
      if there < pattern.count, pattern[there] == star {
        there += 1
        retry = (here, there)
      } else if there < pattern.count, pattern[there] == self[here] {
        (here, there) = (here + 1, there + 1)
      } else if let last = retry {
        retry = (last.here + 1, last.there)
        (here, there) = (last.here + 1, last.there)
      } else {
        return false
      }
    }
    return pattern[there...].allSatisfy { $0 == star }
  }
}
