import Foundation
import RecurrentTasks
import Testing

@Suite struct SplitTests {
  private let months = TimeAxis(
    start: TimeStamp(-662_688_000), frequency: Frequency(.month), form: .calendar(CalendarForm(.month)))

  private func rows(_ split: Split, count: Int = 144) throws(SplitError) -> Parts {
    try split.rows(count: count, time: months, name: "t.csv")
  }

  private func parts(_ train: Range<Int>, _ validation: Range<Int>, _ test: Range<Int>) -> Parts {
    Parts(train: train, validation: validation, test: test)
  }

  @Test func withoutSizesEverythingIsTraining() throws {
    #expect(try rows(Split()) == parts(0..<144, 144..<144, 144..<144))
  }

  @Test func fractions() throws {
    // The textbook's first 80 % of 144 months: 115 rows, 112 of which have three months before them.
    #expect(try rows(Split(train: .fraction(0.8))) == parts(0..<115, 115..<115, 115..<144))
    #expect(try rows(Split(test: .fraction(0.2))) == parts(0..<115, 115..<115, 115..<144))
    #expect(
      try rows(Split(train: .fraction(0.6), validation: .fraction(0.2)), count: 7588)
        == parts(0..<4552, 4552..<6070, 6070..<7588))
    #expect(
      try rows(Split(validation: .fraction(0.2), test: .fraction(0.2)), count: 7588)
        == parts(0..<4552, 4552..<6070, 6070..<7588))
    #expect(
      try rows(Split(train: .fraction(0.7), validation: .fraction(0.1), test: .fraction(0.2)), count: 10)
        == parts(0..<7, 7..<8, 8..<10))
    #expect(try rows(Split(train: .fraction(0.5), test: .fraction(0.1)), count: 10) == parts(0..<5, 5..<5, 5..<6))
  }

  @Test func numbersOfRows() throws {
    #expect(try rows(Split(test: .rows(48))) == parts(0..<96, 96..<96, 96..<144))
    #expect(try rows(Split(validation: .rows(12), test: .rows(24))) == parts(0..<108, 108..<120, 120..<144))
    #expect(
      try rows(Split(train: .rows(8640), validation: .rows(2880), test: .rows(2880)), count: 17_420)
        == parts(0..<8640, 8640..<11_520, 11_520..<14_400))
    #expect(
      try rows(Split(validation: .rows(10), test: .fraction(0.25)), count: 100) == parts(0..<65, 65..<75, 75..<100))
  }

  @Test func dates() throws {
    #expect(try rows(Split(test: .from("1957-01"))) == parts(0..<96, 96..<96, 96..<144))
    #expect(
      try rows(Split(train: .from("1950-01"), validation: .from("1956"), test: .from("1957-01")))
        == parts(12..<84, 84..<96, 96..<144))
    #expect(try rows(Split(train: .rows(90), test: .from("1957-01"))) == parts(0..<90, 90..<90, 96..<144))
    #expect(
      try rows(Split(train: .rows(90), validation: .from("1957-01"), test: .rows(12)))
        == parts(0..<90, 96..<132, 132..<144))
  }

  @Test func faults() {
    #expect(throws: SplitError.empty(series: "t.csv", part: .train)) { try rows(Split(test: .rows(144))) }
    #expect(throws: SplitError.beyondEnd(series: "t.csv", needed: 145, rows: 144)) { try rows(Split(test: .rows(145))) }
    #expect(throws: SplitError.beyondEnd(series: "t.csv", needed: 150, rows: 144)) {
      try rows(Split(train: .rows(100), validation: .rows(50)))
    }
    #expect(throws: SplitError.beyondEnd(series: "t.csv", needed: .max, rows: 144)) {
      try rows(Split(train: .rows(100), test: .rows(.max)))
    }
    #expect(throws: SplitError.empty(series: "t.csv", part: .test)) { try rows(Split(test: .from("1961-01"))) }
    #expect(throws: SplitError.empty(series: "t.csv", part: .validation)) {
      try rows(Split(validation: .from("1958-01"), test: .from("1957-01")))
    }
    #expect(throws: SplitError.overlap(series: "t.csv", part: .test, begins: "1949-11", previousEnds: "1957-04")) {
      try rows(Split(train: .rows(100), test: .from("1949-11")))
    }
    #expect(throws: SplitError.notATime(part: .test, text: "soon", example: "1949-01")) {
      try rows(Split(test: .from("soon")))
    }
    #expect(throws: SplitError.invalidSize(part: .test, size: "1.0")) { try rows(Split(test: .fraction(1))) }
    #expect(throws: SplitError.invalidSize(part: .train, size: "0")) { try rows(Split(train: .rows(0))) }
    #expect(throws: SplitError.empty(series: "t.csv", part: .train)) {
      try rows(Split(test: .fraction(0.001)), count: 1)
    }
  }

  @Test(arguments: [
    ("0.2", PartSize.fraction(0.2)), ("20%", .fraction(0.2)), ("48", .rows(48)), ("2017-01-01", .from("2017-01-01")),
  ])
  func sizesAsText(text: String, size: PartSize) throws {
    #expect(PartSize(text) == size)
    let json = try JSONEncoder().encode([size])
    #expect(try JSONDecoder().decode([PartSize].self, from: json) == [size])
  }

  @Test(arguments: ["", "0", "-3", "1.0", "1.5", "0%", "100%", "-0.2"])
  func noSizes(text: String) {
    #expect(PartSize(text) == nil)
  }

  /// Whatever is asked for, parts follow one another inside the series, and every error has a text of one line.
  @Test func partsNeverOverlap() {
    let sizes: [PartSize?] = [
      nil, .fraction(0.3), .fraction(0.5), .rows(1), .rows(7), .rows(20), .from("1949-05"), .from("1950-01"),
    ]
    var laidOut = 0
    for train in sizes {
      for validation in sizes {
        for test in sizes {
          do throws(SplitError) {
            let parts = try rows(Split(train: train, validation: validation, test: test), count: 20)
            laidOut += 1
            #expect(0 <= parts.train.lowerBound && parts.train.upperBound <= parts.validation.lowerBound)
            #expect(parts.validation.upperBound <= parts.test.lowerBound && parts.test.upperBound <= 20)
            #expect(!parts.train.isEmpty)
          } catch {
            #expect(!error.description.contains("\n"))
          }
        }
      }
    }
    #expect(laidOut > 100)
  }
}
