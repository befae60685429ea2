import RecurrentTasks
import Testing

@Suite struct RollingOriginTests {
  @Test func theLastForecastEndsWithTheSeries() throws {
    let origins = try RollingOrigin.origins(count: 144, windows: 5, step: 12, horizon: 12, history: 24, name: "t.csv")
    #expect(origins == [84, 96, 108, 120, 132])
    #expect(try RollingOrigin.origins(count: 10, windows: 1, step: 1, horizon: 3, history: 7, name: "t.csv") == [7])
    #expect(
      try RollingOrigin.origins(count: 10, windows: 3, step: 1, horizon: 1, history: 7, name: "t.csv") == [7, 8, 9])
  }

  @Test func faults() {
    #expect(throws: BacktestError.tooFewRows(series: "t.csv", rows: 10, needed: 11, history: 7)) {
      _ = try RollingOrigin.origins(count: 10, windows: 2, step: 1, horizon: 3, history: 7, name: "t.csv")
    }
    for (windows, step, horizon) in [(0, 1, 1), (1, 0, 1), (1, 1, 0), (.max, 1, 1), (1, .max, 1)] {
      #expect(throws: BacktestError.self) {
        _ = try RollingOrigin.origins(
          count: 10, windows: windows, step: step, horizon: horizon, history: 1, name: "t.csv")
      }
    }
  }
}
