import Foundation
import Testing

@testable import RecurrentTasks

@Suite struct FrequencyTests {
  private func stamps(_ texts: [String]) throws -> ([TimeStamp], TimeForm) {
    var form = TimeForm.integer
    let stamps = try texts.map { text in
      try Array(text.utf8).withUnsafeBufferPointer { bytes in
        if let integer = Int(text) { return TimeStamp(integer) }
        let (stamp, calendar) = try #require(CalendarForm.parse(bytes))
        form = .calendar(calendar)
        return stamp
      }
    }
    return (stamps, form)
  }

  @Test(arguments: [
    (["2024-01-01 00:00", "2024-01-01 01:00", "2024-01-01 02:00"], "hourly", 24),
    (["2024-01-01 00:00", "2024-01-01 00:30", "2024-01-01 01:00"], "30 minutes", 48),
    (["2024-01-01 00:00:00", "2024-01-01 00:00:10", "2024-01-01 00:00:20"], "10 seconds", 360),
    (["2024-01-01 00:00", "2024-01-01 05:00", "2024-01-01 10:00"], "5 hours", 1),
    (["2024-01-30", "2024-01-31", "2024-02-01"], "daily", 7), (["2024-01-01", "2024-01-08"], "weekly", 52),
    (["2024-01-01", "2024-01-15", "2024-01-29"], "2 weeks", 26),
    (["1949-01", "1949-02", "1949-03"], "monthly", 12), (["2023-02-01", "2023-03-01"], "monthly", 12),
    (["2024-01-31", "2024-02-29", "2024-03-31"], "monthly", 12),
    (["2024-01-30", "2024-02-29", "2024-03-30"], "monthly", 12),
    (["2024-01-01", "2024-01-29", "2024-02-26"], "4 weeks", 13),
    (["2024-Q1", "2024-Q2"], "quarterly", 4), (["2024-03-31", "2024-06-30", "2024-09-30"], "quarterly", 4),
    (["2020-02-29", "2021-02-28", "2022-02-28"], "yearly", 1), (["2020-01-01", "2022-01-01"], "2 years", 1),
    (["2020-01", "2020-03"], "2 months", 6),
    (["1949", "1950", "1951"], "1 step", 1), (["0", "10", "20"], "10 steps", 1),
  ])
  func detects(texts: [String], name: String, season: Int) throws {
    let (stamps, form) = try stamps(texts)
    let frequency = try #require(Frequency.detect([stamps], form: form))
    #expect(frequency.description == name)
    #expect(frequency.seasonalPeriod == season)
    let origin = TimeAxis.Origin(file: "t.csv", lines: Array(1...stamps.count))
    let axis = try TimeAxis(checking: stamps, frequency: frequency, form: form, origin: origin)
    #expect(stamps.indices.map { axis.label(at: $0) } == texts)
  }

  @Test func faultsDoNotMislead() throws {
    let (stamps, form) = try stamps([
      "2024-01-01", "2024-01-05", "2024-01-06", "2024-01-06", "2024-01-07", "2024-01-03",
    ])
    #expect(Frequency.detect([stamps], form: form) == Frequency(.day))
  }

  @Test func nothingInOrderHasNoFrequency() throws {
    let (stamps, form) = try stamps(["2024-01-02", "2024-01-02", "2024-01-01"])
    #expect(Frequency.detect([stamps], form: form) == nil)
    #expect(Frequency.detect([[TimeStamp(5)]], form: .integer) == nil)
    #expect(Frequency.detect([[TimeStamp(.min), TimeStamp(.max)]], form: .integer) == nil)
  }

  @Test func everyTextIsReadBack() throws {
    for unit in Frequency.Unit.allCases {
      for count in [1, 2, 30] {
        let frequency = Frequency(unit, count: count)
        #expect(Frequency(frequency.description) == frequency)
        let json = try JSONEncoder().encode([frequency])
        #expect(try JSONDecoder().decode([Frequency].self, from: json) == [frequency])
      }
    }
    #expect(Frequency("30 minute") == Frequency(.minute, count: 30))
    #expect(Frequency("15-minutely") == Frequency(.minute, count: 15))
    #expect(Frequency("Monthly") == Frequency(.month))
    for text in ["", "fortnightly", "0 days", "-1 days", "9999999 days", "days", "2 moons", "1 2 days"] {
      #expect(Frequency(text) == nil)
    }
  }
}
