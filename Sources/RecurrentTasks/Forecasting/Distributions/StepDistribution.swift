public import RecurrentTraining

/// What a forecaster says about each value to come.
public enum OutputDistribution: String, SettingChoice, Hashable {
  /// One number.
  case point
  /// Its quantiles at some levels.
  case quantile
  /// The normal distribution.
  case gaussian
  /// Student's t distribution, with tails as heavy as the data have.
  case studentT = "student-t"
  /// The negative binomial distribution, for counts.
  case negativeBinomial = "negative-binomial"

  /// The numbers that a network gives for each value.
  ///
  /// - Parameter levels: The number of levels of quantiles.
  func parameterCount(levels: Int) -> Int {
    switch self {
    case .point: 1
    case .quantile: levels
    case .gaussian, .negativeBinomial: 2
    case .studentT: 3
    }
  }
}

/// The distribution of one value to come.
enum StepDistribution: Hashable, Sendable {
  case point(Double)
  /// Values at rising levels.
  case quantiles(levels: [Double], values: [Double])
  case gaussian(mean: Double, deviation: Double)
  case studentT(degrees: Double, location: Double, scale: Double)
  /// Of counts in units of `unit`.
  case negativeBinomial(mean: Double, shape: Double, unit: Double)

  /// What the numbers of a network stand for.
  ///
  /// - Parameters:
  ///   - raw: As many numbers as the distribution has.
  ///   - levels: The levels of quantiles. Where values cross they are sorted.
  ///   - unit: The value of 1 in counts, for the negative binomial.
  init(_ kind: OutputDistribution, raw: [Double], levels: [Double], unit: Double) {
    switch kind {
    case .point: self = .point(raw[0])
    case .quantile: self = .quantiles(levels: levels, values: raw.sorted())
    case .gaussian: self = .gaussian(mean: raw[0], deviation: DistributionParameters.positive(raw[1]))
    case .studentT:
      self = .studentT(
        degrees: DistributionParameters.degrees(raw[2]), location: raw[0],
        scale: DistributionParameters.positive(raw[1]))
    case .negativeBinomial:
      self = .negativeBinomial(
        mean: DistributionParameters.positive(raw[0]) * unit, shape: 1 / DistributionParameters.positive(raw[1]),
        unit: unit)
    }
  }

  /// The same in the units that a window's own scale stands for.
  func restored(_ scale: AffineScale) -> StepDistribution {
    switch self {
    case .point(let value): .point(scale.restored(value))
    case .quantiles(let levels, let values): .quantiles(levels: levels, values: values.map(scale.restored))
    case .gaussian(let mean, let deviation):
      .gaussian(mean: scale.restored(mean), deviation: deviation * abs(scale.scale))
    case .studentT(let degrees, let location, let spread):
      .studentT(degrees: degrees, location: scale.restored(location), scale: spread * abs(scale.scale))
    case .negativeBinomial: self
    }
  }

  /// The one number to forecast: the median, and of counts the mean.
  var center: Double {
    switch self {
    case .point(let value), .gaussian(let value, _), .studentT(_, let value, _): value
    case .quantiles: quantile(0.5)
    case .negativeBinomial(let mean, _, let unit): mean / unit
    }
  }

  /// The value below which a share `probability` of what comes is to lie.
  ///
  /// Between the levels of quantiles it is interpolated, and beyond them it goes on with the slope of the outermost two.
  func quantile(_ probability: Double) -> Double {
    switch self {
    case .point(let value): value
    case .quantiles(let levels, let values): Self.interpolated(levels, values, at: probability)
    case .gaussian(let mean, let deviation): mean + deviation * Quantiles.normal(probability)
    case .studentT(let degrees, let location, let scale):
      location + scale * Quantiles.studentT(probability, degrees: degrees)
    case .negativeBinomial(let mean, let shape, let unit):
      Double(Quantiles.negativeBinomial(probability, mean: mean, shape: shape)) / unit
    }
  }

  private static func interpolated(_ levels: [Double], _ values: [Double], at level: Double) -> Double {
    guard levels.count > 1 else { return values[0] }
    let next = min(max(1, levels.firstIndex { $0 >= level } ?? levels.count - 1), levels.count - 1)
    let share = (level - levels[next - 1]) / (levels[next] - levels[next - 1])
    return values[next - 1] + share * (values[next] - values[next - 1])
  }
}
