import Foundation
import RecurrentTasks
import Testing

@Suite struct SeriesSchemaTests {
  private let schema = SeriesSchema(
    time: ["year", "month"], timeForm: .calendarColumns(CalendarColumns([.year, .month])), frequency: Frequency(.month),
    seasonalPeriod: 12, series: "shop", targets: ["sold"], pastCovariates: ["price", "wind"],
    futureCovariates: ["month"],
    categories: ["wind": ["NE", "SW"], "month": ["1", "2", "3"]])

  @Test func isStoredWhole() throws {
    #expect(try JSONDecoder().decode(SeriesSchema.self, from: JSONEncoder().encode(schema)) == schema)
  }

  @Test func channelsAreColumnsWithCategoriesSpreadOut() {
    #expect(schema.pastChannels == ["price", "wind=NE", "wind=SW"])
    #expect(schema.futureChannels == ["month=1", "month=2", "month=3"])
    #expect(schema.columns.categories == ["month", "wind"] && schema.columns.frequency == Frequency(.month))
  }

  @Test(arguments: [
    (#""seasonalPeriod":12"#, #""seasonalPeriod":0"#), (#"["sold"]"#, "[]"), (#"["NE","SW"]"#, #"["NE","NE"]"#),
    (#""monthly""#, #""moonly""#),
  ])
  func alteredSchemasAreRefused(old: String, new: String) throws {
    let text = String(decoding: try JSONEncoder().encode(schema), as: UTF8.self)
    let altered = text.replacingOccurrences(of: old, with: new)
    try #require(altered != text)
    #expect(throws: DecodingError.self) { _ = try JSONDecoder().decode(SeriesSchema.self, from: Data(altered.utf8)) }
  }
}
