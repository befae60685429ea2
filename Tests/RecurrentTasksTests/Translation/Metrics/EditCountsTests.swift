import RecurrentTasks
import Testing

@Suite struct EditCountsTests {
  /// Tries every alignment: the fewest errors, and of these the most substitutions.
  private func best(_ a: ArraySlice<Int>, _ b: ArraySlice<Int>) -> (errors: Int, substitutions: Int) {
    guard let first = a.first, let other = b.first else { return (a.count + b.count, 0) }
    var all = [best(a.dropFirst(), b.dropFirst()), best(a.dropFirst(), b), best(a, b.dropFirst())]
    if first != other {
      all[0].errors += 1
      all[0].substitutions += 1
    }
    all[1].errors += 1
    all[2].errors += 1
    return all.min { $0.errors == $1.errors ? $0.substitutions > $1.substitutions : $0.errors < $1.errors } ?? all[0]
  }

  @Test func isTheBestOfAllAlignments() {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<300 {
      let a = (0..<Int.random(in: 0...6, using: &random)).map { _ in Int.random(in: 0...2, using: &random) }
      let b = (0..<Int.random(in: 0...6, using: &random)).map { _ in Int.random(in: 0...2, using: &random) }
      let counts = EditCounts(from: a, to: b)
      let expected = best(a[...], b[...])
      #expect(counts.errors == expected.errors, "\(a) \(b): \(counts)")
      #expect(counts.substitutions == expected.substitutions, "\(a) \(b): \(counts)")
      #expect(counts.insertions - counts.deletions == b.count - a.count && counts.referenceLength == a.count)
      #expect(counts.insertions >= 0 && counts.deletions >= 0)
    }
  }

  @Test func countsKindsApart() {
    let counts = EditCounts(from: [3, 1, 4, 1, 5, 9], to: [3, 1, 7, 1, 5])
    #expect((counts.substitutions, counts.insertions, counts.deletions) == (1, 0, 1))
    #expect(counts.rate == 2.0 / 6)
    #expect(EditCounts(from: [Int](), to: [1, 2]).rate == 1)
    #expect(EditCounts(from: [Int](), to: []).rate == 0)
  }

  @Test func addsUpOverACorpus() {
    let metric = TokenErrorRate()
    let score = metric.score(of: ["a b c", "", "x  y"], against: [["a c"], ["d"], ["x z", "x y"]])
    #expect((score.counts.insertions, score.counts.deletions, score.counts.substitutions) == (1, 1, 0))
    #expect(score.value == 2.0 / 5)
    #expect(TokenErrorRate(tokenization: .character).score(of: ["a bd"], against: ["ab c"]).value == 1.0 / 3)
  }
}

@Suite struct ExactMatchTests {
  @Test func countsWholeSentences() {
    let metric = ExactMatch()
    let score = metric.score(
      of: ["2016-01-02", "a  b ", "A", ""], against: [["2016-01-02"], ["x", " a b"], ["a"], [""]])
    #expect(score.counts.matches == 3 && score.counts.total == 4 && score.value == 0.75)
    #expect(metric.score(of: [String](), against: [[String]]()).value == 0)
  }
}
