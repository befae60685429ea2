import RecurrentTasks
import Testing

@Suite struct ForecastMetricsTests {
  @Test func byHand() throws {
    let metrics = try #require(ForecastMetrics(actual: [2, 4, -5], forecast: [3, 2, -5], scale: 2))
    #expect(metrics.count == 3)
    #expect(metrics.rmse == (5.0 / 3).squareRoot())
    #expect(metrics.mae == 1)
    // 1/2, 2/4, 0; 2/5, 4/6, 0; 1/2, 2/2, 0.
    #expect(abs(try #require(metrics.mape) - 100.0 / 3) < 1e-12)
    #expect(abs(metrics.smape - 100 * (0.4 + 2.0 / 3) / 3) < 1e-12)
    #expect(metrics.mase == 0.5)
    #expect(metrics.values.map(\.name) == ["rmse", "mae", "mape", "smape", "mase"])
  }

  @Test func whatIsNotDefinedIsAbsent() throws {
    let metrics = try #require(ForecastMetrics(actual: [0, 4], forecast: [0, 4]))
    #expect(metrics.mape == nil && metrics.mase == nil && metrics.smape == 0)
    #expect(metrics.values.map(\.name) == ["rmse", "mae", "smape"])
    #expect(ForecastMetrics(actual: [], forecast: []) == nil)
    #expect(ForecastMetrics(actual: [1], forecast: [.nan]) == nil)
    #expect(ForecastMetrics(actual: [1], forecast: [.infinity]) == nil)
    #expect(try #require(ForecastMetrics(actual: [0], forecast: [3])).smape == 200)
  }

  @Test func theScaledErrorsUnit() {
    // |3-1|, |2-2|, |7-3| over a season of two: mean 2.
    #expect(ForecastMetrics.maseScale(training: [1, 2, 3, 2, 7], seasonalPeriod: 2) == 2)
    #expect(ForecastMetrics.maseScale(training: [1, 2], seasonalPeriod: 2) == nil)
    #expect(ForecastMetrics.maseScale(training: [5, 5, 5], seasonalPeriod: 1) == nil)
    #expect(ForecastMetrics.maseScale(training: [], seasonalPeriod: 1) == nil)
    let values: [Double] = [9, 9, 1, 2, 3, 2, 7]
    #expect(ForecastMetrics.maseScale(training: values[2...], seasonalPeriod: 2) == 2)
  }

  /// One step ahead, the seasonal naive forecast of the training part itself has a scaled error of 1.
  @Test func theSeasonalNaiveForecastOfTheTrainingPartIsTheUnit() throws {
    let values = BuiltinTable.airlinePassengers.map(Double.init)
    let forecast = try #require(Baseline.seasonalNaive.oneStepAhead(values, rows: 12..<96, seasonalPeriod: 12))
    let scale = ForecastMetrics.maseScale(training: values[..<96], seasonalPeriod: 12)
    let metrics = try #require(ForecastMetrics(actual: values[12..<96], forecast: forecast, scale: scale))
    #expect(abs(try #require(metrics.mase) - 1) < 1e-12)
  }

  @Test func errorsAreGatheredOverSeriesEachWithItsUnit() throws {
    var errors = ForecastErrors()
    errors.add(actual: [1, 2], forecast: [2, 2], scale: 1)
    errors.add(actual: [100, 200], forecast: [130, 200], scale: 10)
    errors.add(actual: [7], forecast: [8], scale: nil)
    let metrics = try #require(errors.metrics)
    #expect(metrics.count == 5 && metrics.mae == 32.0 / 5)
    #expect(metrics.mase == (1 + 0 + 3 + 0) / 4.0)
  }
}
