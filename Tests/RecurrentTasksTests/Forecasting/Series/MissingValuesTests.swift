import RecurrentFormats
import Testing

@testable import RecurrentTasks

@Suite struct MissingValuesTests {
  private func read(
    _ text: String, _ missing: MissingRule = .error, repeated: RepeatedTimes = .error, past: [String] = [],
    future: [String] = [], categories: [String] = []
  ) throws -> SeriesFrame {
    let table = try CSVReader(bytes: Array(text.utf8), name: "t.csv")
    return try SeriesFrame.read(
      table,
      columns: SeriesColumns(
        targets: ["y"], pastCovariates: past, futureCovariates: future, categories: categories, missing: missing,
        repeatedTimes: repeated),
      categories: [:])
  }

  private let gappy = """
    ds,y
    2024-01-01,NA
    2024-01-02,2
    2024-01-03,
    2024-01-05,8
    2024-01-06,nan

    """

  @Test func rules() throws {
    #expect { try read(gappy) } throws: { "\($0)".contains("t.csv:2:12") }
    let masked = try read(gappy, .mask)
    #expect(masked.series[0].targets[0].map { $0.isNaN ? -1 : $0 } == [-1, 2, -1, -1, 8, -1])
    #expect(try read(gappy, .interpolate).series[0].targets[0] == [2, 2, 4, 6, 8, 8])
    #expect(try read(gappy, .previous).series[0].targets[0] == [2, 2, 2, 2, 8, 8])
    #expect(masked.repairs.missing == ["y": 3])
    #expect(masked.repairs.missingRows == 1)
    #expect(masked.repairs.notes.count == 2)
    #expect(masked.series[0].time.label(at: 5) == "2024-01-06")
    // Messages name the line of the table also behind an added row.
    #expect(masked.series[0].line(of: 4) == 5)
  }

  @Test func gapsOfMonths() throws {
    let text = "ds,y\n2024-01-31,1\n2024-02-29,2\n2024-05-31,5\n2024-06-30,6\n"
    #expect(try read(text, .interpolate).series[0].targets[0] == [1, 2, 3, 4, 5, 6])
    #expect(throws: SeriesError.self) { try read(text) }
  }

  @Test func timesOffTheAxisAreStillWrong() {
    let text =
      "ds,y\n2024-01-01 00:00,1\n2024-01-01 01:00,2\n2024-01-01 01:30,3\n2024-01-01 03:00,3\n2024-01-01 04:00,3\n"
    #expect { try read(text, .interpolate) } throws: { "\($0)".contains("t.csv:4") }
    let disorder = "ds,y\n2024-01-02,1\n2024-01-03,2\n2024-01-01,3\n"
    #expect(throws: SeriesError.self) { try read(disorder, .mask) }
  }

  @Test func repeatedTimes() throws {
    let text = "ds,y\n2024-01-01,1\n2024-01-02,2\n2024-01-02,6\n2024-01-03,3\n"
    #expect { try read(text) } throws: { "\($0)".contains("occurs twice") }
    #expect(try read(text, repeated: .first).series[0].targets[0] == [1, 2, 3])
    #expect(try read(text, repeated: .last).series[0].targets[0] == [1, 6, 3])
    let mean = try read(text, repeated: .mean)
    #expect(mean.series[0].targets[0] == [1, 4, 3])
    #expect(mean.repairs.repeatedRows == 1)
  }

  @Test func covariatesAndTheFuture() throws {
    let text = """
      ds,y,p,f,c
      2024-01-01,1,5,1,a
      2024-01-02,2,NA,,
      2024-01-03,NA,7,3,b
      2024-01-04,4,8,4,a
      2024-01-05,,,5,a

      """
    let frame = try read(text, .interpolate, past: ["p"], future: ["f", "c"], categories: ["c"])
    let series = frame.series[0]
    #expect(series.targets[0] == [1, 2, 3, 4])
    #expect(series.pastCovariates[0] == [5, 6, 7, 8])
    #expect(series.futureCovariates == [[1, 2, 3, 4, 5], [1, 1, 0, 1, 1], [0, 0, 1, 0, 0]])
    #expect(series.futureCount == 1)
    // What is to be known ahead cannot be masked.
    #expect { try read(text, .mask, past: ["p"], future: ["f"]) } throws: { "\($0)".contains("t.csv:3") }
  }

  @Test func nothingObserved() {
    #expect { try read("ds,y\n2024-01-01,NA\n2024-01-02,NA\n", .mask) } throws: {
      "\($0)".contains("a series needs at least one row")
    }
  }

  @Test func oldSchemasAreRead() throws {
    let json = """
      {"time":[],"timeForm":"row number","frequency":"1 step","seasonalPeriod":1,"targets":["y"],"pastCovariates":[],\
      "futureCovariates":[],"categories":{}}
      """
    let schema: SeriesSchema = try JSONValue(parsing: Array(json.utf8)).decoded()
    #expect(schema.missing == .error && schema.repeatedTimes == .error && schema.layout == .columns)
  }
}

@Suite struct SeriesRowsTests {
  private func frame(_ text: String, _ columns: SeriesColumns = SeriesColumns()) throws -> SeriesFrame {
    try TemporaryTable.with(text) { try SeriesFrame.read($0, columns: columns) }
  }

  @Test func aSeriesALine() throws {
    let frame = try frame("H1,605,586,586\nH2,1,2,3,4,,\nH3,0.5,-1\n", SeriesColumns(seasonalPeriod: 24))
    #expect(frame.series.map(\.id) == ["H1", "H2", "H3"])
    #expect(frame.series.map { $0.targets[0] } == [[605, 586, 586], [1, 2, 3, 4], [0.5, -1]])
    #expect(frame.schema.seasonalPeriod == 24 && frame.schema.layout == .rows && frame.schema.targets == ["y"])
  }

  @Test func aHeaderIsPassedOver() throws {
    let frame = try frame("\"V1\",\"V2\",\"V3\"\n\"H1\",\"6\",\"5\"\n", SeriesColumns(layout: .rows))
    #expect(frame.series.map { $0.targets[0] } == [[6, 5]])
  }

  @Test func faults() {
    #expect { try frame("H1,1,x,3\n", SeriesColumns(layout: .rows)) } throws: { "\($0)".contains(":1:6") }
    #expect { try frame("H1,1,,3\n", SeriesColumns(layout: .rows)) } throws: { "\($0)".contains("has no value") }
    #expect { try frame("H1,1,2\nH1,1,2\n") } throws: { "\($0)".contains("stands there twice") }
    #expect { try frame("H1,1,2\nH2,NA,\n", SeriesColumns(missing: .mask)) } throws: { "\($0)".contains("no value") }
    #expect { try frame("H1,1,2\n", SeriesColumns(pastCovariates: ["p"])) } throws: {
      "\($0)".contains("no columns to name")
    }
  }

  /// A table of times without header is not taken for one with a series a line.
  @Test func timesAreNoNames() throws {
    let frame = try frame("2024-01-01,1,2\n2024-01-02,3,4\n", SeriesColumns(targets: ["2"]))
    #expect(frame.series[0].targets == [[1, 3]])
  }

  @Test func continuation() throws {
    let known = try frame("A,1,2,3\nB,4,5,6\n")
    let joined = try known.appending(try frame("B,60,61\nA,30,31\n"))
    #expect(joined.series.map { $0.targets[0] } == [[1, 2, 3, 30, 31], [4, 5, 6, 60, 61]])
    #expect { try known.appending(try frame("A,1,2\nC,1,2\n")) } throws: { "\($0)".contains("'B' is not there") }
    #expect(throws: SeriesError.self) { try known.appending(try frame("A,1,2\nB,1,2\nC,1,2\n")) }
    let days = try frame("ds,y\n2024-01-01,1\n2024-01-02,2\n")
    #expect(try days.appending(try frame("ds,y\n2024-01-03,3\n2024-01-04,5\n")).series[0].count == 4)
    #expect { try days.appending(try frame("ds,y\n2024-01-04,3\n2024-01-05,5\n")) } throws: {
      "\($0)".contains("2024-01-03 comes next")
    }
  }
}
