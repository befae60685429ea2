/// How values are brought to a size that networks learn well with.
public enum Scaling: String, Sendable, Codable, CaseIterable {
  /// Not at all.
  case none
  /// The smallest value becomes 0, the largest 1.
  case minMax = "min-max"
  /// Mean 0 and standard deviation 1.
  case standard
  /// In units of the mean size of the values; 0 stays 0, so that counts can be told.
  case mean
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
  /// Where all values are equal, or differ by no more than rounding errors of their size, the unit is 1: equal values become 0
  /// and are restored exactly. The standard deviation is that of the values themselves (divided by their number). Without
  /// values nothing is changed.
  public static func fit(_ kind: Scaling, to values: [Double]) -> AffineScale {
    guard kind != .none, let first = values.first else { return .identity }
    var (least, greatest) = (first, first)
    for value in values {
      least = min(least, value)
      greatest = max(greatest, value)
    }
    if kind == .mean {
      let size = values.reduce(0) { $0 + abs($1) } / Double(values.count)
      return AffineScale(offset: 0, scale: size.isNormal ? size : 1)
    }
    let range = greatest - least
    guard range > max(abs(least), abs(greatest)) * 1e-14, range.isFinite, range.isNormal else {
      return AffineScale(offset: first, scale: 1)
    }
    if kind == .minMax { return AffineScale(offset: least, scale: range) }
    let (mean, deviation) = meanAndDeviation(values, unit: range)
    return AffineScale(offset: mean, scale: deviation)
  }
}

/// The mean of values and the square root of their mean squared distance from it, in two passes.
///
/// Distances are squared in `unit`, so that very large and very small ones keep their digits.
private func meanAndDeviation(_ values: some Collection<Double>, unit: Double = 1) -> (mean: Double, deviation: Double)
{
  let count = Double(values.count)
  let mean = values.reduce(0, +) / count
  let squares = values.reduce(0) { sum, value in
    let distance = (value - mean) / unit
    return sum + distance * distance
  }
  return (mean, (squares / count).squareRoot() * unit)
}

extension AffineScale {
  /// Reads origin and unit, which must be finite, and the unit not 0.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let offset = try container.decode(Double.self, forKey: .offset)
    let scale = try container.decode(Double.self, forKey: .scale)
    guard offset.isFinite, scale.isFinite, scale != 0 else {
      throw DecodingError.dataCorruptedError(
        forKey: .scale, in: container, debugDescription: "a scale is finite and not 0")
    }
    self.init(offset: offset, scale: scale)
  }
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

  /// The scale of the window with these values; missing ones do not count.
  public func scale(of window: ArraySlice<Double>) -> AffineScale {
    precondition(!window.isEmpty, "a window has at least one row")
    let observed = window.contains(where: \.isNaN) ? window.filter { !$0.isNaN }[...] : window
    if observed.isEmpty { return AffineScale(offset: 0, scale: 1) }
    let (mean, deviation) = meanAndDeviation(observed)
    return AffineScale(offset: mean, scale: deviation + epsilon)
  }
}
