import RecurrentTasks
import Testing

@Suite struct LagMatrixTests {
  private func prepared(_ series: Series, _ transform: Transform = .identity) throws -> PreparedSeries {
    let schema = SeriesSchema(
      time: [], timeForm: .rowNumber, frequency: Frequency(.step), seasonalPeriod: 1,
      targets: series.targets.indices.map { "y\($0)" }, pastCovariates: series.pastCovariates.indices.map { "p\($0)" },
      futureCovariates: series.futureCovariates.indices.map { "f\($0)" })
    let frame = SeriesFrame(file: "ramp", schema: schema, series: [series])
    let parts = [Parts(train: 0..<series.count, validation: 0..<0, test: 0..<0)]
    let settings = PreparationSettings(transform: transform, scaling: .none)
    return try Preparation(fitting: frame, parts: parts, settings: settings).prepared(frame)[0]
  }

  @Test func everyValueOfARamp() throws {
    let rows = 10
    func channel(_ number: Int, _ count: Int) -> [Double] { (0..<count).map { Double(100 * number + $0) } }
    let series = try prepared(
      Series(
        targets: [channel(0, rows), channel(1, rows)], pastCovariates: [channel(2, rows)],
        futureCovariates: [channel(3, rows + 3)]))
    for (lookBack, horizon) in [(1, 1), (3, 1), (3, 2), (4, 3)] {
      let matrix = LagMatrix(series, lookBack: lookBack, horizon: horizon)
      #expect(matrix.rows == lookBack..<rows - horizon + 1)
      #expect(matrix.channelCount == 3 * lookBack + horizon)
      for (step, row) in matrix.rows.enumerated() {
        let lags = (1...lookBack).flatMap { [row - $0, 100 + row - $0, 200 + row - $0] }
        let expected = lags + (0..<horizon).map { 300 + row + $0 }
        let start = step * matrix.channelCount
        #expect(matrix.inputs[start..<start + matrix.channelCount].map(Int.init) == expected)
        #expect(LagMatrix.inputs(of: series, at: row, lookBack: lookBack, horizon: horizon).map(Int.init) == expected)
        let labels = (0..<horizon).flatMap { [row + $0, 100 + row + $0] }
        #expect(matrix.labels[step * labels.count..<(step + 1) * labels.count].map(Int.init) == labels)
      }
      #expect(LagMatrix.inputs(of: series, at: rows, lookBack: lookBack, horizon: horizon)[0] == 9)
    }
  }

  @Test func theTextbookHas112StepsForTrainingAnd29ForTesting() throws {
    let frame = try SeriesFrame.read("builtin:airline")
    let parts = try Split(train: .fraction(0.8)).rows(frame)
    let settings = PreparationSettings(scaling: .minMax, fitRows: .all)
    let series = try Preparation(fitting: frame, parts: parts, settings: settings).prepared(frame)[0]
    let matrix = LagMatrix(series, lookBack: 3)
    #expect(matrix.steps(in: parts[0].train) == 0..<112)
    #expect(matrix.steps(in: parts[0].test) == 112..<141)
    // The first pair of the recipe: months 112, 118, 132 and the answer 129, scaled by 104 and 622.
    #expect(matrix.inputs[..<3] == [Float(28.0 / 518), Float(14.0 / 518), Float(8.0 / 518)])
    #expect(matrix.labels[0] == Float(25.0 / 518))
  }

  @Test func rowsLostToATransformAreNotRead() throws {
    let series = try prepared(Series(targets: [(0..<9).map(Double.init)]), Transform([.difference(lag: 2)]))
    let matrix = LagMatrix(series, lookBack: 3)
    #expect(matrix.rows == 5..<9)
    #expect(matrix.inputs.allSatisfy { $0 == 2 } && matrix.labels.allSatisfy { $0 == 2 })
    #expect(LagMatrix(series, lookBack: 20).rows.isEmpty)
  }

  @Test func stepsOfAPartLieWhollyInIt() throws {
    let series = try prepared(Series(targets: [(0..<10).map(Double.init)]))
    let matrix = LagMatrix(series, lookBack: 2, horizon: 3)
    #expect(matrix.rows == 2..<8)
    #expect(matrix.steps(in: 0..<6, horizon: 3) == 0..<2)
    #expect(matrix.steps(in: 6..<10, horizon: 3) == 4..<6)
    #expect(matrix.steps(in: 0..<2, horizon: 3).isEmpty)
  }
}
