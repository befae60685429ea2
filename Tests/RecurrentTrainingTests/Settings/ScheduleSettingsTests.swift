import RecurrentFormats
import RecurrentLayers
import RecurrentTensor
import Testing

@testable import RecurrentTraining

@Suite struct ScheduleSettingsTests {
  /// The learning rates of the steps of a run of `LineTask` (epochs of 2, 3, 2, 3 steps).
  private func rates(_ settings: String...) throws -> [Double] {
    var configuration = TrainingConfiguration()
    configuration.epochs = 4
    configuration.threads = 1
    configuration.optimizer = OptimizerConfiguration(.sgd, learningRate: 0.1)
    try configuration.apply(settings.map { try SettingAssignment(override: $0) })
    var rates: [Double] = []
    let runner = try TrainingRunner(LineTask(), model: Line(), configuration: configuration)
    try runner.run { if case .step(let step) = $0 { rates.append((step.learningRate * 1e6).rounded() / 1e6) } }
    return rates
  }

  @Test func constant() throws {
    #expect(try rates() == Array(repeating: 0.1, count: 10))
  }

  @Test func stepsByEpoch() throws {
    #expect(
      try rates("schedule=step", "schedule_every=2", "schedule_factor=0.5")
        == Array(repeating: 0.1, count: 5) + Array(repeating: 0.05, count: 5))
  }

  @Test func stepsByStep() throws {
    #expect(
      try rates("schedule=step", "schedule_every=4", "schedule_unit=step")
        == [0.1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.01, 0.01, 0.001, 0.001])
  }

  @Test func cosineEndsWithTraining() throws {
    let rates = try rates("schedule=cosine", "schedule_unit=step", "final_learning_rate=0.02")
    #expect(rates[0] == 0.1)
    #expect(rates[5] == 0.06)
    #expect(rates == rates.sorted(by: >))
    #expect(rates[9] > 0.02 && rates[9] < 0.025)
  }

  @Test func aRateIsKeptBeforeItsCourse() throws {
    #expect(
      try rates("schedule=exponential", "schedule_hold=1", "schedule_factor=0.5")
        == Array(repeating: 0.1, count: 5) + [0.05, 0.05, 0.025, 0.025, 0.025])
    let cosine = try rates("schedule=cosine", "schedule_hold=4", "schedule_unit=step")
    #expect(Array(cosine.prefix(5)) == Array(repeating: 0.1, count: 5))
    #expect(cosine[7] == 0.05)
    #expect(throws: ScheduleConfigurationError.self) { try rates("schedule_hold=2") }
  }

  @Test func warmUpComesBefore() throws {
    let rates = try rates("warm_up=3", "schedule_unit=step")
    #expect(Array(rates.prefix(4)) == [0.033333, 0.055556, 0.077778, 0.1])
  }

  /// The learning rates of four epochs of one step each, of which the metric is given by a bias that goes down.
  private func plateauRates(_ metric: @escaping @Sendable (Double) -> Metric) throws -> [Double] {
    struct Judged: TrainingTask {
      let metric: @Sendable (Double) -> Metric
      func batchCount(inEpoch epoch: Int) -> Int { 1 }
      func loss(of model: Line, on batch: BatchPosition, carry: inout NoCarry) -> BatchLoss {
        BatchLoss(mean: model.bias.value.sum(), count: 1)
      }
      func validate(_ model: Line) -> [Metric] { [metric(Double(model.bias.value.scalar))] }
    }
    var configuration = TrainingConfiguration()
    configuration.epochs = 4
    configuration.threads = 1
    configuration.optimizer = OptimizerConfiguration(.sgd, learningRate: 1)
    configuration.schedule.kind = .plateau
    configuration.schedule.patience = 0
    var rates: [Double] = []
    try TrainingRunner(Judged(metric: metric), model: Line(), configuration: configuration).run {
      if case .step(let step) = $0 { rates.append((step.learningRate * 1e6).rounded() / 1e6) }
    }
    return rates
  }

  @Test func plateau() throws {
    #expect(try plateauRates { _ in Metric("score", 1) } == [1, 1, 0.1, 0.01])
    #expect(try plateauRates { Metric("error", $0) } == [1, 1, 1, 1])
    #expect(try plateauRates { Metric("error", -$0) } == [1, 1, 0.1, 0.01])
    #expect(try plateauRates { Metric("accuracy", -$0, .higherIsBetter) } == [1, 1, 1, 1])
    #expect(try plateauRates { Metric("accuracy", $0, .higherIsBetter) } == [1, 1, 0.1, 0.01])
  }

  @Test func settingsOfAnotherSchedule() {
    let error = #expect(throws: ScheduleConfigurationError.self) { try rates("schedule=cosine", "schedule_every=3") }
    #expect(error?.description == "schedule cosine has no schedule_every; leave it out, or choose schedule step")
  }

  @Test func defaultsOfTheKindAreShown() throws {
    var configuration = TrainingConfiguration()
    #expect(configuration.resultSettings["schedule_factor"] == .null)
    try configuration.apply([SettingAssignment(override: "schedule=step")])
    #expect(configuration.resultSettings["schedule_factor"] == 0.1)
    #expect(configuration.resultSettings["schedule_every"] == 10)
    // What is shown can be read again.
    let copy = try TrainingConfiguration(
      resolving: configuration.resultSettings.map { SettingAssignment($0.key, $0.value, from: .file("config.yaml")) })
    #expect(copy.differences(from: configuration).isEmpty)
    #expect(throws: Never.self) { try TrainingRunner(LineTask(), model: Line(), configuration: copy) }
  }
}
