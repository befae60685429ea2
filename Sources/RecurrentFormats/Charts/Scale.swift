#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Maps values to places on the drawing.
public struct Scale: Hashable, Sendable {
  /// How values are spread.
  public enum Kind: Hashable, Sendable {
    /// Equal differences take equal room.
    case linear
    /// Equal ratios take equal room; only values above zero have a place.
    case logarithmic
  }

  /// How values are spread.
  public let kind: Kind
  /// The values at the two ends.
  public let domain: ClosedRange<Double>
  /// The place of the lower end of the domain.
  public let start: Double
  /// The place of the upper end of the domain.
  public let end: Double

  /// Makes a scale whose domain runs from the place `start` to the place `end`. A domain without length is widened, and what a
  /// logarithmic scale cannot hold is cut off.
  public init(_ kind: Kind, domain: ClosedRange<Double>, from start: Double, to end: Double) {
    self.kind = kind
    self.start = start
    self.end = end
    self.domain = kind == .linear ? Self.widened(domain) : Self.positive(domain)
  }

  private static func widened(_ domain: ClosedRange<Double>) -> ClosedRange<Double> {
    guard domain.lowerBound == domain.upperBound else { return domain }
    let margin = max(abs(domain.lowerBound) * 0.1, .leastNormalMagnitude.squareRoot())
    let limit = Double.greatestFiniteMagnitude
    return max(domain.lowerBound - margin, -limit)...min(domain.upperBound + margin, limit)
  }

  private static func positive(_ domain: ClosedRange<Double>) -> ClosedRange<Double> {
    let upper = max(domain.upperBound, .leastNormalMagnitude)
    let lower = domain.lowerBound > 0 ? domain.lowerBound : upper / 10
    return lower == upper ? lower / 2...min(upper * 2, .greatestFiniteMagnitude) : lower...upper
  }

  /// The place of a value, or nil where it has none: not finite, or not above zero on a logarithmic scale.
  public func place(of value: Double) -> Double? {
    guard value.isFinite else { return nil }
    switch kind {
    case .linear:
      // Halves keep the difference finite for the widest domains.
      let fraction =
        (value / 2 - domain.lowerBound / 2) / (domain.upperBound / 2 - domain.lowerBound / 2)
      return start + (end - start) * fraction
    case .logarithmic:
      guard value > 0 else { return nil }
      let (low, high) = (log10(domain.lowerBound), log10(domain.upperBound))
      return start + (end - start) * (log10(value) - low) / (high - low)
    }
  }

  /// The same scale with another domain.
  func with(domain: ClosedRange<Double>) -> Scale { Scale(kind, domain: domain, from: start, to: end) }
}
