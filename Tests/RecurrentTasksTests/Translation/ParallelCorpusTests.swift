import Foundation
import RecurrentFormats
import Testing

@testable import RecurrentTasks

struct ParallelCorpusTests {
  @discardableResult
  private func withFiles<Result>(_ texts: [String], _ body: ([String]) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let paths = texts.indices.map { folder.appendingPathComponent("\($0).txt").path }
    for (text, path) in zip(texts, paths) { try text.write(toFile: path, atomically: true, encoding: .utf8) }
    return try body(paths)
  }

  @Test func readsATable() throws {
    try withFiles([" ein hund \ta dog \r\n\nzwei\ttwo\n \tthree\n"]) { paths in
      let corpus = try ParallelCorpus(table: paths[0])
      #expect(
        corpus.pairs == [
          SentencePair(source: "ein hund", target: "a dog"), SentencePair(source: "zwei", target: "two"),
        ])
      #expect(corpus.skipped.count == 2)
    }
  }

  @Test func readsTwoFiles() throws {
    try withFiles(["a b\n\nc\n", "A B\nX\nC\n"]) { paths in
      let corpus = try ParallelCorpus(source: paths[0], target: paths[1])
      #expect(corpus.pairs.map(\.target) == ["A B", "C"])
      #expect(corpus.skipped.count == 1)
    }
  }

  @Test func wrongTablesAreRefusedWithTheirPlace() throws {
    for (text, line, column, tabs) in [("a\tb\nc\n", 2, 1, 0), ("ab\tcd\te\n", 1, 6, 2)] {
      try withFiles([text]) { paths in
        #expect(
          throws: TranslationError.notAPair(TextLocation(file: paths[0], line: line, column: column), tabs: tabs)
        ) { try ParallelCorpus(table: paths[0]) }
      }
    }
    try withFiles(["a\t\n\tb\n", ""]) { paths in
      for path in paths {
        #expect(throws: TranslationError.noPairs(file: path)) { try ParallelCorpus(table: path) }
      }
    }
    try withFiles(["a\nb\n", "A\n"]) { paths in
      #expect(
        throws: TranslationError.lineCounts(source: paths[0], sourceLines: 2, target: paths[1], targetLines: 1)
      ) { try ParallelCorpus(source: paths[0], target: paths[1]) }
    }
  }

  @Test func partsNeedBothFiles() throws {
    try withFiles(["a\tA\nb\tB\n", "a\nb\n", "A\nB\n"]) { paths in
      func parts(_ change: (inout TranslationConfiguration) -> Void) throws -> TranslationParts {
        var configuration = TranslationConfiguration()
        configuration.validation = nil
        change(&configuration)
        return try TranslationParts(configuration)
      }
      #expect(throws: TranslationError.noData) { try parts { _ in } }
      #expect(throws: TranslationError.part("data")) { try parts { $0.source = paths[1] } }
      #expect(throws: TranslationError.part("data")) {
        try parts { ($0.data, $0.source, $0.target) = (paths[0], paths[1], paths[2]) }
      }
      #expect(throws: TranslationError.part("test")) { try parts { ($0.data, $0.testTarget) = (paths[0], paths[2]) } }
      // What would be passed over is refused.
      #expect(throws: TranslationError.part("data")) {
        try parts { ($0.source, $0.target, $0.frames) = (paths[1], paths[2], "x.u8") }
      }
      #expect(throws: TranslationError.self) { try parts { ($0.data, $0.test) = (WrittenDates.path, paths[0]) } }
      #expect(throws: TranslationError.share("1", pairs: 2)) {
        try parts { ($0.data, $0.validation) = (paths[0], "1") }
      }
      let whole = try parts {
        ($0.source, $0.target, $0.validationSource, $0.validationTarget) = (paths[1], paths[2], paths[1], paths[2])
      }
      #expect(whole.train.pairs == whole.validation?.pairs && whole.test == nil)
      let divided = try parts { ($0.data, $0.validation) = (paths[0], "0.5") }
      #expect(divided.train.pairs.count == 1 && divided.validation?.pairs.count == 1)
    }
  }
}
