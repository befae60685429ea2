import RecurrentTensor
import RecurrentTestSupport
@testable import RecurrentTraining
import Testing

struct LearningRateScheduleTests {
  typealias Schedule = LearningRateSchedule

  static let schedules: [(String, Schedule)] = [
    ("step", Schedule(.step(every: 7, factor: 0.5))),
    ("exponential", Schedule(.exponential(factor: 0.9))),
    ("cosine", Schedule(.cosine(finalRate: 0.001, length: 30))),
    ("warm_up", Schedule(warmUp: .init(length: 8, startFactor: 0.1))),
    ("warm_up_cosine", Schedule(.cosine(finalRate: 0.001, length: 25), warmUp: .init(length: 5, startFactor: 0.1))),
  ]

  @Test(arguments: schedules.indices)
  func ratesAreThoseOfPyTorch(_ number: Int) throws {
    let (name, schedule) = Self.schedules[number]
    let expected = try Fixture("optimizers/optimizers").tensor("schedule/\(name)/rates").doubles
    #expect(expected.count == 30)
    let scheduler = try LearningRateScheduler(schedule, base: 0.1)
    for (epoch, rate) in expected.enumerated() {
      #expect(abs(scheduler.rate(at: epoch) - rate) <= 1e-7 * rate, "epoch \(epoch)")
    }
  }

  @Test func oneCycleIsThatOfPyTorch() {
    // torch.optim.lr_scheduler.OneCycleLR(max_lr=0.1, …) of PyTorch 2.13.
    let cycles: [(OneCycle, [Double])] = [
      (
        OneCycle(length: 10),
        [
          0.0040000000000000036, 0.052000000000000005, 0.1, 0.09504846320134738, 0.0811745653949763,
          0.06112620219362893, 0.03887419780637107, 0.0188258346050237, 0.004951936798652629, 4e-07,
        ]
      ),
      (
        OneCycle(length: 7, riseFraction: 0.5, startDivisor: 10, endDivisor: 100),
        [
          0.009999999999999995, 0.041094235253127366, 0.09140576474687263, 0.09505339495172584,
          0.06116492065111791, 0.018906684397156263, 0.0001,
        ]
      ),
      (OneCycle(length: 3), [0.09944154354509119, 0.046263710266697504, 4e-07]),
    ]
    for (cycle, rates) in cycles {
      let schedule = Schedule(.oneCycle(cycle))
      for (step, rate) in rates.enumerated() {
        #expect(abs(schedule.rate(at: step, base: 0.1) - rate) < 1e-12, "step \(step) of \(cycle.length)")
      }
      #expect(schedule.rate(at: 1000, base: 0.1) == schedule.rate(at: cycle.length - 1, base: 0.1))
    }
    #expect(Schedule(.oneCycle(OneCycle(length: 1))).rate(at: 0, base: 0.1).isFinite)
  }

  @Test func constantStaysAndACosineEnds() {
    #expect(Schedule().rate(at: 1_000_000, base: 0.1) == 0.1)
    let cosine = Schedule(.cosine(finalRate: 0.01, length: 10))
    #expect(cosine.rate(at: 0, base: 0.1) == 0.1)
    for position in [10, 11, 15, 20] { #expect(abs(cosine.rate(at: position, base: 0.1) - 0.01) < 1e-17) }
  }

  @Test func aWarmUpOfNoLengthIsNone() throws {
    let schedule = Schedule(.exponential(factor: 0.5), warmUp: .init(length: 0))
    #expect(schedule.rate(at: 0, base: 1) == 1)
    #expect(schedule.rate(at: 2, base: 1) == 0.25)
  }

  @Test func settingsWithoutMeaningAreRefused() {
    let wrong: [(Schedule, Double)] = [
      (Schedule(), 0), (Schedule(), .nan), (Schedule(.step(every: 0, factor: 0.5)), 0.1),
      (Schedule(.step(every: 1, factor: 0)), 0.1), (Schedule(.exponential(factor: .infinity)), 0.1),
      (Schedule(.cosine(finalRate: -1, length: 5)), 0.1), (Schedule(.cosine(finalRate: 0, length: 0)), 0.1),
      (Schedule(warmUp: .init(length: -1)), 0.1), (Schedule(warmUp: .init(length: 1, startFactor: 2)), 0.1),
      (Schedule(.oneCycle(OneCycle(length: 0))), 0.1), (Schedule(.oneCycle(OneCycle(length: 5, riseFraction: 2))), 0.1),
      (Schedule(.onPlateau(ReduceOnPlateau(factor: 1))), 0.1),
      (Schedule(.onPlateau(ReduceOnPlateau(patience: -1))), 0.1),
    ]
    for (schedule, base) in wrong {
      #expect(throws: LearningRateScheduleError.self) { try LearningRateScheduler(schedule, base: base) }
    }
    #expect(
      LearningRateScheduleError(setting: "length", value: 0, expectation: "1 or more").description
        == "the length of the learning rate's schedule is 0.0, expected 1 or more")
  }
}
