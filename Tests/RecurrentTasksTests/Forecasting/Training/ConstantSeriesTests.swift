import RecurrentLayers
import RecurrentTensor
import RecurrentTraining
import Testing

@testable import RecurrentTasks

/// A series that never changes has no deviation to be divided by.
@Suite struct ConstantSeriesTests {
  @Test(arguments: ["none", "min-max", "standard", "mean", "instance"], ["7", "0"])
  func trainsAndForecasts(_ scaler: String, _ value: String) throws {
    let rows = (0..<60).map { "2024-01-\($0 + 1 < 10 ? "0" : "")\($0 + 1),\(value)" }.prefix(31)
    let table = "day,value\n" + rows.joined(separator: "\n") + "\n"
    try TemporaryTable.with(table) { path in
      var configuration = ForecastConfiguration()
      let settings = ["scaler=\(scaler)", "hidden=3", "look_back=4", "epochs=3", "threads=1", "data=\(path)"]
      try configuration.apply(settings.map { try SettingAssignment(override: $0) })
      let training = try ForecastTraining(configuration)
      let runner = try TrainingRunner(
        training, model: training.initial.network, configuration: configuration.training)
      let report = try runner.run()
      #expect(report.outcome == .finished)
      #expect(report.model.tensors.allSatisfy { $0.value.scalars.allSatisfy(\.isFinite) })
      #expect(try #require(report.lastEpoch).trainingLoss.isFinite)
      let rmse = try #require(report.lastEpoch?.metrics.first { $0.name == "rmse" })
      #expect(rmse.value.isFinite)
    }
  }
}
