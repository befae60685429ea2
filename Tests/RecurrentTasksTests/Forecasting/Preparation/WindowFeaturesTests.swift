import RecurrentTasks
import Testing

/// Series whose values say where they stand: 1000 times the channel plus the row.
@Suite struct WindowFeaturesTests {
  private func prepared(missing rows: Set<Int> = [], targets: Int = 2) throws -> [PreparedSeries] {
    let series = Series(
      targets: (0..<targets).map { channel in
        (0..<20).map { rows.contains($0) ? .nan : Double(channel * 1000 + $0) }
      },
      pastCovariates: [(0..<20).map { Double(5000 + $0) }], futureCovariates: [(0..<25).map { Double(9000 + $0) }])
    let schema = SeriesSchema(
      time: [], timeForm: .rowNumber, frequency: Frequency(.step), seasonalPeriod: 1,
      targets: (0..<targets).map { "y\($0)" }, pastCovariates: ["p"], futureCovariates: ["f"],
      missing: rows.isEmpty ? .error : .mask)
    let frame = SeriesFrame(file: "ramp", schema: schema, series: [series])
    let parts = [Parts(train: 0..<20, validation: 0..<0, test: 0..<0)]
    return try Preparation(fitting: frame, parts: parts, settings: PreparationSettings(scaling: .none)).prepared(frame)
  }

  /// A step of two rows has the channels of the earlier row, of the later one, and the future after it.
  @Test func stepsOfSeveralValues() throws {
    let shape = try WindowShape(lookBack: 4, horizon: 2)
    let batch = WindowBatch(
      [Window(series: 0, origin: 10), Window(series: 0, origin: 11)], of: try prepared(), shape: shape,
      features: WindowFeatures(valuesPerStep: 2))
    #expect(batch.channelCount == 2 * 3 + 2)
    #expect(
      batch.inputs == [
        6, 1006, 5006, 7, 1007, 5007, 9008, 9009,
        7, 1007, 5007, 8, 1008, 5008, 9009, 9010,
        8, 1008, 5008, 9, 1009, 5009, 9010, 9011,
        9, 1009, 5009, 10, 1010, 5010, 9011, 9012,
      ])
    #expect(batch.values.prefix(8) == [6, 1006, 7, 1007, 8, 1008, 9, 1009])
    #expect(batch.labels == [10, 1010, 11, 1011, 11, 1011, 12, 1012])
  }

  /// The lag 3 of a row is the row three before the one after it.
  @Test func lags() throws {
    let features = WindowFeatures(lags: [1, 3])
    #expect(features.rowsBefore(lookBack: 2) == 4)
    let batch = WindowBatch(
      [Window(series: 0, origin: 10)], of: try prepared(targets: 1), shape: try WindowShape(lookBack: 2),
      features: features)
    // Row, past covariate, lag 1 (the row itself), lag 3, future.
    #expect(batch.inputs == [8, 5008, 8, 6, 9009, 9, 5009, 9, 7, 9010])
    let windows = try WindowSet(
      try prepared(), rows: [0..<20], shape: WindowShape(lookBack: 2), looksBackBefore: false, features: features)
    #expect(windows.first?.origin == 4 && windows.last?.origin == 19)
  }

  /// Seasons shorter than the horizon repeat their last values, and nothing of the horizon is looked at.
  @Test func bases() throws {
    let batch = WindowBatch(
      [Window(series: 0, origin: 20)], of: try prepared(targets: 1), shape: try WindowShape(lookBack: 1, horizon: 5),
      features: WindowFeatures(baseLags: [2, 7]))
    #expect(batch.bases == [18, 19, 18, 19, 18, 13, 14, 15, 16, 17])
  }

  @Test func missingValuesAreMarked() throws {
    let features = WindowFeatures(marksMissing: true)
    let batch = WindowBatch(
      [Window(series: 0, origin: 10)], of: try prepared(missing: [8, 11], targets: 1),
      shape: try WindowShape(lookBack: 2, horizon: 2), features: features)
    // Target, past covariate, their marks, two future values.
    #expect(batch.inputs == [0, 5008, 1, 0, 9009, 9010, 9, 5009, 0, 0, 9010, 9011])
    #expect(batch.labels == [10, 0])
    #expect(batch.labelMask == [1, 0])
    let matrix = LagMatrix(try prepared(missing: [8], targets: 1)[0], lookBack: 1, features: features)
    #expect(Array(matrix.inputs[8 * 5..<9 * 5]) == [0, 5008, 1, 0, 9009])
    #expect(matrix.labelMask[7] == 0 && matrix.labelMask[8] == 1)
  }

  @Test func calendar() throws {
    let axis = TimeAxis(
      start: TimeStamp(0), frequency: Frequency(.hour, count: 6), form: .calendar(CalendarForm(.hour)))
    let schema = SeriesSchema(
      time: ["ds"], timeForm: axis.form, frequency: axis.frequency, seasonalPeriod: 4, targets: ["y"])
    let frame = SeriesFrame(
      file: "ramp", schema: schema, series: [Series(time: axis, targets: [[0, 1, 2, 3, 4]])])
    let settings = PreparationSettings(scaling: .none, calendar: [.hour, .weekday])
    let parts = [Parts(train: 0..<5, validation: 0..<0, test: 0..<0)]
    let series = try Preparation(fitting: frame, parts: parts, settings: settings).prepared(frame)
    #expect(series[0].calendar.count == 4 && series[0].calendar[0].count == 6)
    // 1970-01-01 was a Thursday: three sevenths of the week.
    #expect(abs(series[0].calendar[2][0] - 0.433_883_739) < 1e-8)
    let batch = WindowBatch([Window(series: 0, origin: 5)], of: series, shape: try WindowShape(lookBack: 2))
    // The features of a step are of the row after it: 0 and 6 o'clock.
    #expect(abs(batch.inputs[1]) < 1e-6 && abs(batch.inputs[2] - 1) < 1e-6)
    #expect(abs(batch.inputs[6] - 1) < 1e-6 && abs(batch.inputs[7]) < 1e-6)
    #expect(CalendarFeature.automatic(for: Frequency(.month)) == [.month])
    #expect(CalendarFeature.automatic(for: Frequency(.year)).isEmpty)
  }
}
