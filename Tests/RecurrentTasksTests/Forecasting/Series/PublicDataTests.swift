import RecurrentFormats
import Testing

@testable import RecurrentTasks

@Suite struct PublicDataTests {
  @Test(.enabled(if: SharedData.has(DataFile.airline), SharedData.comment))
  func theBuiltinAirlineDataEqualTheFile() throws {
    let file = try SeriesFrame.read(SharedData.path(DataFile.airline))
    let builtin = try SeriesFrame.read("builtin:airline")
    #expect(file.schema == builtin.schema)
    #expect(file.series == builtin.series)
  }

  @Test(.enabled(if: SharedData.has(DataFile.beijing), SharedData.comment))
  func beijingWithSeparateTimeColumnsAndACategory() throws {
    let columns = SeriesColumns(
      time: ["year", "month", "day", "hour"], targets: ["TEMP"],
      pastCovariates: ["DEWP", "PRES", "cbwd", "Iws", "Is", "Ir"],
      futureCovariates: ["hour"], categories: ["cbwd"])
    let frame = try SeriesFrame.read(SharedData.path(DataFile.beijing), columns: columns)
    let series = frame.series[0]
    #expect(series.count == 43_824)
    #expect(frame.schema.frequency == Frequency(.hour))
    #expect(frame.schema.categories["cbwd"] == ["NE", "NW", "SE", "cv"])
    // Counted with cut, sort and uniq.
    #expect(series.pastCovariates[2...5].map { $0.reduce(0, +) } == [4997, 14150, 15290, 9387])
    #expect(series.targets[0][..<3] == [-11, -12, -11])
    #expect(series.time.form.texts(of: try #require(series.time.stamp(at: 43_824))) == ["2015", "1", "1", "0"])
    let parts = try Split(validation: .from("2013-01-01"), test: .from("2014-01-01")).rows(frame)
    #expect(parts == [Parts(train: 0..<26_304, validation: 26_304..<35_064, test: 35_064..<43_824)])
  }

  @Test(.enabled(if: SharedData.has(DataFile.beijing), SharedData.comment))
  func beijingsMissingTargetsAreAnError() throws {
    let columns = SeriesColumns(time: ["year", "month", "day", "hour"], targets: ["pm2.5"])
    #expect(throws: SeriesError.self) { _ = try SeriesFrame.read(SharedData.path(DataFile.beijing), columns: columns) }
    do throws(SeriesError) {
      _ = try SeriesFrame.read(SharedData.path(DataFile.beijing), columns: columns)
    } catch {
      #expect(
        error.description.hasSuffix(
          "beijing-pm25.csv.gz:2:14: column 'pm2.5' has no value ('NA'); fill it in, or name a rule for missing values")
      )
    }
  }

  @Test(.enabled(if: SharedData.has(DataFile.ett), SharedData.comment))
  func ettWithSevenTargets() throws {
    let targets = ["HUFL", "HULL", "MUFL", "MULL", "LUFL", "LULL", "OT"]
    let frame = try SeriesFrame.read(SharedData.path(DataFile.ett), columns: SeriesColumns(targets: targets))
    #expect(frame.schema.time == ["date"])
    #expect(frame.series[0].count == 17_420)
    #expect(frame.series[0].targets[6][0] == 30.5310001373291)
    #expect(frame.series[0].time.label(at: 17_419) == "2018-06-26 19:00:00")
    let split = Split(train: .rows(8640), validation: .rows(2880), test: .rows(2880))
    let parts = try split.rows(frame)
    #expect(parts == [Parts(train: 0..<8640, validation: 8640..<11_520, test: 11_520..<14_400)])
  }

  @Test(.enabled(if: SharedData.has(DataFile.pjm), SharedData.comment))
  func pjmsClockChangesAreFound() throws {
    do throws(SeriesError) {
      _ = try SeriesFrame.read(SharedData.path(DataFile.pjm))
      Issue.record("no error")
    } catch {
      #expect(
        error.description.contains(
          "csv.gz:1685: time 2012-03-11 04:00 follows 2012-03-11 02:00 where 2012-03-11 03:00 is expected (hourly)"))
    }
  }

  @Test(.enabled(if: SharedData.has(DataFile.exchange), SharedData.comment))
  func exchangeRatesWithoutHeaderAndDates() throws {
    let targets = (1...8).map(String.init)
    let frame = try SeriesFrame.read(SharedData.path(DataFile.exchange), columns: SeriesColumns(targets: targets))
    #expect(frame.series[0].count == 7588 && frame.series[0].targets[7][0] == 0.525486)
    let parts = try Split(train: .fraction(0.6), validation: .fraction(0.2)).rows(frame)
    #expect(parts == [Parts(train: 0..<4552, validation: 4552..<6070, test: 6070..<7588)])
  }
}
