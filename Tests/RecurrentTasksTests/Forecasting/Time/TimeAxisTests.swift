import Testing

@testable import RecurrentTasks

@Suite struct TimeAxisTests {
  private func axis(_ start: String, _ frequency: Frequency, anchorDay: Int? = nil) throws -> TimeAxis {
    let (stamp, form) = try Array(start.utf8).withUnsafeBufferPointer { try #require(CalendarForm.parse($0)) }
    return TimeAxis(start: stamp, frequency: frequency, form: .calendar(form), anchorDay: anchorDay)
  }

  @Test func goesOnPastTheEndByTheCalendar() throws {
    #expect(try axis("1949-01", Frequency(.month)).label(at: 144) == "1961-01")
    #expect(try axis("1949-01", Frequency(.month)).label(at: -1) == "1948-12")
    let monthEnds = try axis("2023-11-30", Frequency(.month), anchorDay: 31)
    #expect(
      (0..<5).map { monthEnds.label(at: $0) } == ["2023-11-30", "2023-12-31", "2024-01-31", "2024-02-29", "2024-03-31"])
    #expect(try axis("2024-02-29", Frequency(.year)).label(at: 1) == "2025-02-28")
    #expect(try axis("2024-02-29", Frequency(.year)).label(at: 4) == "2028-02-29")
    #expect(try axis("2024-12-31 23:00", Frequency(.hour)).label(at: 1) == "2025-01-01 00:00")
    #expect(try axis("2024-Q4", Frequency(.quarter)).label(at: 1) == "2025-Q1")
    #expect(try axis("2024-01-01T00:00:00+01:00", Frequency(.month)).label(at: 1) == "2024-02-01T00:00:00+01:00")
  }

  @Test func endsWithTheCalendarAndTheIntegers() throws {
    #expect(try axis("9999-12", Frequency(.month)).stamp(at: 1) == nil)
    #expect(try axis("9999-12", Frequency(.month)).label(at: 1) == "")
    #expect(try axis("2024-01", Frequency(.month, count: 1_000_000)).stamp(at: .max) == nil)
    let integers = TimeAxis(start: TimeStamp(.max), frequency: Frequency(.step), form: .integer)
    #expect(integers.stamp(at: 1) == nil)
  }

  @Test func findsTheFirstRowNotBeforeATime() throws {
    let axis = try axis("1949-01", Frequency(.month))
    let form = axis.form
    for (text, row) in [
      ("1949-01", 0), ("1957-01", 96), ("1957", 96), ("1957-01-02", 97), ("1900-01", 0), ("2000-01", 144),
    ] {
      let stamp = try #require(form.stamp(of: text))
      #expect(axis.firstRow(notBefore: stamp, count: 144) == row, "\(text)")
    }
    #expect(form.stamp(of: "soon") == nil)
    #expect(TimeForm.integer.stamp(of: "12") == TimeStamp(12))
    #expect(TimeForm.integer.stamp(of: "1957-01") == nil)
  }

  @Test func theLastOfTheMonthIsToldFromTheSameDay() throws {
    func check(_ texts: [String]) throws -> TimeAxis {
      let parsed = try texts.map { text in
        try Array(text.utf8).withUnsafeBufferPointer { try #require(CalendarForm.parse($0)) }
      }
      let origin = TimeAxis.Origin(file: "t.csv", lines: Array(1...texts.count))
      return try TimeAxis(
        checking: parsed.map(\.stamp), frequency: Frequency(.month), form: .calendar(parsed[0].form), origin: origin)
    }
    #expect(try check(["2024-02-29", "2024-03-29"]).anchorDay == 29)
    #expect(try check(["2024-02-29", "2024-03-31"]).anchorDay == 31)
    #expect(try check(["2023-02-28", "2023-03-30", "2023-04-30"]).anchorDay == 30)
    #expect(try check(["2024-04-30"]).anchorDay == 31)
    #expect(try check(["2024-01-15", "2024-02-15"]).anchorDay == 15)
  }
}
