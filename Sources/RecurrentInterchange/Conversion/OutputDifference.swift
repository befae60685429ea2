import Foundation
import RecurrentFormats
public import RecurrentLayers
import RecurrentTensor

/// How far the outputs of two networks on one input are apart.
public struct OutputDifference: Hashable, Sendable, CustomStringConvertible {
  /// The largest difference of two numbers.
  public let worst: Double
  /// The largest share of 1e-6 + 1e-5 |b| that a difference takes; above 1 is too much, infinite where shapes differ or a number is
  /// not finite.
  public let share: Double

  /// The steps and rows, or rows, that were compared, and their features.
  public let shape: [Int]

  /// Whether one can stand for the other.
  public var isSmall: Bool { share <= 1 }

  /// Compares outputs.
  public init(_ a: NetworkValue, _ b: NetworkValue) {
    guard let a = a.values, let b = b.values, a.shape == b.shape else {
      (worst, share, shape) = (.infinity, .infinity, [])
      return
    }
    shape = b.shape.dimensions
    var (worst, share) = (0.0, 0.0)
    for (x, y) in zip(a.scalars, b.scalars) {
      let (x, y) = (Double(x), Double(y))
      let difference = x.isFinite && y.isFinite ? abs(x - y) : .infinity
      worst = max(worst, difference)
      share = max(share, difference / (1e-6 + 1e-5 * abs(y)))
    }
    (self.worst, self.share) = (worst, share)
  }

  /// One line.
  public var description: String {
    if shape.isEmpty { return "outputs of different shapes" }
    guard worst.isFinite else { return "outputs that are not finite" }
    return "worst difference \(Self.text(worst)) on outputs \(shape), \(Self.text(share)) of 1e-6 + 1e-5 |b|"
  }

  /// Two figures are enough for a difference.
  private static func text(_ value: Double) -> String { value == 0 ? "0" : String(format: "%.2g", value) }
}
