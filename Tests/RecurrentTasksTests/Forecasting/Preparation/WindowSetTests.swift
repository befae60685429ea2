import RecurrentTasks
import Testing

/// Series whose values say where they stand: channel * 1000 + row, so that every place in a batch can be checked.
@Suite struct WindowSetTests {
  private func ramp(
    _ id: String?, rows: Int, targets: Int = 1, past: Int = 0, future: Int = 0, ahead: Int = 0, base: Double = 0
  ) -> Series {
    func channels(_ count: Int, _ first: Int, rows: Int) -> [[Double]] {
      (first..<first + count).map { channel in (0..<rows).map { base + Double(channel * 1000 + $0) } }
    }
    return Series(
      id: id, targets: channels(targets, 0, rows: rows), pastCovariates: channels(past, targets, rows: rows),
      futureCovariates: channels(future, targets + past, rows: rows + ahead))
  }

  private func prepared(_ series: [Series], _ transform: Transform = .identity) throws -> [PreparedSeries] {
    let schema = SeriesSchema(
      time: [], timeForm: .rowNumber, frequency: Frequency(.step), seasonalPeriod: 1,
      targets: series[0].targets.indices.map { "y\($0)" },
      pastCovariates: series[0].pastCovariates.indices.map { "p\($0)" },
      futureCovariates: series[0].futureCovariates.indices.map { "f\($0)" })
    let frame = SeriesFrame(file: "ramp", schema: schema, series: series)
    let parts = series.map { Parts(train: 0..<$0.count, validation: 0..<0, test: 0..<0) }
    let settings = PreparationSettings(transform: transform, scaling: .none)
    return try Preparation(fitting: frame, parts: parts, settings: settings).prepared(frame)
  }

  @Test func everyValueOfEveryWindowOfARamp() throws {
    let series = try prepared([
      ramp("A", rows: 12, targets: 2, past: 1, future: 1),
      ramp("B", rows: 9, targets: 2, past: 1, future: 1, base: 100),
    ])
    for labels in [WindowShape.Labels.last, .every] {
      for (lookBack, horizon, stride) in [(1, 1, 1), (3, 1, 1), (3, 2, 1), (4, 3, 2), (2, 2, 3)] {
        let shape = try WindowShape(lookBack: lookBack, horizon: horizon, stride: stride, labels: labels)
        let windows = try WindowSet(series, rows: [0..<12, 0..<9], shape: shape, looksBackBefore: false)
        let batch = windows.batch(windows.indices)
        let count = windows.count
        let width = 3 + horizon
        #expect(batch.channelCount == width && windows.channelCount == width && windows.labelWidth == 2 * horizon)
        #expect(batch.inputs.count == lookBack * count * width)
        #expect(batch.labels.count == shape.labelCount * count * 2 * horizon)
        for (n, window) in windows.enumerated() {
          let base = window.series == 0 ? 0 : 100
          for step in 0..<lookBack {
            let row = window.origin - lookBack + step
            let expected = [row, 1000 + row, 2000 + row] + (1...horizon).map { 3000 + row + $0 }
            let start = (step * count + n) * width
            #expect(batch.inputs[start..<start + width].map(Int.init) == expected.map { base + $0 })
          }
          for label in 0..<shape.labelCount {
            let first = window.origin - shape.labelCount + 1 + label
            let expected = (0..<horizon).flatMap { [base + first + $0, base + 1000 + first + $0] }
            let start = (label * count + n) * 2 * horizon
            #expect(batch.labels[start..<start + 2 * horizon].map(Int.init) == expected)
          }
        }
      }
    }
  }

  @Test func windowsOfAPart() throws {
    let series = try prepared([ramp(nil, rows: 20)])
    func origins(_ rows: Range<Int>, _ shape: WindowShape, before: Bool) throws -> [Int] {
      try WindowSet(series, rows: [rows], shape: shape, looksBackBefore: before).map(\.origin)
    }
    let shape = try WindowShape(lookBack: 3, horizon: 2)
    #expect(try origins(0..<10, shape, before: false) == [3, 4, 5, 6, 7, 8])
    #expect(try origins(10..<16, shape, before: true) == [10, 11, 12, 13, 14])
    #expect(try origins(10..<16, shape, before: false) == [13, 14])
    #expect(try origins(0..<10, WindowShape(lookBack: 3, horizon: 2, stride: 2), before: false) == [3, 5, 7])
    #expect(try origins(0..<4, shape, before: false) == [])
    #expect(try origins(16..<16, shape, before: true) == [])
  }

  @Test func rowsLostToATransformAreNotRead() throws {
    let series = try prepared([ramp(nil, rows: 10)], Transform([.difference(lag: 2)]))
    let windows = try WindowSet(series, rows: [0..<10], shape: WindowShape(lookBack: 3), looksBackBefore: true)
    #expect(windows.map(\.origin) == [5, 6, 7, 8, 9])
    #expect(windows.batch(windows.indices).inputs.allSatisfy { $0 == 2 })
  }

  @Test func earlyStepsOfAValidationWindowAreNotScored() throws {
    let series = try prepared([ramp(nil, rows: 20)])
    let shape = try WindowShape(lookBack: 4, labels: .every)
    let windows = try WindowSet(series, rows: [10..<20], shape: shape, looksBackBefore: true)
    // The window with origin 10 stands at rows 6 to 9 and foretells 7 to 10.
    #expect(windows.map { windows.scoredSteps(of: $0) }[..<5] == [3..<4, 2..<4, 1..<4, 0..<4, 0..<4])
  }

  @Test func theWindowAtTheEndHasNoLabels() throws {
    let series = try prepared([ramp(nil, rows: 10, future: 1, ahead: 2)])
    let batch = try WindowBatch(endOf: series, shape: WindowShape(lookBack: 3, horizon: 2))
    #expect(batch.windows == [Window(series: 0, origin: 10)])
    #expect(batch.labels.isEmpty)
    #expect(batch.inputs == [7, 1008, 1009, 8, 1009, 1010, 9, 1010, 1011])
  }

  @Test func aWindowIsNormalisedByItsLookBackAlone() throws {
    let series = try prepared([ramp(nil, rows: 10)])
    let windows = try WindowSet(
      series, rows: [0..<10], shape: WindowShape(lookBack: 3, horizon: 2), looksBackBefore: false,
      normalization: WindowNormalization(epsilon: 1))
    let batch = windows.batch([0, 4])
    let deviation = (2.0 / 3).squareRoot() + 1
    #expect(batch.scales.map { $0[0].offset } == [1, 5])
    #expect(batch.scales.allSatisfy { abs($0[0].scale - deviation) < 1e-15 })
    #expect(batch.inputs[0] == batch.inputs[1], "a ramp looks the same everywhere")
    #expect(batch.labels == [2, 3, 2, 3].map { Float($0 / deviation) })
    #expect(throws: PreparationError.normalizedLabelsAtEveryStep) {
      _ = try WindowSet(
        series, rows: [0..<10], shape: WindowShape(lookBack: 3, labels: .every), looksBackBefore: false,
        normalization: WindowNormalization())
    }
  }

  @Test func shapesAreChecked() throws {
    #expect(throws: PreparationError.invalidWindow(setting: "horizon", value: 0)) {
      _ = try WindowShape(lookBack: 3, horizon: 0)
    }
    #expect(throws: PreparationError.invalidWindow(setting: "look-back", value: -1)) {
      _ = try WindowShape(lookBack: -1)
    }
    #expect(throws: PreparationError.invalidWindow(setting: "stride", value: .max)) {
      _ = try WindowShape(lookBack: 1, stride: .max)
    }
    let frame = try SeriesFrame.read("builtin:airline")
    let parts = try Split(validation: .rows(2), test: .rows(120)).rows(frame)
    let shape = try WindowShape(lookBack: 12, horizon: 3)
    do throws(SplitError) {
      try shape.check(frame, parts, lostRows: 13)
      Issue.record("no error")
    } catch {
      #expect(
        error.description
          == "builtin:airline: the train part has 22 rows and needs 28 (look-back 12 + horizon 3 + 13 lost to differencing); "
          + "give it more rows, or shorten the look-back or the horizon")
    }
    #expect(
      throws: SplitError.tooFewRows(
        series: "builtin:airline", part: .validation, rows: 2, needed: 3, reason: "horizon 3")
    ) {
      try shape.check(frame, parts, lostRows: 7)
    }
  }

  @Test(.enabled(if: SharedData.has(DataFile.ett), SharedData.comment))
  func ettHasTheWindowsOfThePublishedResults() throws {
    let frame = try SeriesFrame.read(SharedData.path(DataFile.ett), columns: SeriesColumns(targets: ["OT"]))
    let parts = try Split(train: .rows(8640), validation: .rows(2880), test: .rows(2880)).rows(frame)
    let series = try Preparation(fitting: frame, parts: parts, settings: PreparationSettings()).prepared(frame)
    let shape = try WindowShape(lookBack: 96, horizon: 24)
    #expect(try WindowSet(series, rows: [parts[0].validation], shape: shape, looksBackBefore: true).count == 2857)
    #expect(try WindowSet(series, rows: [parts[0].test], shape: shape, looksBackBefore: true).count == 2857)
    #expect(try WindowSet(series, rows: [parts[0].train], shape: shape, looksBackBefore: false).count == 8521)
  }
}
