import RecurrentFormats
import RecurrentTestSupport
import Testing

/// Damaged files give another tokenizer, which works, or an error, never a trap.
@Suite struct TokenizerMutationTests {
  private static func readAll(_ bytes: [UInt8]) throws {
    let tokenizer = try Tokenizer(json: JSONValue(parsing: bytes))
    if tokenizer.vocabulary.unknown != nil { _ = tokenizer.decode(tokenizer.encode("the cat\n<unk> é abcabc")) }
  }

  private static func sample(_ path: String) throws -> ByteMutations {
    let text = try JSONValue(contentsOfFile: path).text(.oneLine)
    return ByteMutations(
      text: Array(text.utf8), words: ["\"BPE\"", "\"WordLevel\"", "\"Metaspace\"", "[\"a\",\"b\"]", "\"<unk>\""])
  }

  @Test func survivesDamage() async {
    await #expect(processExitsWith: .success) {
      let paths = [TokenizerSample.path("few_characters"), BytePairSample.path("few")]
      let files = DamagedFiles("tokenizer", try paths.map { try Self.sample($0) })
      let problems = files.problems(isTyped: { $0 is TokenizerError || $0 is JSONError }) { try Self.readAll($0) }
      #expect(problems == [])
    }
  }
}
