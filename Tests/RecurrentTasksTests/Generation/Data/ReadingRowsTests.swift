import RecurrentLayers
import RecurrentTensor
import Testing

@testable import RecurrentTasks

@Suite struct ReadingRowsTests {
  @Test func runningTextIsPredictedOnce() {
    let rows = ReadingRows(running: Array(0..<12), rowCount: 3)
    #expect(rows.rows.map(\.inputs) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10]])
    #expect(rows.rows.map(\.targets) == [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11]])
    #expect(rows.count == 11)
    #expect(ReadingRows(running: [5, 6], rowCount: 9).rows.map(\.targets) == [[6]])
  }

  @Test func windowsKeepEndedRows() {
    let window = ReadingRows(running: Array(0..<12), rowCount: 3).batch(2..<4, conditions: nil)
    #expect(window.inputs.tokens == [2, 6, 10, 3, 7, -1])
    #expect(window.targets.tokens == [3, 7, 11, 4, 8, -1])
    #expect(window.inputs.lengths == [2, 2, 1])
    #expect(window.count == 5 && window.resets == nil)
  }

  @Test func recordsBeginAndEndWithTheirMark() {
    let rows = ReadingRows([[1, 2], [3], [4, 5, 6]], end: 9, rows: [[2, 1], [0]])
    #expect(rows.rows[0].inputs == [9, 4, 5, 6, 9, 3] && rows.rows[0].targets == [4, 5, 6, 9, 3, 9])
    #expect(rows.rows[1].inputs == [9, 1, 2] && rows.rows[1].targets == [1, 2, 9])
    let table = Tensor([10, 20, 30], shape: [3, 1])
    let every = rows.batch(3..<6, conditions: (table, .every))
    #expect(every.resets?.flags == [false, false, true, false, false, false])
    #expect(every.conditions?.scalars == [30, 0, 20, 0, 20, 0])
    #expect(rows.batch(3..<6, conditions: (table, .first)).conditions?.scalars == [0, 0, 20, 0, 0, 0])
  }

  @Test func recordsAreSharedOutEvenly() {
    let records = [5, 1, 4, 2, 3, 3].map { [Int32](repeating: 0, count: $0) }
    let shares = ReadingRows.sharing(records, among: 2)
    #expect(shares.flatMap { $0 }.sorted() == Array(0..<6))
    let lengths = shares.map { $0.reduce(0) { $0 + records[$1].count + 1 } }
    #expect(lengths == [12, 12])
    #expect(ReadingRows.sharing(records, among: 99).count == 6)
  }
}

@Suite struct PartSizesTests {
  private func sizes(_ validation: String?, _ test: String?) throws -> PartSizes {
    var configuration = GenerationConfiguration()
    (configuration.validation, configuration.test) = (validation, test)
    return try PartSizes(configuration)
  }

  @Test func sharesAreCutOffTheEnd() throws {
    let cut = try sizes("0.1", "0.25").cut(count: 103)
    #expect(cut == [.train: 0..<68, .validation: 68..<78, .test: 78..<103])
    #expect(try sizes(nil, nil).cut(count: 5) == [.train: 0..<5])
    #expect(try sizes("valid.txt", "0.5").files == [.validation: "valid.txt"])
  }

  @Test(arguments: ["0", "1", "-0.5", "nan", "7", "inf"]) func otherNumbersAreRefused(_ text: String) {
    #expect(throws: GenerationError.self) { try sizes(text, nil) }
  }

  @Test func textIsCutBetweenCharactersOrLines() throws {
    let sizes = try sizes(nil, "0.5")
    let parts = "aé\u{301}水\n".cut(byCharacters: sizes)
    #expect(parts[.train].map { $0.unicodeScalars.count } == 3 && parts[.test].map { $0.unicodeScalars.count } == 2)
    #expect("a b\nc\nd e\nf".cut(byLines: sizes) == [.train: "a b\nc\n", .test: "d e\nf"])
  }

  @Test func recordsAreSplitAtBlankLines() {
    let records = TextRecord.split("\n\na\nb\n \t\n\nc", separator: nil)
    #expect(records.map(\.text) == ["a\nb", "c"])
    #expect(records.map(\.line) == [3, 7])
    #expect(TextRecord.split("a\n\nb\n%%\nc\n", separator: "%%").map(\.text) == ["a\n\nb", "c\n"])
  }
}
