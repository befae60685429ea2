import Testing

@testable import RecurrentCLI

@Suite struct RankLinesTests {
  @Test func theFirstRankWritesAsEver() {
    #expect(RankLines.marked("error: no\n", rank: 0) == "error: no\n")
  }

  @Test func everyLineOfAnotherRankIsMarked() {
    #expect(RankLines.marked("one\ntwo\n", rank: 3) == "[rank 3] one\n[rank 3] two\n")
    #expect(RankLines.marked("without an end", rank: 12) == "[rank 12] without an end")
    #expect(RankLines.marked("", rank: 3) == "")
  }
}
