public import RecurrentTensor

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How the numbers of a network become parameters of distributions.
///
/// A number that must be positive is softplus of the network's plus 1e-4, which keeps a density from growing without bound
/// round values that repeat; degrees of freedom are 2 more than that, so that the variance is finite.
public enum DistributionParameters {
  private static let least: Float = 1e-4
  private static let leastDegrees: Float = 2

  /// A scale, a mean of counts or the like.
  public static func positive(_ raw: Tensor) -> Tensor { softplus(raw) + least }

  /// Degrees of freedom of Student's t distribution.
  public static func degrees(_ raw: Tensor) -> Tensor { positive(raw) + leastDegrees }

  /// The same of one number.
  public static func positive(_ raw: Double) -> Double {
    (raw > 0 ? raw + log1p(exp(-raw)) : log1p(exp(raw))) + Double(least)
  }

  /// The same of one number.
  public static func degrees(_ raw: Double) -> Double { positive(raw) + Double(leastDegrees) }
}
