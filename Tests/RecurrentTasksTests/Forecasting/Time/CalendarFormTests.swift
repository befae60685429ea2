import Foundation
import Testing

@testable import RecurrentTasks

@Suite struct CalendarFormTests {
  private func parse(_ text: String) -> (stamp: TimeStamp, form: CalendarForm)? {
    Array(text.utf8).withUnsafeBufferPointer { CalendarForm.parse($0) }
  }

  /// Seconds since 1970 by the system's `date -u +%s`.
  @Test(arguments: [
    ("1949-01", -662_688_000), ("1970-01-01", 0), ("2024-02-29", 1_709_164_800), ("2024-01-31 05:00", 1_706_677_200),
    ("2024-01-31T05:00:00Z", 1_706_677_200), ("2024-01-31T05:00:00+01:00", 1_706_673_600),
    ("2024-01-31 05:00:07-0330", 1_706_689_807), ("2024-01-31 05", 1_706_677_200), ("2024/01/31 05:00", 1_706_677_200),
    ("1949-Q1", -662_688_000), ("1949Q2", -654_912_000), ("2024-1-5", 1_704_412_800),
    ("2024-01-31 05:00:00.000", 1_706_677_200), ("0001-01-01", -62_135_596_800),
  ])
  func readsAndPrintsTheSame(text: String, seconds: Int) throws {
    let (stamp, form) = try #require(parse(text))
    #expect(stamp.value == seconds)
    #expect(form.text(of: stamp) == text)
  }

  @Test(arguments: [
    "", "1949", "x", "2024-13", "2024-00", "2023-02-29", "2024-01-32", "2024-01-31 24:00", "2024-01-31 05:60",
    "2024-01-31 05:00:60", "2024-01-31 05:00:00.5", "31/01/2024", "2024-01/31", "2024-01-31x", "2024-01 05:00",
    "2024-Q5", "2024-01-31 05:00 +01:00", "20240131", "2024-01-31T", "-2024-01",
  ])
  func refusesOtherText(text: String) {
    #expect(parse(text) == nil)
  }

  @Test func formsAgreeUpToPaddingAndOffset() throws {
    func agree(_ a: String, _ b: String) throws -> Bool {
      try #require(parse(a)).form.agrees(with: try #require(parse(b)).form)
    }
    #expect(try agree("2024-10-11", "2024-1-5"))
    #expect(try agree("2024-03-30T12:00:00+01:00", "2024-03-31T12:00:00+02:00"))
    #expect(try !agree("2024-03-30T12:00:00+01:00", "2024-03-31T12:00:00Z"))
    #expect(try !agree("2024-10-11", "2024-10"))
    #expect(try !agree("2024-10-11 05:00", "2024-10-11T05:00"))
    #expect(try !agree("2024-10-11", "2024/10/11"))
  }

  @Test(arguments: [
    "1949-01", "2024-01-31", "2024-1-5", "2024-01-31 05:00", "2024-01-31T05:00:00Z", "2024/01/31T05:00:00.000+05:45",
    "2024Q3",
  ])
  func storesAnExample(text: String) throws {
    let form = TimeForm.calendar(try #require(parse(text)).form)
    let json = try JSONEncoder().encode([form])
    #expect(try JSONDecoder().decode([TimeForm].self, from: json) == [form])
    #expect(String(decoding: json, as: UTF8.self).contains("2001"))
  }

  @Test func storesTheOtherForms() throws {
    let forms: [TimeForm] = [
      .rowNumber, .integer, .calendarColumns(CalendarColumns([.year, .month], monthStyle: .name, letterCase: .upper)),
    ]
    let json = try JSONEncoder().encode(forms)
    #expect(try JSONDecoder().decode([TimeForm].self, from: json) == forms)
    #expect(throws: DecodingError.self) {
      _ = try JSONDecoder().decode([TimeForm].self, from: Data("[\"2001-13\"]".utf8))
    }
  }
}
