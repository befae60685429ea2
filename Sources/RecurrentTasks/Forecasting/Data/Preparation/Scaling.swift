/// How values are brought to a size that networks learn well with.
public enum Scaling: String, Sendable, Codable, CaseIterable {
  /// Not at all.
  case none
  /// The smallest value becomes 0, the largest 1.
  case minMax = "min-max"
  /// Mean 0 and standard deviation 1.
  case standard
  /// As `standard`, and then every window by its own mean and deviation (`WindowNormalization`).
  case window
}

/// A change of scale: a value is written as its distance from `offset` in units of `scale`.
public struct AffineScale: Sendable, Hashable, Codable {
  /// The value that becomes 0.
  public var offset: Double
  /// The distance from it that becomes 1; not 0.
  public var scale: Double

  /// The scale with this origin and unit.
  public init(offset: Double, scale: Double) {
    precondition(scale != 0, "a scale of 0 has no inverse")
    self.offset = offset
    self.scale = scale
  }

  /// The scale that changes nothing.
  public static let identity = AffineScale(offset: 0, scale: 1)

  /// The scaled value.
  public func scaled(_ value: Double) -> Double { (value - offset) / scale }

  /// The value that a scaled one stands for.
  public func restored(_ scaled: Double) -> Double { scaled * scale + offset }

  /// The scale of `kind` for these values.
  ///
  /// Where all values are equal (or differ by no more than rounding errors of their size) the unit is 1, so that they become
  /// 0 and are restored exactly. The standard deviation is that of the values themselves (divided by their number). Without
  /// values nothing is changed.
  public static func fit(_ kind: Scaling, to values: [Double]) -> AffineScale {
    guard let first = values.first else { return .identity }
    switch kind {
    case .none:
      return .identity
    case .minMax:
      var (least, greatest) = (first, first)
      for value in values {
        least = min(least, value)
        greatest = max(greatest, value)
      }
      return AffineScale(offset: least, unit: greatest - least)
    case .standard, .window:
      let (mean, deviation) = meanAndDeviation(values)
      return AffineScale(offset: mean, unit: deviation)
    }
  }

  /// A unit that rounding errors alone would give is taken for 0, and 0 is replaced by 1.
  private init(offset: Double, unit: Double) {
    let noise = abs(offset) * 1e-14
    self.init(offset: offset, scale: unit > noise && unit.isNormal ? unit : 1)
  }
}

/// The mean of values and the square root of their mean squared distance from it, in two passes.
func meanAndDeviation(_ values: [Double]) -> (mean: Double, deviation: Double) {
  guard !values.isEmpty else { return (0, 0) }
  let count = Double(values.count)
  let mean = values.reduce(0) { $0 + $1 / count }
  let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) / count }
  return (mean, variance.squareRoot())
}

/// Brings every window of a series to its own mean and deviation, so that a network sees shapes and not levels (instance
/// normalisation).
///
/// The numbers are those of the look-back alone; forecasts are restored with them.
public struct WindowNormalization: Sendable, Hashable, Codable {
  /// What is added to the deviation, in units of the scaled series: keeps windows without movement from being blown up.
  public var epsilon: Double

  /// A normalisation that divides by the deviation plus `epsilon`.
  public init(epsilon: Double = 0.1) {
    precondition(epsilon > 0, "a window may have no deviation, so that epsilon must be positive")
    self.epsilon = epsilon
  }

  /// The scale of the window with these values.
  public func scale(of window: [Double]) -> AffineScale {
    let (mean, deviation) = meanAndDeviation(window)
    return AffineScale(offset: mean, scale: deviation + epsilon)
  }
}
