import RecurrentTensor
import RecurrentTraining
import Testing

@testable import RecurrentTasks

@Suite struct ConformalCalibrationTests {
  /// ⌈(n + 1) a⌉: of 9 errors the level 90 reaches to the greatest, and higher levels cannot be told.
  @Test func ranks() {
    #expect(ConformalCalibration.rank(90, count: 9) == 9)
    #expect(ConformalCalibration.rank(80, count: 9) == 8)
    #expect(ConformalCalibration.rank(91, count: 9) == 10)
    #expect(ConformalCalibration.rank(70, count: 99) == 70)
    let step = ConformalCalibration(errors: [[[3, 1, 2, 5, 4, 9, 8, 7, 6]]]).steps[0][0]
    #expect(step.count == 9 && step.radii.count == 90)
    #expect(step.radii[89] == 9 && step.radii[79] == 8 && step.radii[0] == 1)
  }

  /// With errors of one distribution, intervals hold as much as they say, also of few of them, whatever the forecaster.
  @Test(arguments: [19, 199]) func coverage(count: Int) throws {
    let series = try prepared()
    let key = RandomKey(seed: 5)
    var inside = 0
    let trials = 400
    for trial in 0..<trials {
      let key = key.folding(trial)
      let errors = (0..<count).map { key.unit(at: $0) * key.unit(at: $0) }
      let calibration = ConformalCalibration(errors: [[errors]])
      let bounds = try calibration.bounds(of: [[10]], level: 80, series: series, isLogarithmic: false)
      let next = key.unit(at: count) * key.unit(at: count)
      if 10 + next <= bounds[1].values[0][0] { inside += 1 }
    }
    // Four standard deviations of the share.
    #expect(abs(Double(inside) / Double(trials) - 0.8) < 0.08)
  }

  @Test func levelsThatCannotBeTold() throws {
    let series = try prepared()
    let calibration = ConformalCalibration(errors: [[Array(repeating: 1, count: 9)]])
    #expect { try calibration.bounds(of: [[1]], level: 95, series: series, isLogarithmic: false) } throws: {
      "\($0)".contains("cannot be told from 9 errors")
    }
    #expect(throws: ForecastError.self) {
      try calibration.bounds(of: [[1]], level: 90.3, series: series, isLogarithmic: false)
    }
    #expect { try calibration.bounds(of: [[1, 1]], level: 50, series: series, isLogarithmic: false) } throws: {
      "\($0)".contains("need errors of as many")
    }
    let relative = try calibration.bounds(of: [[10]], level: 50, series: series, isLogarithmic: true)
    #expect(abs(relative[0].values[0][0] * relative[1].values[0][0] - 100) < 1e-9)
  }

  private func prepared() throws -> PreparedSeries {
    let schema = SeriesSchema(
      time: [], timeForm: .rowNumber, frequency: Frequency(.step), seasonalPeriod: 1, targets: ["y"])
    let frame = SeriesFrame(file: "made up", schema: schema, series: [Series(targets: [[1, 2, 3]])])
    let parts = [Parts(train: 0..<3, validation: 0..<0, test: 0..<0)]
    return try Preparation(fitting: frame, parts: parts, settings: PreparationSettings(scaling: .none)).prepared(frame)[
      0]
  }
}
