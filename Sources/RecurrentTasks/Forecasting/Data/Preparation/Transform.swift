#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// One reversible change of a series of targets.
public enum TransformStep: Sendable, Hashable {
  /// The natural logarithm, for positive values whose swings grow with their level.
  case logarithm
  /// The difference to the value `lag` rows before: 1 takes out a trend, the seasonal period a season.
  case difference(lag: Int)
}

extension TransformStep: LosslessStringConvertible {
  /// `log`, `difference`, or `difference 12`.
  public var description: String {
    switch self {
    case .logarithm: "log"
    case .difference(lag: 1): "difference"
    case .difference(let lag): "difference \(lag)"
    }
  }

  /// The step that a text names, `nil` when it names none.
  public init?(_ description: String) {
    let words = description.split(separator: " ")
    switch (words.first, words.count) {
    case ("log", 1): self = .logarithm
    case ("difference", 1): self = .difference(lag: 1)
    case ("difference", 2):
      guard let lag = Int(words[1]), lag > 0 else { return nil }
      self = .difference(lag: lag)
    default: return nil
    }
  }
}

extension TransformStep: Codable {
  /// Reads the text that `description` gives.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let step = TransformStep(text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is no transform")
    }
    self = step
  }

  /// Writes `description`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

/// A chain of reversible changes of a series, applied in order: `[log, difference]` gives the growth rates that a network learns
/// more easily than the values.
///
/// Row `t` of the result belongs to row `t` of the series. The first rows, as many as the lags add up to, have no value.
public struct Transform: Sendable, Hashable, Codable {
  /// The changes, in the order in which they are applied.
  public let steps: [TransformStep]

  /// A chain of changes; none leaves the series as it is.
  ///
  /// - Throws: `PreparationError.invalidTransform` for a logarithm that is not the first step (differences are negative) and for
  ///   a lag that is not positive.
  public init(_ steps: [TransformStep]) throws(PreparationError) {
    if let place = steps.lastIndex(of: .logarithm), place > 0 {
      throw .invalidTransform("a logarithm comes first in a chain, since differences can be negative")
    }
    for case .difference(let lag) in steps where lag < 1 || lag > 1_000_000 {
      throw .invalidTransform("a difference to \(lag) rows before is none; give a lag of 1 or more")
    }
    self.steps = steps
  }

  private init() { steps = [] }

  /// The transform that changes nothing.
  public static let identity = Transform()

  /// The number of rows at the beginning for which there is no transformed value.
  public var lostRows: Int {
    steps.reduce(0) { rows, step in
      if case .difference(let lag) = step { rows + lag } else { rows }
    }
  }

  /// Whether the values must be positive.
  public var requiresPositive: Bool { steps.contains(.logarithm) }

  /// The transformed series: as many values, the first `lostRows` of them not a number.
  ///
  /// - Precondition: the values are positive where `requiresPositive`.
  public func applied(to values: [Double]) -> [Double] {
    var state = TransformState(self)
    return values.map { state.observe($0) ?? .nan }
  }

  /// The state from which row `row` of a series can be transformed, or got back from its transformed value.
  ///
  /// - Precondition: `lostRows <= row <= values.count`.
  public func state(before row: Int, of values: [Double]) -> TransformState {
    precondition(lostRows <= row && row <= values.count, "row \(row) of \(values.count) with \(lostRows) lost rows")
    var state = TransformState(self)
    for value in values[(row - lostRows)..<row] { _ = state.observe(value) }
    return state
  }

  /// Reads the steps alone.
  public init(from decoder: any Decoder) throws {
    try self.init(decoder.singleValueContainer().decode([TransformStep].self))
  }

  /// Writes the steps alone.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(steps)
  }
}

/// The last values of a series, as far as a transform needs them to go on in either direction.
///
/// `observe` and `restore` are exact inverses, but for rounding, of one another. A forecast of several steps is restored value by
/// value, each restored value being the past of the next; a forecast one step ahead is restored from a copy, and the true
/// value is then observed.
public struct TransformState: Sendable, Hashable {
  private struct Stage: Sendable, Hashable {
    let step: TransformStep
    /// The last values that went into a difference, at most its lag.
    var history: [Double] = []
    /// Where the oldest of them is, once there are as many as the lag.
    var oldest = 0

    /// Forgets the oldest value, which it returns, for the newest.
    mutating func replaceOldest(with newest: Double) -> Double {
      let value = history[oldest]
      history[oldest] = newest
      oldest = (oldest + 1) % history.count
      return value
    }
  }

  private var stages: [Stage]

  init(_ transform: Transform) {
    stages = transform.steps.map { Stage(step: $0) }
  }

  /// Takes in the next value of the series and returns it transformed; `nil` while there are too few values before it.
  public mutating func observe(_ value: Double) -> Double? {
    var value = value
    for index in stages.indices {
      switch stages[index].step {
      case .logarithm:
        value = log(value)
      case .difference(let lag):
        guard stages[index].history.count == lag else {
          stages[index].history.append(value)
          return nil
        }
        value -= stages[index].replaceOldest(with: value)
      }
    }
    return value
  }

  /// Takes in the next value of the transformed series and returns the value of the series it stands for.
  ///
  /// - Precondition: enough values have been observed that the transformed series has one here.
  public mutating func restore(_ transformed: Double) -> Double {
    var value = transformed
    for index in stages.indices.reversed() {
      switch stages[index].step {
      case .logarithm:
        value = exp(value)
      case .difference(let lag):
        precondition(stages[index].history.count == lag, "a transform is restored before \(lag) values are known")
        value += stages[index].history[stages[index].oldest]
        _ = stages[index].replaceOldest(with: value)
      }
    }
    return value
  }
}
