import RecurrentDistribution
import RecurrentTraining
import Testing

@testable import RecurrentTasks

/// Ranks that forecast together give the forecasts of a single process, bit for bit.
struct ForecasterRanksTests {
  /// Five series of different lengths.
  private static func frame(_ count: Int = 5) -> SeriesFrame {
    let schema = SeriesSchema(
      time: [], timeForm: .rowNumber, frequency: Frequency(.step), seasonalPeriod: 7, series: "unique_id",
      targets: ["y"])
    let series = (0..<count).map { index in
      let rows = 70 + 9 * index
      return Series(
        id: "s\(index)", targets: [(0..<rows).map { Double($0 * $0 % 17) / 5 + Double($0 % 7) + Double(index) }])
    }
    return SeriesFrame(file: "made up", schema: schema, series: series)
  }

  /// A forecaster with random weights that knows how far it is off.
  private static func forecaster(_ change: (inout ForecastConfiguration) -> Void) throws -> Forecaster {
    var configuration = ForecastConfiguration()
    (configuration.lookBack, configuration.horizon, configuration.levels) = (6, 3, [50])
    configuration.architecture.hidden = [6]
    change(&configuration)
    try configuration.checkSettings()
    let frame = frame()
    let parts = frame.series.map { Parts(train: 0..<40, validation: 40..<$0.count, test: $0.count..<$0.count) }
    let training = try ForecastTraining(configuration, frame: frame, parts: parts)
    return try training.completed(training.initial)
  }

  private static func text(_ evaluation: ForecastEvaluation) -> String {
    let baselines = evaluation.baselines.map { "\($0.baseline): \($0.metrics.list)" }
    return "\(evaluation.forecasts) \(evaluation.metrics?.list ?? []) \(baselines)"
  }

  /// Every arrangement, forecasts that are fed back, and quantiles that come from paths.
  @Test(
    arguments: [ForecastArrangement.sequence, .windows],
    ["point", "gaussian", "recursive", "recursive gaussian", "difference"])
  func forecasts(_ arrangement: ForecastArrangement, _ kind: String) throws {
    let forecaster = try Self.forecaster {
      $0.arrangement = arrangement
      if kind.contains("gaussian") { $0.outputDistribution = .gaussian }
      if kind.contains("recursive") { $0.strategy = .recursive }
      if kind == "difference" { ($0.difference, $0.outputDistribution) = (1, .gaussian) }
      $0.samples = 20
    }
    for count in [3, 1] {
      let frame = Self.frame(count)
      let levels = forecaster.standardLevels()
      try expectSameOverRanks(try forecaster.forecast(frame, levels: levels)) {
        try forecaster.forecast(frame, levels: levels, over: $0)
      }
      for (windows, step) in [(5, 2), (1, 1)] {
        let expected = try Self.text(forecaster.backtest(frame, windows: windows, step: step))
        #expect(expected.contains("mae"))
        try expectSameOverRanks(expected) {
          Self.text(try forecaster.backtest(frame, windows: windows, step: step, over: $0))
        }
      }
      guard forecaster.configuration.outputDistribution != .point else { continue }
      for paths in [1, 270] {
        let horizon = paths == 1 ? 3 : 2
        try expectSameOverRanks(try forecaster.samplePaths(frame, count: paths, horizon: horizon, seed: 3)) {
          try forecaster.samplePaths(frame, count: paths, horizon: horizon, seed: 3, over: $0)
        }
      }
    }
  }

  @Test func nothingIsForecastOfNoSeries() throws {
    let forecaster = try Self.forecaster { $0.outputDistribution = .gaussian }
    let frame = Self.frame(0)
    try expectSameOverRanks([]) { try forecaster.forecast(frame, over: $0) }
    try expectSameOverRanks([]) { try forecaster.samplePaths(frame, count: 3, over: $0) }
  }

  @Test func otherSeriesAreFound() throws {
    let forecaster = try Self.forecaster { _ in }
    #expect(throws: CommunicationError.ranksDiffer(what: "the input", ranks: [1])) {
      _ = try InProcessCommunicator.run(count: 2) {
        try forecaster.forecast(Self.frame($0.rank == 1 ? 4 : 5), over: $0)
      }
    }
    #expect(throws: CommunicationError.ranksDiffer(what: "what is asked for", ranks: [1])) {
      _ = try InProcessCommunicator.run(count: 2) {
        Self.text(try forecaster.backtest(Self.frame(), windows: 2 + $0.rank, step: 1, over: $0))
      }
    }
  }
}
