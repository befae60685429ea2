import RecurrentLayers
import RecurrentTensor
import RecurrentTraining
import Testing

@testable import RecurrentTasks

/// Noise whose deviation is known, around a wave.
private func noisyWave(_ count: Int = 700, deviation: Double = 0.5) -> SeriesFrame {
  let noise = Tensor(normal: [count], deviation: Float(deviation), key: RandomKey(seed: 11)).scalars
  let values = (0..<count).map { 20 + 3 * Double([0, 1, 0, -1][$0 % 4]) + Double(noise[$0]) }
  let schema = SeriesSchema(
    time: [], timeForm: .rowNumber, frequency: Frequency(.step), seasonalPeriod: 4, targets: ["y"])
  return SeriesFrame(file: "made up", schema: schema, series: [Series(targets: [values])])
}

private func trained(
  _ frame: SeriesFrame, _ change: (inout ForecastConfiguration) -> Void
) throws -> (Forecaster, ForecastData) {
  var configuration = ForecastConfiguration()
  configuration.lookBack = 8
  configuration.horizon = 2
  configuration.architecture.hidden = [8]
  configuration.training.epochs = 12
  configuration.training.optimizer.learningRate = 0.01
  configuration.training.patience = nil
  configuration.levels = [80]
  change(&configuration)
  try configuration.checkSettings()
  let count = frame.series[0].count
  let parts = frame.series.map { _ in
    Parts(train: 0..<count / 2, validation: count / 2..<count * 3 / 4, test: count * 3 / 4..<count)
  }
  let training = try ForecastTraining(configuration, frame: frame, parts: parts)
  let runner = try TrainingRunner(training, model: training.initial.network, configuration: configuration.training)
  var forecaster = training.initial
  forecaster.network = try runner.run().model
  return (try training.completed(forecaster), training.data)
}

@Suite struct DistributionForecastTests {
  /// A learned distribution, and errors on the validation part, hold about what they say, as wide as the noise makes them.
  @Test(arguments: [OutputDistribution.point, .quantile, .gaussian, .studentT])
  func coverage(distribution: OutputDistribution) throws {
    let (forecaster, data) = try trained(noisyWave()) {
      $0.outputDistribution = distribution
      $0.quantiles = [0.1, 0.5, 0.9]
      $0.training.epochs = distribution == .quantile ? 40 : 25
    }
    let metrics = try #require(try forecaster.evaluation(of: data, part: .test)?.metrics)
    let interval = try #require(metrics.intervals.first)
    #expect(interval.level == 80)
    #expect(abs(interval.coverage - 80) < 10, "\(interval)")
    // ±1.2816 deviations
    #expect(abs(interval.width - 1.28) < 0.4, "\(interval)")
    if distribution == .point {
      #expect(metrics.crps == nil)
    } else {
      // σ / √π for a perfect normal forecast.
      #expect(abs(try #require(metrics.crps) - 0.282) < 0.04)
    }
  }

  @Test func counts() throws {
    var frame = noisyWave(300)
    frame.series[0].targets[0] = frame.series[0].targets[0].map { max(0, ($0 - 15) * 2).rounded() }
    let (forecaster, data) = try trained(frame) {
      $0.outputDistribution = .negativeBinomial
      $0.scaler = .mean
    }
    let forecast = try forecaster.forecast(frame, levels: [50, 90])[0]
    #expect(forecast.quantiles.map(\.probability) == [0.05, 0.25, 0.75, 0.95])
    for quantile in forecast.quantiles {
      #expect(quantile.values[0].allSatisfy { $0 >= 0 && abs($0 - $0.rounded()) < 1e-6 })
    }
    let metrics = try #require(try forecaster.evaluation(of: data, part: .test)?.metrics)
    // The noise is much narrower than any such distribution, whose variance is at least the mean.
    #expect(try #require(metrics.intervals.first).coverage > 85)
    #expect(metrics.mae < 3)
    frame.series[0].targets[0][3] = 1.5
    #expect {
      try trained(frame) {
        $0.outputDistribution = .negativeBinomial
        $0.scaler = .mean
      }
    } throws: { "\($0)".contains("made up:4") && "\($0)".contains("1.5 is no count") }
  }

  /// The same seed draws the same paths, whatever else is drawn, and their spread is that of the distribution.
  @Test(arguments: [ForecastStrategy.direct, .recursive], [ForecastArrangement.windows, .sequence])
  func samplePaths(strategy: ForecastStrategy, arrangement: ForecastArrangement) throws {
    let frame = noisyWave()
    let (forecaster, _) = try trained(frame) {
      $0.outputDistribution = .gaussian
      ($0.strategy, $0.arrangement) = (strategy, arrangement)
      if arrangement == .sequence { $0.training.epochs = 60 }
    }
    let some = try forecaster.samplePaths(frame, count: 300, horizon: 2, seed: 3)[0]
    let more = try forecaster.samplePaths(frame, count: 301, horizon: 2, seed: 3)[0]
    #expect(some == Array(more.prefix(300)))
    #expect(try forecaster.samplePaths(frame, count: 300, horizon: 2, seed: 4)[0] != some)
    for step in 0..<2 {
      let values = some.map { $0[0][step] }
      let mean = values.reduce(0, +) / 300
      let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 300).squareRoot()
      #expect(abs(deviation - 0.5) < 0.2, "\(deviation)")
    }
    let forecast = try forecaster.forecast(frame, horizon: 2, levels: [80])[0]
    let (low, high) = (try #require(forecast.quantile(0.1)), try #require(forecast.quantile(0.9)))
    #expect(zip(low.values[0], high.values[0]).allSatisfy { $0 < $1 })
  }

  /// Differences are summed up along each path: intervals widen with every step.
  @Test func differencesNeedPaths() throws {
    let frame = noisyWave()
    let (forecaster, _) = try trained(frame) {
      $0.outputDistribution = .gaussian
      ($0.difference, $0.horizon) = (1, 6)
      $0.training.epochs = 2
    }
    #expect(!forecaster.hasExactQuantiles(horizon: 6))
    let forecast = try forecaster.forecast(frame, levels: [80])[0]
    let (low, high) = (try #require(forecast.quantile(0.1)), try #require(forecast.quantile(0.9)))
    #expect(high.values[0][5] - low.values[0][5] > 1.5 * (high.values[0][0] - low.values[0][0]))
  }

  @Test func settingsThatDoNotGoTogether() throws {
    func refused(_ change: (inout ForecastConfiguration) -> Void) -> Bool {
      var configuration = ForecastConfiguration()
      change(&configuration)
      do throws(ForecastError) {
        try configuration.checkSettings()
        return false
      } catch {
        return true
      }
    }
    #expect(!refused { _ in })
    #expect(refused { ($0.outputDistribution, $0.quantiles) = (.quantile, [0.1, 0.9]) })
    #expect(refused { ($0.outputDistribution, $0.quantiles) = (.quantile, [0.5, 0.1]) })
    #expect(refused { $0.outputDistribution = .negativeBinomial })
    #expect(refused { $0.intervals = .distribution })
    #expect(refused { ($0.lookBack, $0.valuesPerStep) = (24, 7) })
    #expect(refused { ($0.arrangement, $0.baseLags) = (.sequence, [24]) })
    #expect(refused { ($0.missing, $0.difference) = (.mask, 1) })
    #expect(refused { $0.levels = [95, 80] })
    #expect(refused { $0.memberLookBacks = [25] })
    #expect(refused { ($0.valuesPerStep, $0.memberLookBacks) = (12, [6]) })
  }

  /// A point forecaster without validation part says what it lacks.
  @Test func intervalsWithoutErrors() throws {
    let frame = noisyWave()
    var configuration = ForecastConfiguration()
    configuration.lookBack = 8
    let training = try ForecastTraining(
      configuration, frame: frame, parts: [Parts(train: 0..<700, validation: 700..<700, test: 700..<700)])
    let forecaster = try training.completed(training.initial)
    #expect { try forecaster.forecast(frame, levels: [80]) } throws: {
      "\($0)".contains("no errors on a validation part")
    }
    #expect(throws: ForecastError.self) { try forecaster.samplePaths(frame, count: 3) }
  }
}

@Suite struct SharedNetworkTests {
  /// Two variables through one network: exchanging them exchanges the forecasts.
  @Test func variablesShareTheNetwork() throws {
    var frame = noisyWave(200)
    frame.schema.targets = ["a", "b"]
    frame.series[0].targets.append(frame.series[0].targets[0].map { 100 - 2 * $0 })
    func configure(_ configuration: inout ForecastConfiguration) {
      (configuration.shareVariables, configuration.scaler, configuration.training.epochs) = (true, .instance, 1)
      (configuration.valuesPerStep, configuration.windowSkip, configuration.skip) = (4, true, false)
      configuration.baseLags = [4, 8]
      configuration.lossUnit = .season
      configuration.windowsPerSeries = 20
    }
    let (forecaster, data) = try trained(frame, configure)
    #expect(forecaster.network.first.baseGate?.value.shape == [2, 2])
    #expect(forecaster.network.first.windowSkip?.weight.value.shape == [2, 8])
    let forecast = try forecaster.forecasts(of: data.prepared[0], from: [100, 150], horizon: 2)
    var exchanged = frame
    exchanged.series[0].targets.swapAt(0, 1)
    let scales = try Preparation(
      fitting: exchanged, parts: data.parts, settings: forecaster.preparation.settings)
    let prepared = try scales.prepared(exchanged.series[0], of: exchanged)
    let other = try forecaster.forecasts(of: prepared, from: [100, 150], horizon: 2)
    for (a, b) in zip(forecast, other) {
      #expect(a.values[0] == b.values[1] && a.values[1] == b.values[0])
    }
    let metrics = try #require(try forecaster.evaluation(of: data, part: .test)?.metrics)
    #expect(metrics.standardizedMSE != nil && metrics.standardizedMAE != nil)
  }

  /// An untrained head on a base forecasts the base and no more.
  @Test func basesAreAdded() throws {
    let frame = noisyWave(200)
    var configuration = ForecastConfiguration()
    (configuration.lookBack, configuration.horizon, configuration.baseLags) = (8, 6, [4])
    (configuration.skip, configuration.scaler) = (false, .instance)
    let parts = [Parts(train: 0..<200, validation: 200..<200, test: 200..<200)]
    var forecaster = try ForecastTraining(configuration, frame: frame, parts: parts).initial
    forecaster.network.first.head.weight.value = Tensor(zeros: forecaster.network.first.head.weight.value.shape)
    forecaster.network.first.head.bias?.value = Tensor(zeros: [6])
    let values = try forecaster.forecast(frame)[0].values[0]
    let last = Array(frame.series[0].targets[0].suffix(4))
    for (value, expected) in zip(values, last + last.prefix(2)) { #expect(abs(value - expected) < 1e-4) }
  }

  /// Series that the network tells apart have forecasts of their own, and unknown ones are refused.
  @Test func seriesAreToldApart() throws {
    var frame = noisyWave(200)
    frame.schema.series = "unique_id"
    frame.series[0].id = "a"
    var other = frame.series[0]
    other.id = "b"
    frame.series.append(other)
    let (forecaster, _) = try trained(frame) {
      $0.seriesEmbedding = 3
      $0.training.epochs = 1
    }
    let forecasts = try forecaster.forecast(frame)
    #expect(forecasts[0].values != forecasts[1].values)
    frame.series[1].id = "c"
    #expect { try forecaster.forecast(frame) } throws: { "\($0)".contains("series 'c' did not occur in training") }
  }

  /// Members are trained each on the loss of its own, and the forecast is the mean of theirs.
  @Test func members() throws {
    let frame = noisyWave(200)
    let (forecaster, data) = try trained(frame) {
      $0.members = 3
      $0.training.epochs = 1
    }
    let forecasts = try forecaster.forecasts(of: data.prepared[0], from: [150], horizon: 2)[0].values[0]
    var sum = [0.0, 0]
    for member in [forecaster.network.first] + forecaster.network.others {
      var single = forecaster
      (single.network.first, single.network.others) = (member, [])
      let alone = try single.forecasts(of: data.prepared[0], from: [150], horizon: 2)[0].values[0]
      #expect(alone != forecasts)
      for step in 0..<2 { sum[step] += alone[step] / 3 }
    }
    for step in 0..<2 { #expect(abs(forecasts[step] - sum[step]) < 1e-4) }
    let paths = forecaster.network.parameters.map { "\($0.path)" }
    #expect(paths.contains("head.weight") && paths.contains("others.1.head.weight"))
    // The first member is the network that would stand alone.
    let (alone, _) = try trained(frame) { $0.training.epochs = 1 }
    #expect(alone.network.first.head.weight.value.shape == forecaster.network.first.head.weight.value.shape)
  }

  /// A member that sees the last values only is not moved by those before.
  @Test func membersSeeDifferentLookBacks() throws {
    var frame = noisyWave(200)
    let (forecaster, _) = try trained(frame) {
      ($0.members, $0.memberLookBacks, $0.training.epochs) = (2, [8, 4], 1)
      $0.skip = false
    }
    func alone(_ member: ForecastMember, _ frame: SeriesFrame) throws -> [[Double]] {
      var single = forecaster
      (single.network.first, single.network.others) = (member, [])
      return try single.forecast(frame)[0].values
    }
    let before = try [forecaster.network.first, forecaster.network.others[0]].map { try alone($0, frame) }
    frame.series[0].targets[0][193] += 3
    let after = try [forecaster.network.first, forecaster.network.others[0]].map { try alone($0, frame) }
    #expect(before[0] != after[0] && before[1] == after[1])
  }
}
