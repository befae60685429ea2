import RecurrentFormats
import RecurrentTasks
import Testing

@Suite struct BaselineTests {
  private let passengers = BuiltinTable.airlinePassengers.map(Double.init)

  private func rmse(_ baseline: Baseline, last count: Int) throws -> Double {
    let rows = 144 - count..<144
    let forecast = try #require(baseline.oneStepAhead(passengers, rows: rows, seasonalPeriod: 12))
    return try #require(ForecastMetrics(actual: passengers[rows], forecast: forecast)).rmse
  }

  @Test func onTheLast48MonthsOfTheAirlineData() throws {
    #expect(abs(try rmse(.naive, last: 48) - 48.04) < 0.005)
    #expect(abs(try rmse(.seasonalNaive, last: 48) - 41.85) < 0.005)
    #expect(abs(try rmse(.seasonalDrift, last: 48) - 15.62) < 0.005)
  }

  @Test func onTheLast29MonthsOfTheAirlineData() throws {
    // By a loop in Python over the same numbers.
    #expect(abs(try rmse(.naive, last: 29) - 52.4914) < 5e-5)
    #expect(abs(try rmse(.seasonalNaive, last: 29) - 46.0816) < 5e-5)
    #expect(abs(try rmse(.seasonalDrift, last: 29) - 19.2482) < 5e-5)
  }

  @Test func byHand() {
    let history: ArraySlice<Double> = [10, 20, 30, 20, 40]
    #expect(Baseline.naive.forecast(after: history, horizon: 3, seasonalPeriod: 3) == [40, 40, 40])
    #expect(Baseline.seasonalNaive.forecast(after: history, horizon: 4, seasonalPeriod: 3) == [30, 20, 40, 30])
    // 30 * 40 / 20, 20 * 60 / 30, 40 * 40 / 20, 60 * 80 / 40: forecasts take the place of what is not known.
    #expect(Baseline.seasonalDrift.forecast(after: history, horizon: 4, seasonalPeriod: 3) == [60, 40, 80, 120])
    #expect(Baseline.seasonalDrift.forecast(after: [2, 4], horizon: 2, seasonalPeriod: 1) == [8, 16])
  }

  @Test func withoutPositiveValuesTheDriftIsADifference() {
    #expect(Baseline.seasonalDrift.forecast(after: [0, 5, 7], horizon: 1, seasonalPeriod: 2) == [12])
    #expect(Baseline.seasonalDrift.forecast(after: [4, -5, 7], horizon: 1, seasonalPeriod: 2) == [-2])
  }

  @Test func tooShortAHistoryHasNoForecast() {
    #expect(Baseline.naive.forecast(after: [], horizon: 1, seasonalPeriod: 12) == nil)
    #expect(Baseline.seasonalNaive.forecast(after: [1, 2], horizon: 1, seasonalPeriod: 3) == nil)
    #expect(Baseline.seasonalDrift.forecast(after: [1, 2, 3], horizon: 1, seasonalPeriod: 3) == nil)
    #expect(Baseline.seasonalDrift.oneStepAhead([1, 2, 3, 4], rows: 2..<4, seasonalPeriod: 3) == nil)
  }

  @Test(.enabled(if: SharedData.has(DataFile.m4Train) && SharedData.has(DataFile.m4Test), SharedData.comment))
  func onM4HourlyAsTheOrganisersReport() throws {
    let training = try seriesByLine(DataFile.m4Train)
    let test = try seriesByLine(DataFile.m4Test)
    #expect(training.count == 414 && test.count == 414)
    for (baseline, smape, mase) in [(Baseline.naive, 43.003, 11.608), (.seasonalNaive, 13.912, 1.193)] {
      var errors = ForecastErrors()
      for (history, actual) in zip(training, test) {
        let forecast = try #require(baseline.forecast(after: history[...], horizon: 48, seasonalPeriod: 24))
        errors.add(
          actual: actual, forecast: forecast, scale: ForecastMetrics.maseScale(training: history, seasonalPeriod: 24))
      }
      let metrics = try #require(errors.metrics)
      #expect(abs(metrics.smape - smape) < 0.0005)
      #expect(abs(try #require(metrics.mase) - mase) < 0.0005)
    }
  }

  private func seriesByLine(_ file: String) throws -> [[Double]] {
    let dialect = CSVDialect(delimiter: .character(","), header: .absent, allowsVaryingFieldCounts: true)
    var table = try CSVReader(path: SharedData.path(file), dialect: dialect)
    var series: [[Double]] = []
    while try table.readRecord() {
      series.append((1..<table.fieldCount).compactMap { table.number(at: $0) })
    }
    return series
  }

  /// The mean squared and absolute error of repeating the last 24 hours over all test windows of all seven standardised variables.
  @Test(.enabled(if: SharedData.has(DataFile.ett), SharedData.comment))
  func onETTh1AsTheDataDescriptionSays() throws {
    let targets = ["HUFL", "HULL", "MUFL", "MULL", "LUFL", "LULL", "OT"]
    let frame = try SeriesFrame.read(SharedData.path(DataFile.ett), columns: SeriesColumns(targets: targets))
    let parts = try Split(train: .rows(8640), validation: .rows(2880), test: .rows(2880)).rows(frame)
    let series = try Preparation(fitting: frame, parts: parts, settings: PreparationSettings()).prepared(frame)
    let shape = try WindowShape(lookBack: 24, horizon: 24)
    let windows = try WindowSet(series, rows: [parts[0].test], shape: shape, looksBackBefore: true)
    for (baseline, mse, mae) in [(Baseline.naive, 1.222, 0.671), (.seasonalNaive, 0.424, 0.389)] {
      var errors = ForecastErrors()
      for window in windows {
        for values in series[0].targets {
          let forecast = try #require(
            baseline.forecast(after: values[..<window.origin], horizon: 24, seasonalPeriod: 24))
          errors.add(actual: values[window.origin..<window.origin + 24], forecast: forecast)
        }
      }
      let metrics = try #require(errors.metrics)
      #expect(metrics.count == 2857 * 24 * 7)
      #expect(abs(metrics.rmse * metrics.rmse - mse) < 0.0005 && abs(metrics.mae - mae) < 0.0005)
    }
  }
}
