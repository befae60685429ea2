import Testing

@testable import RecurrentTasks

extension CalendarColumns {
  fileprivate mutating func value(of text: String, unit: Unit) -> Int? {
    Array(text.utf8).withUnsafeBufferPointer { value(of: $0, unit: unit) }
  }
}

@Suite struct CalendarColumnsTests {
  @Test func unitsAreToldByNameOrOrder() {
    #expect(CalendarColumns.units(named: ["Month", "year"]) == [.month, .year])
    #expect(CalendarColumns.units(named: ["jahr", "monat", "tag"]) == [.year, .month, .day])
    #expect(CalendarColumns.units(named: ["year", "month", "day", "hour"]) == [.year, .month, .day, .hour])
    #expect(CalendarColumns.units(named: ["year", "hour"]) == nil)
    #expect(CalendarColumns.units(named: ["year", "year"]) == nil)
    #expect(CalendarColumns.units(named: ["a", "b", "c", "d", "e", "f"]) == nil)
  }

  @Test(arguments: [
    ("Jan", 1), ("january", 1), ("MAY", 5), ("Sep", 9), ("December", 12), ("07", 7), ("12", 12),
  ])
  func readsMonths(text: String, month: Int) {
    var columns = CalendarColumns([.year, .month])
    #expect(columns.value(of: text, unit: .month) == month)
  }

  @Test(arguments: ["Janu", "Sept.", "", "-1", "+1", "1.0", "Mai"])
  func refusesOtherMonths(text: String) {
    var columns = CalendarColumns([.year, .month])
    #expect(columns.value(of: text, unit: .month) == nil)
  }

  @Test func printsAsItCame() throws {
    for (texts, next) in [
      (["1949", "May"], ["1950", "Feb"]), (["1949", "June"], ["1950", "February"]),
      (["1949", "JAN"], ["1950", "FEB"]),
      (["1949", "01"], ["1950", "02"]), (["1949", "1"], ["1950", "2"]), (["1949", "march"], ["1950", "february"]),
    ] {
      var columns = CalendarColumns([.year, .month])
      let values = zip(texts, columns.units).compactMap { columns.value(of: $0, unit: $1) }
      let stamp = try #require(columns.stamp(of: values))
      #expect(columns.texts(of: stamp) == texts)
      #expect(columns.texts(of: TimeStamp(-628_473_600)) == next, "1950-02 after \(texts)")
      #expect(columns.text(of: TimeStamp(-628_473_600)) == "1950-02")
    }
  }

  @Test func mayIsNameOrAbbreviationAsTheOtherMonthsAre() throws {
    var columns = CalendarColumns([.year, .month])
    #expect(columns.value(of: "May", unit: .month) == 5)
    #expect(columns.value(of: "June", unit: .month) == 6)
    #expect(columns.monthStyle == .name)
    #expect(columns.value(of: "May", unit: .month) == 5)
    #expect(columns.monthStyle == .name)
  }

  @Test func theCalendarIsChecked() {
    let columns = CalendarColumns([.year, .month, .day, .hour])
    #expect(columns.stamp(of: [2024, 2, 29, 23])?.value == 1_709_247_600)
    #expect(columns.stamp(of: [2023, 2, 29, 0]) == nil)
    #expect(columns.stamp(of: [2024, 1, 1, 24]) == nil)
  }
}
