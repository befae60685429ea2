import RecurrentTensor
import RecurrentTestSupport
import RecurrentTraining
import Testing

struct ReduceOnPlateauTests {
  static func scheduler(_ settings: ReduceOnPlateau, warmUp: LearningRateSchedule.WarmUp? = nil) throws
    -> LearningRateScheduler
  {
    try LearningRateScheduler(.init(.onPlateau(settings), warmUp: warmUp), base: 0.1)
  }

  /// The rate in effect before each judgement.
  static func rates(_ scheduler: LearningRateScheduler, _ metrics: [Double]) -> [Double] {
    var scheduler = scheduler
    return metrics.enumerated().map { epoch, metric in
      let rate = scheduler.rate(at: epoch)
      scheduler.observe(metric)
      return rate
    }
  }

  @Test(arguments: [
    ("plateau", ReduceOnPlateau(factor: 0.5, patience: 2)),
    ("plateau_cooldown", ReduceOnPlateau(factor: 0.1, patience: 1, cooldown: 3, minimumRate: 5e-4)),
  ])
  func ratesAreThoseOfPyTorch(_ name: String, _ settings: ReduceOnPlateau) throws {
    let fixture = try Fixture("optimizers/optimizers")
    let expected = try fixture.tensor("schedule/\(name)/rates").doubles
    let rates = Self.rates(try Self.scheduler(settings), try fixture.tensor("schedule/plateau/metric").doubles)
    #expect(rates.count == expected.count)
    for (rate, golden) in zip(rates, expected) { #expect(abs(rate - golden) <= 1e-7 * golden) }
  }

  @Test func moreMayBeBetter() throws {
    // ReduceLROnPlateau(mode="max", factor=0.5, patience=1, threshold=0.01, cooldown=1) of PyTorch 2.13.
    let settings = ReduceOnPlateau(mode: .maximum, factor: 0.5, patience: 1, threshold: 0.01, cooldown: 1)
    let metrics = [0.5, 0.6, 0.603, 0.605, 0.61, 0.6, 0.6, 0.6, 0.6, 0.7, 0.7, 0.7, 0.7, 0.7]
    #expect(
      Self.rates(try Self.scheduler(settings), metrics)
        == [0.1, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.025, 0.025, 0.025, 0.025, 0.025, 0.0125, 0.0125])
  }

  @Test func negativeMetricsAreJudgedTheSameWay() throws {
    // A log-likelihood that keeps falling by less than the threshold of its size is no progress.
    let settings = ReduceOnPlateau(factor: 0.5, patience: 0, threshold: 0.1)
    #expect(Self.rates(try Self.scheduler(settings), [-10, -10.5, -12, -12.1]) == [0.1, 0.1, 0.05, 0.05])
  }

  @Test func whatIsNotANumberIsNoBetter() throws {
    let settings = ReduceOnPlateau(factor: 0.5, patience: 1)
    #expect(
      Self.rates(try Self.scheduler(settings), [.nan, .nan, 1, .nan, .nan, 1]) == [0.1, 0.1, 0.05, 0.05, 0.05, 0.025])
  }

  @Test func theStateIsAllThereIs() throws {
    let fixture = try Fixture("optimizers/optimizers")
    let metrics = try fixture.tensor("schedule/plateau/metric").doubles
    var whole = try Self.scheduler(ReduceOnPlateau(patience: 1, cooldown: 2))
    for stop in metrics.indices {
      var resumed = try Self.scheduler(ReduceOnPlateau(patience: 1, cooldown: 2))
      resumed.plateau = whole.plateau
      #expect(Self.rates(resumed, Array(metrics[stop...])) == Self.rates(whole, Array(metrics[stop...])))
      whole.observe(metrics[stop])
    }
  }

  @Test func aWarmUpRisesToTheRateInEffect() throws {
    var scheduler = try Self.scheduler(
      ReduceOnPlateau(factor: 0.5, patience: 0), warmUp: .init(length: 4, startFactor: 0))
    #expect(scheduler.rate(at: 2) == 0.05)
    scheduler.observe(1)
    scheduler.observe(1)
    #expect(scheduler.rate(at: 2) == 0.025)
    #expect(scheduler.rate(at: 4) == 0.05)
  }

  @Test func otherSchedulesDoNotListen() throws {
    var scheduler = try LearningRateScheduler(base: 0.1)
    for _ in 0..<50 { scheduler.observe(1) }
    #expect(scheduler.rate(at: 50) == 0.1)
    #expect(scheduler.plateau == nil)
  }
}
