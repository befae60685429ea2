import RecurrentTensor

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Inverses of distribution functions: the value below which a share of what comes lies.
enum Quantiles {
  /// Of the standard normal distribution: Newton's steps on the complementary error function, exact to the last few digits.
  static func normal(_ probability: Double) -> Double {
    let isUpper = probability > 0.5
    let tail = isUpper ? 1 - probability : probability
    if tail == 0.5 { return 0 }
    if tail <= 0 { return isUpper ? .infinity : -.infinity }
    // Abramowitz and Stegun 26.2.23, off by less than 5e-4.
    let t = (-2 * log(tail)).squareRoot()
    let numerator = 2.515517 + t * (0.802853 + t * 0.010328)
    var x = t - numerator / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
    for _ in 0..<3 {
      let excess = 0.5 * erfc(x / 2.0.squareRoot()) - tail
      let density = exp(-0.5 * x * x) / (2 * Double.pi).squareRoot()
      let step = excess / density
      // Halley: the density's slope is -x times it.
      x += step / (1 - 0.5 * x * step)
    }
    return isUpper ? x : -x
  }

  /// Of Student's t distribution with any positive degrees of freedom: Newton's steps on the incomplete beta function from Hill's
  /// approximation; relative errors below 1e-9.
  static func studentT(_ probability: Double, degrees: Double) -> Double {
    if probability == 0.5 { return 0 }
    let isUpper = probability > 0.5
    let tail = isUpper ? 1 - probability : probability
    if tail <= 0 { return isUpper ? .infinity : -.infinity }
    let logDensityAtZero =
      GammaFunction.logarithm(0.5 * (degrees + 1)) - GammaFunction.logarithm(0.5 * degrees)
      - 0.5 * log(degrees * Double.pi)
    var (low, high) = (0.0, Double.infinity)
    let first = hillApproximation(tail, degrees)
    var x = first.isNormal && first > 0 ? first : -normal(tail)
    for _ in 0..<200 {
      let excess = 0.5 * incompleteBeta(degrees / (degrees + x * x), 0.5 * degrees, 0.5) - tail
      if excess > 0 { low = max(low, x) } else { high = min(high, x) }
      let density = exp(logDensityAtZero - 0.5 * (degrees + 1) * log1p(x * x / degrees))
      var next = x + excess / density
      if !(next > low && next < high) { next = high.isFinite ? 0.5 * (low + high) : 2 * x }
      if abs(next - x) <= 1e-10 * abs(next) { return isUpper ? next : -next }
      x = next
    }
    return isUpper ? x : -x
  }

  /// The upper quantile of Student's t distribution by asymptotic series (Hill, "Student's t-quantiles", Communications of the ACM,
  /// 1970): a few digits from one degree of freedom on, more of many.
  private static func hillApproximation(_ tail: Double, _ n: Double) -> Double {
    guard n >= 1 else { return .nan }
    let a = 1 / (n - 0.5)
    let b = 48 / (a * a)
    var c = ((20_700 * a / b - 98) * a - 16) * a + 96.36
    let d = ((94.5 / (b + c) - 3) / b + 1) * (0.5 * a * Double.pi).squareRoot() * n
    var y = pow(2 * tail * d, 2 / n)
    if y > 0.05 + a {
      let x = normal(tail)
      y = x * x
      if n < 5 { c += 0.3 * (n - 4.5) * (x + 0.6) }
      c += (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b
      y = (((((0.4 * y + 6.3) * y + 36) * y + 94.5) / c - y - 3) / b + 1) * x
      y = expm1(a * y * y)
    } else {
      let inner = ((n + 6) / (n * y) - 0.089 * d - 0.822) * (n + 2) * 3
      y = ((1 / inner + 0.5 / (n + 4)) * y - 1) * (n + 1) / (n + 2) + 1 / y
    }
    return (n * y).squareRoot()
  }

  /// Of the negative binomial distribution with this mean and shape: the smallest count whose distribution function is at least
  /// `probability`.
  static func negativeBinomial(_ probability: Double, mean: Double, shape: Double) -> Int {
    let success = shape / (shape + mean)
    func distribution(_ count: Int) -> Double { incompleteBeta(success, shape, Double(count) + 1) }
    guard mean.isFinite, shape.isFinite, probability > 0 else { return 0 }
    // A probability that is reached exactly may be missed by rounding.
    let probability = probability * (1 - 1e-12)
    if distribution(0) >= probability { return 0 }
    // Low is too small throughout; high is large enough when found.
    var (low, high) = (0, 1)
    while distribution(high) < probability, high < 1 << 52 { (low, high) = (high, high * 2) }
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if distribution(middle) < probability { low = middle } else { high = middle }
    }
    return high
  }

  /// The regularised incomplete beta function I_x(a, b), by its continued fraction (Lentz's way of evaluating it).
  static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    if x <= 0 { return 0 }
    if x >= 1 { return 1 }
    let front = exp(
      GammaFunction.logarithm(a + b) - GammaFunction.logarithm(a) - GammaFunction.logarithm(b) + a * log(x)
        + b * log1p(-x))
    // The fraction converges fast on this side of the mean, and the other is its mirror image.
    return x < (a + 1) / (a + b + 2)
      ? front * betaFraction(x, a, b) / a : 1 - front * betaFraction(1 - x, b, a) / b
  }

  private static func betaFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    let tiny = 1e-300
    func clamped(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
    var c = 1.0
    var d = 1 / clamped(1 - (a + b) * x / (a + 1))
    var fraction = d
    var change = 0.0
    func advance(_ numerator: Double) {
      d = 1 / clamped(1 + numerator * d)
      c = clamped(1 + numerator / c)
      change = d * c
      fraction *= change
    }
    for step in 1...10_000 {
      let m = Double(step)
      advance(m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)))
      advance(-(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)))
      if abs(change - 1) < 1e-15 { break }
    }
    return fraction
  }

  /// The empirical quantile of rising values, interpolated between neighbours (type 7 of Hyndman and Fan, 1996).
  static func empirical(_ probability: Double, ofSorted values: [Double]) -> Double {
    let place = probability * Double(values.count - 1)
    let low = min(max(0, Int(place)), values.count - 1)
    let high = min(low + 1, values.count - 1)
    return values[low] + (place - Double(low)) * (values[high] - values[low])
  }
}
