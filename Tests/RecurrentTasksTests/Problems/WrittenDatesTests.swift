import Foundation
import RecurrentTensor
import Testing

@testable import RecurrentTasks

struct WrittenDatesTests {
  @Test func everyFormSaysTheDay() throws {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
    let formats = [
      "d MMMM yyyy", "MMMM d, yyyy", "MMM d yyyy", "d-MMM-yyyy", "M/d/yyyy", "MM/dd/yyyy", "d.M.yyyy", "dd.MM.yyyy",
      "EEE MMM d yyyy",
    ]
    func reader(_ format: String) -> DateFormatter {
      let formatter = DateFormatter()
      (formatter.calendar, formatter.timeZone, formatter.dateFormat) = (calendar, calendar.timeZone, format)
      formatter.locale = Locale(identifier: "en_US_POSIX")
      formatter.isLenient = false
      return formatter
    }
    let readers = formats.map(reader)
    let target = reader("yyyy-MM-dd")
    var read = 0
    for number in 0..<400 {
      let pair = WrittenDates.pair(number, key: RandomKey(seed: 3))
      let day = try #require(target.date(from: pair.target), "\(pair)")
      let days = readers.compactMap { $0.date(from: pair.source) }
      if days.isEmpty { continue }
      read += 1
      #expect(days.contains(day), "\(pair)")
    }
    // The other three ways, with an ending or a Roman month, are unknown to Foundation.
    #expect(read > 250)
  }

  @Test func partsShareNoDateAsItIsWritten() throws {
    let parts = WrittenDates.parts(seed: 42)
    let sources = parts.all.flatMap { $0.corpus.pairs.map(\.source) }
    #expect(Set(sources).count == 12_000)
    #expect(parts.train.pairs.count == 10_000 && parts.validation?.pairs.count == 1000)
    #expect(WrittenDates.parts(seed: 43).train.pairs != parts.train.pairs)
    #expect(Set(parts.train.pairs.map(\.target)).count > 8000)
  }
}
