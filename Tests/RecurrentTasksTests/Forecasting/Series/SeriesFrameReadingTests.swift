import RecurrentFormats
import Testing

@testable import RecurrentTasks

@Suite struct SeriesFrameReadingTests {
  private func read(
    _ text: String, _ columns: SeriesColumns = SeriesColumns(), categories: [String: [String]] = [:]
  ) throws(SeriesError) -> SeriesFrame {
    let table: CSVReader
    do throws(TableError) {
      table = try CSVReader(bytes: Array(text.utf8), name: "t.csv")
    } catch {
      throw .table(error)
    }
    return try SeriesFrame.read(table, columns: columns, categories: categories)
  }

  private func message(_ text: String, _ columns: SeriesColumns = SeriesColumns()) -> String {
    do throws(SeriesError) {
      _ = try read(text, columns)
      return "no error"
    } catch {
      return error.description
    }
  }

  @Test func rolesAreFoundFromTheTable() throws {
    let frame = try read("unique_id,ds,y\nA,2024-01-01,1\nA,2024-01-02,2\nB,2024-01-02,3\nB,2024-01-03,4\n")
    #expect(frame.schema.series == "unique_id" && frame.schema.time == ["ds"] && frame.schema.targets == ["y"])
    #expect(frame.series.map(\.id) == ["A", "B"])
    #expect(frame.series.map { $0.targets[0] } == [[1, 2], [3, 4]])
    #expect(frame.series[1].time.label(at: 2) == "2024-01-04")
    #expect(frame.schema.frequency == Frequency(.day) && frame.schema.seasonalPeriod == 7)
    #expect(frame.series[1].lines == [4, 5])
  }

  @Test func interleavedSeriesAreGathered() throws {
    let frame = try read("unique_id,ds,y\nA,1,1\nB,1,10\nA,2,2\nB,2,20\nA,3,3\n")
    #expect(frame.series.map { $0.targets[0] } == [[1, 2, 3], [10, 20]])
    #expect(frame.series[0].lines == [2, 4, 6])
  }

  @Test func aTableWithoutTimesHasRowNumbers() throws {
    let frame = try read("a,b\n1,10\n2,20\n", SeriesColumns(targets: ["b"], pastCovariates: ["a"]))
    #expect(frame.schema.time.isEmpty && frame.schema.timeForm == .rowNumber)
    #expect(frame.series[0].time.label(at: 2) == "3")
    #expect(frame.series[0].targets == [[10, 20]])
    #expect(frame.series[0].pastCovariates == [[1, 2]])
    let headerless = try read("0.5,1.5\n0.6,1.6\n", SeriesColumns(targets: ["2", "1"]))
    #expect(headerless.series[0].targets == [[1.5, 1.6], [0.5, 0.6]])
  }

  @Test func separateYearAndMonthNameColumns() throws {
    let columns = SeriesColumns(time: ["year", "month"], targets: ["n"])
    let frame = try read("year,month,n\n1949,Nov,1\n1949,Dec,2\n1950,Jan,3\n", columns)
    #expect(frame.schema.frequency == Frequency(.month))
    #expect(frame.series[0].time.form.texts(of: try #require(frame.series[0].time.stamp(at: 3))) == ["1950", "Feb"])
    #expect(frame.series[0].time.label(at: 3) == "1950-02")
  }

  @Test func aTimeColumnMayBeACovariate() throws {
    let columns = SeriesColumns(time: ["year", "month"], targets: ["n"], futureCovariates: ["month"])
    #expect(try read("year,month,n\n1949,1,1\n1949,2,2\n", columns).series[0].futureCovariates == [[1, 2]])
  }

  @Test func categoriesBecomeColumnsOfZerosAndOnes() throws {
    let columns = SeriesColumns(
      targets: ["y"], pastCovariates: ["wind", "p"], futureCovariates: ["h"], categories: ["wind", "h"])
    let frame = try read("y,wind,p,h\n1,SE,5,10\n2,NW,6,9\n3,SE,7,10\n", columns)
    #expect(frame.schema.pastChannels == ["wind=NW", "wind=SE", "p"])
    #expect(frame.schema.futureChannels == ["h=9", "h=10"])
    #expect(frame.series[0].pastCovariates == [[0, 1, 0], [1, 0, 1], [5, 6, 7]])
    #expect(frame.series[0].futureCovariates == [[0, 1, 0], [1, 0, 1]])
    let newer = "y,wind,p,h\n1,NW,5,10\n2,SW,6,9\n"
    do throws(SeriesError) {
      _ = try read(newer, frame.schema.columns, categories: frame.schema.categories)
      Issue.record("no error")
    } catch {
      #expect(
        error.description
          == "t.csv:3:3: column 'wind': 'SW' did not occur in training; did you mean 'NW'? (known: NW, SE)")
    }
  }

  @Test func rowsWithoutTargetsTellTheFuture() throws {
    let columns = SeriesColumns(targets: ["y"], pastCovariates: ["p"], futureCovariates: ["f"])
    let frame = try read("ds,y,p,f\n1,10,7,1\n2,20,8,2\n3,,,3\n4,NA,,4\n", columns)
    let series = frame.series[0]
    #expect(series.count == 2 && series.futureCount == 2)
    #expect(series.futureCovariates == [[1, 2, 3, 4]] && series.pastCovariates == [[7, 8]])
    try frame.requireFuture(horizon: 2)
    #expect(throws: SeriesError.futureTooShort(file: "t.csv", series: nil, rows: 2, needed: 3, columns: ["f"])) {
      try frame.requireFuture(horizon: 3)
    }
    #expect(
      message("ds,y,p,f\n1,10,7,1\n2,,8,2\n3,30,9,3\n", columns)
        == "t.csv:3:3: column 'y' has no value; fill it in, or name a rule for missing values")
    #expect(
      message("ds,y,p,f\n1,,7,1\n", SeriesColumns(targets: ["y"], futureCovariates: ["f"], frequency: Frequency(.step)))
        == "t.csv:2:3: column 'y' has no value; a series needs at least one row")
  }

  @Test func faultsInValuesNameThePlace() {
    let y = SeriesColumns(targets: ["y"])
    #expect(
      message("ds,y\n2024-01-01,1\n2024-01-02,\n", y)
        == "t.csv:3:12: column 'y' has no value; fill it in, or name a rule for missing values")
    #expect(
      message("ds,y\n2024-01-01,NaN\n", y)
        == "t.csv:2:12: column 'y' has no value ('NaN'); fill it in, or name a rule for missing values")
    #expect(
      message("ds,y\n2024-01-01,high\n", y)
        == "t.csv:2:12: column 'y': 'high' is not a number; mend it, or name a column of a few texts as a category")
    #expect(
      message("ds;y\n2024-01-01;1,5\n", y)
        == "t.csv:2:12: column 'y': '1,5' is not a number; write the decimal comma as a point")
    #expect(
      message("ds,y\n2024-01-01,-inf\n", y)
        == "t.csv:2:12: column 'y': '-inf' is not a finite number; mend it or leave the rows out")
    #expect(
      message("ds,y\n2024-01-01,1e999\n", y)
        == "t.csv:2:12: column 'y': '1e999' is not a finite number; mend it or leave the rows out")
    #expect(message("ds,y\n2024-01-01,\u{1B}[31m\n", y).contains("'\\u{1b}[31m'"))
  }

  @Test func faultsInColumnsNameTheMend() {
    #expect(message("ds,y\n1,2\n", SeriesColumns(targets: ["z"])) == "t.csv: no column 'z' (columns: ds, y)")
    #expect(
      message("Month,Passengers\n1949-01,2\n", SeriesColumns(targets: ["passenger"]))
        == "t.csv: no column 'passenger'; did you mean 'Passengers'? (columns: Month, Passengers)")
    #expect(message("ds,a,b\n1,2,3\n") == "t.csv: several columns could be forecast; name the target (columns: a, b)")
    #expect(message("ds\n1\n2\n") == "t.csv: no column is left to forecast; name the target")
    #expect(
      message("ds,y\n1,2\n", SeriesColumns(targets: ["y"], pastCovariates: ["y"]))
        == "t.csv: column 'y' has two roles; name it once, as target, past or future covariate")
    #expect(message("ds,y\n1,2\n", SeriesColumns(targets: ["ds"])).contains("two roles"))
    #expect(
      message("ds,y,w\n1,2,x\n", SeriesColumns(targets: ["y"], categories: ["w"])).contains(
        "past or future covariate too"))
    #expect(
      message("ds,y\n")
        == "t.csv: there is a header but no record below it; if the first line is data, say that there is no header")
    #expect(message("") == "t.csv: the file is empty; a table needs at least one record")
    #expect(message("y\n1\n", SeriesColumns(seasonalPeriod: 0)).hasPrefix("a seasonal period of 0"))
  }

  @Test func faultsInTimesNameThePlaceAndWhatWasExpected() {
    #expect(
      message("ds,y\n2024-01-01,1\n2024-01-02,2\n2024-01-04,3\n2024-01-05,3\n")
        == "t.csv:4: time 2024-01-04 follows 2024-01-02 where 2024-01-03 is expected (daily); add the missing rows, "
        + "name a rule for missing values, or set the frequency if it is another")
    #expect(
      message("ds,y\n2024-01,1\n2024-02,2\n2024-02,3\n")
        == "t.csv:4: time 2024-02 occurs twice; delete one of the rows, or name a rule for repeated times, "
        + "or name the column that tells several series apart"
    )
    #expect(
      message("ds,y\n2024-02,1\n2024-03,2\n2024-01,3\n")
        == "t.csv:4: time 2024-01 comes after 2024-03; sort the rows by time")
    #expect(
      message("unique_id,ds,y\nA,1,1\nB,1,1\nA,2,2\nA,2,2\n")
        == "t.csv:5: time 2 occurs twice in series 'A'; delete one of the rows, or name a rule for repeated times")
    #expect(message("ds,y\n2024-01-01,1\n2024-01-01,2\n").hasPrefix("t.csv:3: time 2024-01-01 occurs twice"))
    #expect(message("ds,y\n2024-01-01,1\n").hasPrefix("t.csv: the step between times cannot be told from 1 row"))
    #expect(
      message("ds,y\n2024-01-01,1\n2024-01,2\n")
        == "t.csv:3:1: column 'ds': '2024-01' is not written like the first time, '2024-01-01'; use one form throughout"
    )
    #expect(message("ds,y\n2024-01-01,1\n5,2\n").contains("not written like the first time"))
    #expect(
      message("ds,y\n31/01/2024,1\n").hasPrefix(
        "t.csv:2:1: column 'ds': '31/01/2024' is no time; write it like 2024-01-31"))
    #expect(message("ds,y\n1,1\nx,2\n").contains("'x' is no time"))
    #expect(
      message("year,month,n\n2024,13,1\n", SeriesColumns(time: ["year", "month"], targets: ["n"]))
        == "t.csv:2:1: column 'year,month': '2024-13' is no time; write it like 2024-01-31, 2024-01-31 05:00, 1949-01 or as an integer"
    )
    #expect(
      message("a,b,n\n2024,x,1\n", SeriesColumns(time: ["a", "b"], targets: ["n"])).hasPrefix(
        "t.csv:2:6: column 'b': 'x' is no time"))
    #expect(
      message("year,hour,n\n1,1,1\n", SeriesColumns(time: ["year", "hour"], targets: ["n"])).contains(
        "in the order year, month"))
    #expect(
      message("ds,y\n1,1\n2,2\n", SeriesColumns(frequency: Frequency(.month))).contains("does not suit the time column")
    )
  }

  @Test func aFrequencyGivenIsTakenAtItsWord() throws {
    let frame = try read("ds,y\n2024-01-01,1\n", SeriesColumns(frequency: Frequency(.week), seasonalPeriod: 4))
    #expect(frame.series[0].time.label(at: 1) == "2024-01-08")
    #expect(frame.schema.seasonalPeriod == 4)
    #expect(
      message("ds,y\n2024-01-01,1\n2024-01-02,2\n", SeriesColumns(frequency: Frequency(.week))).contains(
        "2024-01-08 is expected (weekly)"))
  }

  @Test func theBuiltinAirlineDataAreThere() throws {
    let frame = try SeriesFrame.read("builtin:airline")
    #expect(frame.schema.time == ["Month"] && frame.schema.targets == ["Passengers"])
    #expect(frame.schema.seasonalPeriod == 12)
    let series = frame.series[0]
    #expect(series.count == 144 && series.targets[0].first == 112 && series.targets[0].last == 432)
    #expect(series.time.label(at: 0) == "1949-01" && series.time.label(at: 143) == "1960-12")
    do throws(SeriesError) {
      _ = try SeriesFrame.read("builtin:airlines")
      Issue.record("no error")
    } catch {
      #expect(
        error.description
          == "builtin:airlines: no such built-in data set; did you mean 'builtin:airline'? (there is builtin:airline)")
    }
  }
}
