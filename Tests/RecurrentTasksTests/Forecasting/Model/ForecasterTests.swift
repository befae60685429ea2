import RecurrentFormats
import RecurrentLayers
import RecurrentTensor
import RecurrentTraining
import Testing

@testable import RecurrentTasks

/// A table of two series, 60 rows each, with a past and a future covariate.
private func frame(pastCovariates: Bool = true, futureCovariates: Bool = true) -> SeriesFrame {
  let series = (0..<2).map { index in
    Series(
      id: "s\(index)", targets: [(0..<60).map { Double(index * 100 + $0) + Double($0 % 7) }],
      pastCovariates: pastCovariates ? [(0..<60).map { Double($0 * $0 % 11) }] : [],
      futureCovariates: futureCovariates ? [(0..<90).map { Double($0 % 4) }] : [])
  }
  let schema = SeriesSchema(
    time: [], timeForm: .rowNumber, frequency: Frequency(.step), seasonalPeriod: 7, series: "unique_id",
    targets: ["y"], pastCovariates: pastCovariates ? ["p"] : [], futureCovariates: futureCovariates ? ["f"] : [])
  return SeriesFrame(file: "made up", schema: schema, series: series)
}

private func configuration(
  _ arrangement: ForecastArrangement, _ strategy: ForecastStrategy, horizon: Int
) -> ForecastConfiguration {
  var configuration = ForecastConfiguration()
  configuration.arrangement = arrangement
  configuration.strategy = strategy
  configuration.horizon = horizon
  configuration.lookBack = 5
  configuration.difference = 1
  configuration.architecture.hidden = [4]
  return configuration
}

private func forecaster(_ configuration: ForecastConfiguration, _ frame: SeriesFrame) throws -> (
  Forecaster, ForecastData
) {
  let parts = frame.series.map { _ in Parts(train: 0..<40, validation: 40..<50, test: 50..<60) }
  let preparation = try Preparation(
    fitting: frame, parts: parts, settings: try configuration.preparation(seasonalPeriod: 7))
  let data = try ForecastData(frame, parts: parts, preparation: preparation)
  return (Forecaster(configuration, data: data, preparation: preparation), data)
}

@Suite struct ForecasterTests {
  /// Every arrangement and strategy forecasts the asked-for steps from the asked-for rows.
  @Test(arguments: [ForecastArrangement.sequence, .windows], [ForecastStrategy.direct, .recursive])
  func shapes(arrangement: ForecastArrangement, strategy: ForecastStrategy) throws {
    let frame = frame(pastCovariates: strategy == .direct)
    let (forecaster, data) = try forecaster(configuration(arrangement, strategy, horizon: 3), frame)
    let forecasts = try forecaster.forecasts(of: data.prepared[1], from: [20, 30, 57], horizon: 3)
    #expect(forecasts.map(\.origin) == [20, 30, 57])
    #expect(forecasts.allSatisfy { $0.values.count == 1 && $0.values[0].count == 3 })
    #expect(forecasts.allSatisfy { $0.values[0].allSatisfy(\.isFinite) })
  }

  /// A forecast that is fed back equals a loop that appends one forecast after another and starts over each time.
  @Test(arguments: [ForecastArrangement.sequence, .windows])
  func rollOutEqualsLoopByHand(arrangement: ForecastArrangement) throws {
    let frame = frame(pastCovariates: false)
    let (forecaster, data) = try forecaster(configuration(arrangement, .recursive, horizon: 1), frame)
    let origins = [17, 33, 60]
    let together = try forecaster.forecasts(of: data.prepared[0], from: origins, horizon: 4)
    for (index, origin) in origins.enumerated() {
      var known = frame.series[0]
      known.targets[0] = Array(known.targets[0][..<origin])
      var byHand: [Double] = []
      for _ in 0..<4 {
        let series = try forecaster.preparation.prepared(known, of: frame)
        let next = try forecaster.forecasts(of: series, from: [known.count], horizon: 1)[0].values[0][0]
        byHand.append(next)
        known.targets[0].append(next)
      }
      for (a, b) in zip(together[index].values[0], byHand) { #expect(abs(a - b) < 1e-4 * max(1, abs(b))) }
    }
  }

  /// What comes after the origin does not change a forecast.
  @Test(arguments: [ForecastArrangement.sequence, .windows], [ForecastStrategy.direct, .recursive])
  func futureIsNotSeen(arrangement: ForecastArrangement, strategy: ForecastStrategy) throws {
    let frame = frame(pastCovariates: strategy == .direct)
    let (forecaster, _) = try forecaster(configuration(arrangement, strategy, horizon: 3), frame)
    var changed = frame
    for row in 45..<60 {
      changed.series[0].targets[0][row] = -1000
      if strategy == .direct { changed.series[0].pastCovariates[0][row] = 77 }
    }
    let before = try forecaster.preparation.prepared(frame.series[0], of: frame)
    let after = try forecaster.preparation.prepared(changed.series[0], of: changed)
    let original = try forecaster.forecasts(of: before, from: [45], horizon: 3)
    #expect(try forecaster.forecasts(of: after, from: [45], horizon: 3) == original)
  }

  @Test func oneForecastDoesNotDependOnTheOthers() throws {
    let frame = frame(pastCovariates: false)
    for arrangement in [ForecastArrangement.sequence, .windows] {
      let (forecaster, data) = try forecaster(configuration(arrangement, .recursive, horizon: 1), frame)
      let together = try forecaster.forecasts(of: data.prepared[0], from: [20, 40, 50], horizon: 5)
      #expect(try forecaster.forecasts(of: data.prepared[0], from: [40], horizon: 5) == [together[1]])
    }
  }

  @Test func pastCovariatesCannotBeFedBack() throws {
    let frame = frame()
    let (forecaster, _) = try forecaster(configuration(.windows, .recursive, horizon: 1), frame)
    #expect { try forecaster.forecast(frame, horizon: 2) } throws: { error in
      "\(error)".contains("values of p that are not known yet")
    }
  }

  @Test func futureCovariatesMustReachTheHorizon() throws {
    let frame = frame(pastCovariates: false)
    let (forecaster, _) = try forecaster(configuration(.windows, .recursive, horizon: 1), frame)
    _ = try forecaster.forecast(frame, horizon: 30)
    #expect(throws: ForecastError.self) { try forecaster.forecast(frame, horizon: 31) }
    #expect(throws: ForecastError.self) { try forecaster.forecast(frame, horizon: 0) }
  }

  @Test func shortHistoryIsRefused() throws {
    var frame = frame(pastCovariates: false, futureCovariates: false)
    let (forecaster, _) = try forecaster(configuration(.sequence, .direct, horizon: 2), frame)
    frame.series[0].targets[0] = Array(frame.series[0].targets[0][..<5])
    #expect { try forecaster.forecast(frame) } throws: { "\($0)".contains("5 rows, and a forecast needs 6") }
  }

  /// Every kind of cell, with what its kind allows, makes the network that the settings describe.
  @Test(arguments: CellKind.allCases) func cells(kind: CellKind) throws {
    var configuration = configuration(.windows, .direct, horizon: 2)
    configuration.labels = .last
    configuration.architecture.cell = kind
    configuration.architecture.layers = 2
    configuration.architecture.isResidual = true
    if kind != .convolution {
      configuration.architecture.isBidirectional = true
      (configuration.architecture.zoneout, configuration.architecture.stateDropout) = (0.1, 0.2)
    }
    configuration.architecture.hasPeepholes = kind == .lstm
    configuration.architecture.normalization = kind == .lstm || kind == .gru ? .layer : .none
    let frame = frame(pastCovariates: true)
    let (forecaster, data) = try forecaster(configuration, frame)
    let forecasts = try forecaster.forecasts(of: data.prepared[0], from: [30], horizon: 2)
    let values = forecasts[0].values[0]
    #expect(values.allSatisfy { $0.isFinite })
    let width = configuration.architecture.makeStack(inputSize: 3, key: RandomKey(seed: 1)).outputSize
    #expect(width == (kind == .convolution ? 4 : 8))
  }

  @Test func settingsThatContradictEachOther() throws {
    var cell = configuration(.sequence, .direct, horizon: 1)
    (cell.architecture.cell, cell.architecture.hasPeepholes) = (.gru, true)
    #expect(throws: ForecastError.self) { try cell.preparation(seasonalPeriod: 7) }
    (cell.architecture.cell, cell.architecture.hasPeepholes) = (.minimalGRU, false)
    cell.architecture.normalization = .layer
    #expect(throws: ForecastError.self) { try cell.preparation(seasonalPeriod: 7) }
    var sequence = configuration(.sequence, .direct, horizon: 1)
    sequence.scaler = .instance
    #expect(throws: ForecastError.self) { try sequence.preparation(seasonalPeriod: 7) }
    sequence.scaler = .standard
    sequence.architecture.isBidirectional = true
    #expect(throws: ForecastError.self) { try sequence.preparation(seasonalPeriod: 7) }
  }
}
