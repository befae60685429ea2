#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How far forecasts were off on the validation part, to make intervals of any forecaster from (split conformal prediction:
/// Papadopoulos et al., 2002; Vovk et al., 2005).
///
/// Of `n` errors of a target at a step ahead, the interval of level `a` reaches as far as the error of rank ⌈(n + 1) a⌉. Where the
/// errors to come are exchangeable with those, it holds the value with a probability of at least `a`. Those of a series in
/// time are not quite: what is reached is measured on the test part.
///
/// Errors are in units of each series' scale, and relative where a logarithm is modelled, so that several series share them.
public struct ConformalCalibration: Sendable, Hashable, Codable {
  /// The errors at each step ahead.
  public struct Step: Sendable, Hashable, Codable {
    /// The number of errors.
    public var count: Int
    /// The errors that the levels of `ConformalCalibration.levels` reach to, as many as can be told.
    public var radii: [Double]
  }

  /// The percentages that are kept: 1 to 99, and 99.5 and 99.9.
  public static let levels: [Double] = (1...99).map { Double($0) } + [99.5, 99.9]

  /// `steps[target][step]`
  public var steps: [[Step]]

  /// The intervals that these errors lead to.
  ///
  /// - Parameter errors: Absolute errors, `errors[target][step]`.
  init(errors: [[[Double]]]) {
    steps = errors.map { $0.map { Self.step($0.sorted()) } }
  }

  private static func step(_ sorted: [Double]) -> Step {
    let radii = levels.compactMap { level -> Double? in
      let rank = self.rank(level, count: sorted.count)
      return rank <= sorted.count ? sorted[rank - 1] : nil
    }
    return Step(count: sorted.count, radii: radii)
  }

  /// ⌈(n + 1) a⌉, with a millionth less for levels that binary numbers miss by a little.
  static func rank(_ level: Double, count: Int) -> Int {
    max(1, Int((Double(count + 1) * level / 100 - 1e-6).rounded(.up)))
  }

  /// The errors of one forecast in the units of a calibration, `[target][step]`; not a number where a value is missing.
  static func errors(of forecast: SeriesForecast, series: PreparedSeries, isLogarithmic: Bool) -> [[Double]] {
    forecast.values.enumerated().map { target, values in
      let unit = series.scales.targets[target].scale
      return values.enumerated().map { step, value in
        let actual = series.source.targets[target][forecast.origin + step]
        return abs(isLogarithmic ? log(actual / value) : actual - value) / abs(unit)
      }
    }
  }

  /// The number of steps ahead for which there are errors.
  var horizon: Int { steps.first?.count ?? 0 }

  /// The bounds of the interval of a level, in percent, round a forecast `[target][step]`.
  ///
  /// - Throws: `ForecastError.noCalibration` for a level that the errors are too few for, and `.settings` for one that is not kept or a
  ///   forecast of more steps than there are errors for.
  func bounds(
    of values: [[Double]], level: Double, series: PreparedSeries, isLogarithmic: Bool
  ) throws(ForecastError) -> [ForecastQuantile] {
    let asked = values.first?.count ?? 0
    guard asked <= horizon else {
      throw .settings(
        .init(
          problem:
            "conformal intervals of \(asked) steps ahead need errors of as many, and the model has those of \(horizon)",
          mend: "train with --horizon \(asked), or leave out --levels"))
    }
    let place = Self.levels.firstIndex { abs($0 - level) < 1e-9 }
    guard let place, values.count == steps.count else {
      throw .settings(
        .init(
          problem: "conformal intervals have levels of whole percentages, and 99.5 and 99.9, not \(level)",
          mend: "ask for one of these"))
    }
    var (lower, upper) = (values, values)
    for target in values.indices {
      let unit = abs(series.scales.targets[target].scale)
      for step in values[target].indices {
        let calibration = steps[target][step]
        guard place < calibration.radii.count else { throw .noCalibration(level: level, values: calibration.count) }
        let radius = calibration.radii[place] * unit
        let value = values[target][step]
        lower[target][step] = isLogarithmic ? value * exp(-radius) : value - radius
        upper[target][step] = isLogarithmic ? value * exp(radius) : value + radius
      }
    }
    return [
      ForecastQuantile(probability: (100 - level) / 200, values: lower),
      ForecastQuantile(probability: (100 + level) / 200, values: upper),
    ]
  }
}

extension Forecaster {
  /// The forecaster with its errors on the validation part, from which it can make intervals; as it is where that part is empty.
  func calibrated(on data: ForecastData) throws(ForecastError) -> Forecaster {
    guard let evaluation = try evaluation(of: data, part: .validation, against: [], levels: []) else { return self }
    let isLogarithmic = preparation.settings.transform.requiresPositive
    var errors = schema.targets.map { _ in (0..<configuration.horizon).map { _ in [Double]() } }
    for (series, forecasts) in zip(data.prepared, evaluation.forecasts) {
      for forecast in forecasts {
        let found = ConformalCalibration.errors(of: forecast, series: series, isLogarithmic: isLogarithmic)
        for (target, steps) in found.enumerated() {
          for (step, error) in steps.enumerated() where error.isFinite { errors[target][step].append(error) }
        }
      }
    }
    var copy = self
    copy.calibration = ConformalCalibration(errors: errors)
    return copy
  }
}
