/// What a window shows a model beside the values, past covariates and known future of its rows.
public struct WindowFeatures: Sendable, Hashable {
  /// How many rows make one step of the model; the channels of a step are those of its rows, one row after another.
  public var valuesPerStep: Int
  /// For each row, the targets of so many rows before the row after it; 1 would be the row itself.
  public var lags: [Int]
  /// Whether each target and past covariate has a channel that is 1 where the value is missing (and 0 stands for it).
  public var marksMissing: Bool
  /// The seasons whose last values a forecast can be added to, in rows.
  public var baseLags: [Int]

  /// Features; the defaults are none.
  public init(valuesPerStep: Int = 1, lags: [Int] = [], marksMissing: Bool = false, baseLags: [Int] = []) {
    precondition(valuesPerStep >= 1 && (lags + baseLags).allSatisfy { $0 >= 1 }, "steps and lags are 1 or more")
    self.valuesPerStep = valuesPerStep
    self.lags = lags
    self.marksMissing = marksMissing
    self.baseLags = baseLags
  }

  /// The rows that must be known before a forecast by windows of `lookBack` rows.
  public func rowsBefore(lookBack: Int) -> Int {
    let lagged = lags.max().map { lookBack - 1 + $0 } ?? 0
    return max(lookBack, lagged, baseLags.max() ?? 0)
  }

  /// The number of channels of one step.
  public func channelCount(_ series: PreparedSeries, horizon: Int) -> Int {
    channelCount(
      targets: series.targets.count, past: series.pastCovariates.count, future: series.futureCovariates.count,
      calendar: series.calendar.count, horizon: horizon)
  }

  /// The number of channels of one step for so many channels of each kind.
  func channelCount(targets: Int, past: Int, future: Int, calendar: Int, horizon: Int) -> Int {
    let ofRow = (targets + past) * (marksMissing ? 2 : 1) + targets * lags.count
    return ofRow * valuesPerStep + future * horizon + calendar
  }
}

extension PreparedSeries {
  /// Writes what the steps that end with `rows` read: step by step `stride` apart, the channels one after another.
  ///
  /// - Parameters:
  ///   - rows: The look-back, a whole number of steps.
  ///   - scales: That of each target in this window.
  func writeChannels(
    _ rows: Range<Int>, horizon: Int, features: WindowFeatures, scales: [AffineScale], to inputs: inout [Float],
    from start: Int, stride: Int
  ) {
    guard !rows.isEmpty else { return }
    let step = features.valuesPerStep
    precondition(rows.count % step == 0, "a look-back of whole steps")
    var start = start
    func write(_ values: [Double], _ rows: Range<Int>, _ scale: AffineScale = .identity) {
      scatter(values, rows, every: step, scale: scale, to: &inputs, from: start, stride: stride)
      start += 1
    }
    for place in 0..<step {
      let rows = rows.lowerBound + place..<rows.upperBound - step + 1 + place
      for (values, scale) in zip(targets, scales) { write(values, rows, scale) }
      for values in pastCovariates { write(values, rows) }
      if features.marksMissing {
        for values in targets + pastCovariates {
          scatterGaps(values, rows, every: step, to: &inputs, from: start, stride: stride)
          start += 1
        }
      }
      for lag in features.lags {
        for (values, scale) in zip(targets, scales) { write(values, rows.shifted(by: 1 - lag), scale) }
      }
    }
    let last = rows.lowerBound + step - 1..<rows.upperBound
    for ahead in 1..<horizon + 1 {
      for values in futureCovariates { write(values, last.shifted(by: ahead)) }
    }
    // The calendar of the first row to foretell says all about those after it.
    for values in calendar { write(values, last.shifted(by: 1)) }
  }

  /// Writes the values one season before each row of the horizon, the seasons one after another, `[L, N, H * K]` with `stride`
  /// from season to season. Past the first season its last values repeat.
  func writeBases(
    at origin: Int, horizon: Int, lags: [Int], scales: [AffineScale], to bases: inout [Float], from start: Int,
    stride: Int
  ) {
    for (season, lag) in lags.enumerated() {
      var place = start + season * stride
      for ahead in 0..<horizon {
        let row = origin + ahead - lag * (ahead / lag + 1)
        for (values, scale) in zip(targets, scales) {
          let value = values[row]
          bases[place] = value.isNaN ? 0 : Float(scale.scaled(value))
          place += 1
        }
      }
    }
  }
}

/// Writes every so many values `stride` apart; 0 where one is missing.
func scatter(
  _ values: [Double], _ rows: Range<Int>, every step: Int = 1, scale: AffineScale = .identity,
  to result: inout [Float], from start: Int, stride: Int
) {
  let count = (rows.count + step - 1) / step
  guard count > 0 else { return }
  precondition(rows.lowerBound >= 0 && rows.upperBound <= values.count)
  precondition(start >= 0 && start + (count - 1) * stride < result.count)
  result.withUnsafeMutableBufferPointer { result in
    var place = start
    for row in Swift.stride(from: rows.lowerBound, to: rows.upperBound, by: step) {
      let value = values[row]
      result[place] = value.isNaN ? 0 : Float(scale.scaled(value))
      place += stride
    }
  }
}

/// Writes `stride` apart 1 for every missing value and 0 for the others.
func scatterGaps(
  _ values: [Double], _ rows: Range<Int>, every step: Int = 1, to result: inout [Float], from start: Int, stride: Int
) {
  var place = start
  for row in Swift.stride(from: rows.lowerBound, to: rows.upperBound, by: step) {
    result[place] = values[row].isNaN ? 1 : 0
    place += stride
  }
}
