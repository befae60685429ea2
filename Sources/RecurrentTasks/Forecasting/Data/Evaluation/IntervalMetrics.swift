/// How the intervals of one level did.
public struct IntervalMetrics: Sendable, Hashable, Codable {
  /// The percentage of what comes that they are to hold.
  public var level: Double
  /// The percentage that they held.
  public var coverage: Double
  /// Their mean width, in the unit of the data.
  public var width: Double

  /// Coverage and width by their names in files: `coverage_80`, `width_80`.
  var values: [(name: String, value: Double)] {
    let suffix = levelText(level)
    return [("coverage_\(suffix)", coverage), ("width_\(suffix)", width)]
  }
}

/// A level as it stands in names: `80`, `99.5`.
func levelText(_ level: Double) -> String {
  level == level.rounded() ? String(Int(level)) : String(level)
}

/// Gathers how quantiles and intervals fit what came, each value weighing the same.
struct DistributionErrors {
  private let levels: [Double]
  private var counts: [Int]
  private var inside: [Int]
  private var widths: [Double]
  private var quantileLoss = 0.0
  private var quantileCount = 0

  /// The probabilities over which the quantile loss is averaged: the middles of ten equal parts.
  static let probabilities = (0..<10).map { 0.05 + Double($0) / 10 }

  init(levels: [Double]) {
    self.levels = levels
    counts = levels.map { _ in 0 }
    inside = counts
    widths = levels.map { _ in 0 }
  }

  /// Adds what one forecast says about a target.
  ///
  /// - Parameter hasDistribution: Whether the forecast has the quantiles of these probabilities.
  mutating func add(actual: ArraySlice<Double>, forecast: SeriesForecast, target: Int, hasDistribution: Bool) {
    if hasDistribution {
      for probability in Self.probabilities {
        guard let quantile = forecast.quantile(probability) else { continue }
        for (value, bound) in zip(actual, quantile.values[target]) where !value.isNaN {
          quantileLoss += value >= bound ? probability * (value - bound) : (1 - probability) * (bound - value)
          quantileCount += 1
        }
      }
    }
    for (place, level) in levels.enumerated() {
      guard let lower = forecast.quantile((100 - level) / 200), let upper = forecast.quantile((100 + level) / 200)
      else {
        continue
      }
      for (step, value) in actual.enumerated() where !value.isNaN {
        let (low, high) = (lower.values[target][step], upper.values[target][step])
        counts[place] += 1
        if low <= value, value <= high { inside[place] += 1 }
        widths[place] += high - low
      }
    }
  }

  /// Adds the measures to those of the forecasts themselves.
  func complete(_ metrics: inout ForecastMetrics?) {
    if quantileCount > 0 { metrics?.crps = 2 * quantileLoss / Double(quantileCount) }
    metrics?.intervals = levels.indices.filter { counts[$0] > 0 }.map { place in
      IntervalMetrics(
        level: levels[place], coverage: 100 * Double(inside[place]) / Double(counts[place]),
        width: widths[place] / Double(counts[place]))
    }
  }
}
