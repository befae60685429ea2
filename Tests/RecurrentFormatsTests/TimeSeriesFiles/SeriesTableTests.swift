import Testing

@testable import RecurrentFormats

@Suite struct SeriesTableTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func message(_ body: () throws(LabelledSeriesError) -> LabelledSeries) -> String {
    do throws(LabelledSeriesError) {
      _ = try body()
      return "no error"
    } catch {
      return error.description
    }
  }

  // MARK: Long

  private static let long = LongSeriesTable(series: "id", time: "t", label: "y", attributes: ["who"])

  @Test func longTablesWithLabelsOfTheirOwn() throws {
    try folder.put("id,t,a,b,y,who\n1,0,1,2,up,x\n2,0,5,6,down,z\n1,1,3,4,up,x\n", in: "t.csv")
    let series = try Self.long.read(path: folder.path("t.csv"))
    #expect(series.channels == ["a", "b"])
    #expect(series.values == [1, 2, 3, 4, 5, 6])
    #expect(series.items.map(\.steps) == [0..<2, 2..<3])
    #expect(series.items.map(\.label) == ["up", "down"])
    #expect(series.items.map(\.attributes) == [["x"], ["z"]])
    #expect(series.items.map(\.place.line) == [2, 3])
  }

  @Test func longTablesWithLabelsElsewhere() throws {
    try folder.put("id,t,a\n1,0,1\n1,1,3\n2,0,5\n", in: "t.csv")
    try folder.put("id,who,y\n2,z,-1\n1,x,1\n", in: "y.csv")
    let series = try Self.long.read(path: folder.path("t.csv"), targets: folder.path("y.csv"))
    #expect(series.items.map(\.label) == ["1", "-1"])
    #expect(series.items.map(\.attributes) == [["x"], ["z"]])
    #expect(series.channels == ["a"])
  }

  @Test(arguments: [
    ("id,t,a,y,who\n1,0,1,up,x\n1,0,1,up,x\n", "t.csv:3:1: the time goes back within sequence '1'"),
    ("id,t,a,y,who\n1,0,1,up,x\n1,1,1,down,x\n", "t.csv:3:1: 'y' changes within sequence '1'"),
    ("id,t,a,y,who\n1,0,,up,x\n", "t.csv:2:1: a missing value in column 'a'; fill it in"),
    ("id,t,a,y,who\n1,0,many,up,x\n", "t.csv:2:1: 'many' in column 'a' is no number"),
    ("id,t,y,who\n1,0,up,x\n", "no column is left for features"),
    ("id,t,a,y\n1,0,1,up\n", "no column 'who'"),
    ("id,t,a,y,who\n", "no record"),
  ]) func whatIsWrongWithALongTable(text: String, expected: String) throws {
    try folder.put(text, in: "t.csv")
    let message = message { () throws(LabelledSeriesError) in try Self.long.read(path: folder.path("t.csv")) }
    #expect(message.contains(expected), "\(message)")
  }

  @Test func targetsMustKnowEverySequenceOnce() throws {
    try folder.put("id,t,a\n1,0,1\n2,0,5\n", in: "t.csv")
    try folder.put("id,who,y\n1,z,-1\n", in: "y.csv")
    try folder.put("id,who,y\n1,z,-1\n1,z,1\n", in: "twice.csv")
    let missing = message { () throws(LabelledSeriesError) in
      try Self.long.read(path: folder.path("t.csv"), targets: folder.path("y.csv"))
    }
    #expect(missing.contains("t.csv:3:1: sequence '2' has no row in the targets"))
    let twice = message { () throws(LabelledSeriesError) in
      try Self.long.read(path: folder.path("t.csv"), targets: folder.path("twice.csv"))
    }
    #expect(twice.contains("twice.csv:3:1: sequence '1' has two rows"))
  }

  // MARK: Wide

  @Test func wideTablesOfUnequalLength() throws {
    try folder.put("a,1,2,3\nb,4,5,\nc\n", in: "t.csv")
    let series = try WideSeriesTable().read(path: folder.path("t.csv"))
    #expect(series.values == [1, 2, 3, 4, 5])
    #expect(series.items.map(\.label) == ["a", "b", "c"])
    #expect(series.items.map(\.steps) == [0..<3, 3..<5, 5..<5])
  }

  @Test func aGapInAWideTableIsAnError() throws {
    try folder.put("1,1,,3\n", in: "t.csv")
    let message = message { () throws(LabelledSeriesError) in try WideSeriesTable().read(path: folder.path("t.csv")) }
    #expect(message.contains("t.csv:1:1: a missing value in column '3'"))
  }
}
