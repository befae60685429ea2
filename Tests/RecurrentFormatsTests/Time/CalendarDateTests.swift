import Testing

@testable import RecurrentFormats

@Suite struct CalendarDateTests {
  /// Dates and seconds as `date -u -d DATE +%s` of GNU coreutils prints them.
  @Test(arguments: [
    (1970, 1, 1, 0.0),
    (1969, 12, 31, -86_400),
    (1949, 1, 1, -662_688_000),
    (1900, 2, 28, -2_203_977_600),
    (1900, 3, 1, -2_203_891_200),
    (2000, 2, 29, 951_782_400),
    (2024, 2, 29, 1_709_164_800),
    (2100, 3, 1, 4_107_542_400),
    (9999, 12, 31, 253_402_214_400),
    (1, 1, 1, -62_135_596_800),
  ])
  func agreesWithUnixTime(year: Int, month: Int, day: Int, seconds: Double) throws {
    let date = try #require(CalendarDate(year: year, month: month, day: day))
    #expect(date.secondsSince1970 == seconds)
    #expect(CalendarDate(secondsSince1970: seconds) == date)
  }

  @Test func everyDayOfFourCenturiesFollowsTheOneBefore() throws {
    var previous = try #require(CalendarDate(year: 1799, month: 12, day: 31))
    for number in previous.daysSince1970 + 1...previous.daysSince1970 + 146_097 {
      let date = try #require(CalendarDate(secondsSince1970: Double(number) * 86_400))
      let lastDay = CalendarDate.dayCount(ofMonth: previous.month, year: previous.year)
      let expected =
        previous.day < lastDay
        ? (previous.year, previous.month, previous.day + 1)
        : previous.month < 12 ? (previous.year, previous.month + 1, 1) : (previous.year + 1, 1, 1)
      guard (date.year, date.month, date.day) == expected, date.daysSince1970 == number,
        date.weekday == previous.weekday % 7 + 1
      else {
        Issue.record("\(date) after \(previous)")
        return
      }
      previous = date
    }
    #expect(previous.description == "2199-12-31")
  }

  @Test func weekdaysAndDaysOfTheYear() throws {
    #expect(CalendarDate(year: 1970)?.weekday == 4)
    #expect(CalendarDate(year: 2024, month: 2, day: 29)?.weekday == 4)
    #expect(CalendarDate(year: 2000, month: 1, day: 2)?.weekday == 7)
    #expect(CalendarDate(year: 1949, month: 1, day: 3)?.weekday == 1)
    #expect(CalendarDate(year: 2024, month: 12, day: 31)?.dayOfYear == 366)
    #expect(CalendarDate(year: 2023, month: 12, day: 31)?.dayOfYear == 365)
    #expect(CalendarDate(year: 2023, month: 3, day: 1)?.dayOfYear == 60)
  }

  @Test func addingMonthsKeepsTheDayOrTheMonthsEnd() throws {
    let lastOfJanuary = try #require(CalendarDate(year: 2024, month: 1, day: 31, hour: 7))
    #expect(lastOfJanuary.adding(months: 1)?.description == "2024-02-29T07:00:00")
    #expect(lastOfJanuary.adding(months: 13)?.description == "2025-02-28T07:00:00")
    #expect(lastOfJanuary.adding(months: -1)?.description == "2023-12-31T07:00:00")
    #expect(lastOfJanuary.adding(months: 12 * 7976) == nil)
    #expect(lastOfJanuary.adding(months: .max) == nil)
    #expect(lastOfJanuary.adding(months: .min) == nil)
    #expect(lastOfJanuary.adding(months: -(2024 * 12)) == CalendarDate(year: 0, month: 1, day: 31, hour: 7))
    #expect(lastOfJanuary.adding(months: -(2024 * 12 + 1)) == nil)
  }

  @Test func refusesWhatTheCalendarLacks() {
    #expect(CalendarDate(year: 2023, month: 2, day: 29) == nil)
    #expect(CalendarDate(year: 1900, month: 2, day: 29) == nil)
    #expect(CalendarDate(year: 2023, month: 0) == nil)
    #expect(CalendarDate(year: 2023, month: 13) == nil)
    #expect(CalendarDate(year: 2023, month: 4, day: 31) == nil)
    #expect(CalendarDate(year: 2023, hour: 24) == nil)
    #expect(CalendarDate(year: 2023, minute: 60) == nil)
    #expect(CalendarDate(year: 2023, second: 60) == nil)
    #expect(CalendarDate(year: 2023, second: .nan) == nil)
    #expect(CalendarDate(year: 10_000) == nil)
    #expect(CalendarDate(year: -1) == nil)
    for seconds in [Double.nan, .infinity, -.infinity, 1e300, -1e300, 253_402_300_800, -62_167_219_201] {
      #expect(CalendarDate(secondsSince1970: seconds) == nil)
    }
    #expect(CalendarDate(secondsSince1970: -62_167_219_200)?.year == 0)
  }

  @Test func timeOfDayAndFractions() throws {
    let date = try #require(CalendarDate(secondsSince1970: -0.25))
    #expect((date.hour, date.minute, date.second) == (23, 59, 59.75))
    #expect(date.description == "1969-12-31T23:59:59.750000")
    #expect(date.secondsSince1970 == -0.25)
    let lunch = try #require(CalendarDate(year: 2010, month: 1, day: 2, hour: 12, minute: 30))
    #expect(lunch.description == "2010-01-02T12:30:00")
    #expect(lunch > date)
  }
}
