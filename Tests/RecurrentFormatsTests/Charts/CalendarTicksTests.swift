import Testing

@testable import RecurrentFormats

@Suite struct CalendarTicksTests {
  /// The labels of the marks, each with its second line behind a slash where it has one.
  private func labels(_ from: CalendarDate?, _ to: CalendarDate?, _ count: Int) throws -> [String] {
    let domain = try #require(from).secondsSince1970...(try #require(to).secondsSince1970)
    return CalendarTicks.ticks(for: domain, count: count).map { $0.label + ($0.context.map { "/" + $0 } ?? "") }
  }

  @Test func years() throws {
    let ticks = try labels(CalendarDate(year: 1949), CalendarDate(year: 1960, month: 12), 12)
    #expect(ticks == (1949...1960).map { String($0) })
    #expect(try labels(CalendarDate(year: 1948, month: 2), CalendarDate(year: 1960), 3) == ["1950", "1955", "1960"])
    #expect(try labels(CalendarDate(year: 1), CalendarDate(year: 2000), 4) == ["500", "1000", "1500", "2000"])
  }

  @Test func monthsShowTheYearWhereItChanges() throws {
    #expect(
      try labels(CalendarDate(year: 2023, month: 8, day: 2), CalendarDate(year: 2024, month: 8), 4)
        == ["Oct/2023", "Jan/2024", "Apr", "Jul"])
    #expect(
      try labels(CalendarDate(year: 2023, month: 11), CalendarDate(year: 2024, month: 3), 6)
        == ["Nov/2023", "Dec", "Jan/2024", "Feb", "Mar"])
    #expect(
      try labels(CalendarDate(year: 2010, month: 1, day: 2), CalendarDate(year: 2012), 4)
        == ["Jul/2010", "Jan/2011", "Jul", "Jan/2012"])
  }

  @Test func daysAndWeeks() throws {
    #expect(
      try labels(CalendarDate(year: 2024, month: 2, day: 27, hour: 5), CalendarDate(year: 2024, month: 3, day: 2), 6)
        == ["28 Feb/2024", "29 Feb", "1 Mar", "2 Mar"])
    #expect(
      try labels(CalendarDate(year: 2024, month: 1, day: 27), CalendarDate(year: 2024, month: 2, day: 4), 5)
        == ["27 Jan/2024", "29 Jan", "1 Feb", "3 Feb"])
    // Mondays.
    #expect(
      try labels(CalendarDate(year: 2023, month: 12, day: 20), CalendarDate(year: 2024, month: 1, day: 17), 5)
        == ["25 Dec/2023", "1 Jan/2024", "8 Jan", "15 Jan"])
  }

  @Test func timesOfDayShowTheDateAtMidnight() throws {
    #expect(
      try labels(
        CalendarDate(year: 2013, month: 6, day: 2, hour: 9), CalendarDate(year: 2013, month: 6, day: 3, hour: 12), 5)
        == ["12:00/2 Jun 2013", "18:00", "00:00/3 Jun 2013", "06:00", "12:00"])
    #expect(
      try labels(
        CalendarDate(year: 2013, month: 6, day: 2, hour: 9),
        CalendarDate(year: 2013, month: 6, day: 2, hour: 9, minute: 1), 5)
        == ["09:00:00/2 Jun 2013", "09:00:15", "09:00:30", "09:00:45", "09:01:00"])
  }

  @Test func everyLengthOfTimeGivesMarksInsideAndNotTooMany() throws {
    let start = try #require(CalendarDate(year: 1999, month: 12, day: 31, hour: 22, minute: 58, second: 3))
    var duration = 3.0
    while duration < 7000 * 366 * 86_400 {
      for count in 2...14 {
        let domain = start.secondsSince1970...start.secondsSince1970 + duration
        let ticks = CalendarTicks.ticks(for: domain, count: count)
        #expect(ticks.count <= count + 2 && ticks.allSatisfy { domain.contains($0.value) }, "\(duration) \(count)")
        #expect(zip(ticks, ticks.dropFirst()).allSatisfy { $0.value < $1.value })
        if count > 4, duration > 20 { #expect(ticks.count >= 1, "\(duration) \(count)") }
      }
      duration *= 1.37
    }
  }

  @Test func outsideTheCalendarThereAreNoMarks() {
    #expect(CalendarTicks.ticks(for: -1e300...1e300, count: 5) == [])
    #expect(CalendarTicks.ticks(for: 0...1e15, count: 5) == [])
  }
}
