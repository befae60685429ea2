import Testing

@testable import RecurrentFormats

@Suite struct WordVectorsTests {
  private func read(_ text: String, _ wanted: Set<String>? = nil) throws(WordVectorsError) -> WordVectors {
    try WordVectors(MemorySource(Array(text.utf8), name: "v.txt")) { wanted?.contains($0) ?? true }
  }

  private func message(_ text: String) -> String {
    do throws(WordVectorsError) {
      _ = try read(text)
      return "no error"
    } catch {
      return error.description
    }
  }

  @Test func bothFormsGiveTheSame() throws {
    let glove = try read("the 0.5 -1\nof 2 3e-1\n")
    let word2vec = try read("2 2\nthe 0.5 -1 \nof 2 0.3\r\n")
    #expect(glove.dimension == 2)
    #expect(glove.wordCount == 2)
    #expect(glove.vectors == ["the": [0.5, -1], "of": [2, 0.3]])
    #expect(word2vec.vectors == glove.vectors)
    #expect(word2vec.wordCount == 2)
  }

  @Test func onlyWantedWordsAreKeptAndTheFirstOfTwoCounts() throws {
    let vectors = try read("a 1 1\nb 2 2\na 3 3", ["a", "c"])
    #expect(vectors.vectors == ["a": [1, 1]])
    #expect(vectors.wordCount == 3)
  }

  @Test func wordsMayHoldSpaces() throws {
    let vectors = try read("a 1 2\n. . . 3 4\n")
    #expect(vectors.vectors[". . ."] == [3, 4])
  }

  @Test func filesLongerThanTheBufferAreRead() throws {
    let numbers = (0..<300).map(String.init).joined(separator: " ")
    let text = (0..<500).map { "word\($0) \(numbers)" }.joined(separator: "\n")
    let vectors = try read(text, ["word499"])
    #expect(vectors.wordCount == 500)
    #expect(vectors.vectors["word499"]?.last == 299)
  }

  @Test(arguments: [
    ("", "v.txt: there is no vector"), ("3 2\n", "v.txt: there is no vector"),
    ("a 1 2\nb 1\n", "v.txt:2:1: 1 numbers where 2 are expected"), ("a 1 x\n", "v.txt:1:5: 'x' is not a number"),
    ("a\n", "v.txt:1:1: 0 numbers where 1 are expected"), ("a nan\n", "'nan' is not a number"),
  ]) func whatIsWrongIsNamedWithItsPlace(text: String, expected: String) {
    let message = message(text)
    #expect(message.contains(expected), "\(message)")
  }

  @Test func wordsThatAreNotUTF8AndEndlessLinesAreRefused() {
    #expect(throws: WordVectorsError.notUTF8(TextLocation(file: "v", line: 2, column: 1))) {
      _ = try WordVectors(MemorySource([97, 32, 49, 10, 0xFF, 32, 49], name: "v")) { _ in true }
    }
    let endless = [UInt8](repeating: 97, count: WordVectors.lineLimit + 1)
    #expect(
      throws: WordVectorsError.lineTooLong(TextLocation(file: "v", line: 1, column: 1), bytes: WordVectors.lineLimit)
    ) {
      _ = try WordVectors(MemorySource(endless, name: "v")) { _ in true }
    }
  }
}
