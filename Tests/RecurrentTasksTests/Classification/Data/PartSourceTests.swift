import RecurrentFormats
import Testing

@testable import RecurrentTasks

@Suite struct PartSourceTests {
  @Test(arguments: [
    ("0.1", PartSource.share(0.1)), ("dev.tsv", .file("dev.tsv")), ("user=3", .values(column: "user", ["3"])),
    ("user=a,b", .values(column: "user", ["a", "b"])), ("take=0-2,7", .values(column: "take", ["0", "1", "2", "7"])),
    ("id=a-b", .values(column: "id", ["a-b"])), ("here=1", .file("here=1")), ("=x", .file("=x")),
  ]) func everyWayOfNamingAPart(text: String, expected: PartSource) throws {
    #expect(try PartSource(text, setting: "test") { $0 == "here=1" } == expected)
  }

  @Test(arguments: ["0", "1", "1.5", "-0.1", "nan", "user=", "user=,"]) func whatNamesNone(text: String) {
    #expect(throws: ClassificationError.self) { _ = try PartSource(text, setting: "test") { _ in false } }
  }
}
