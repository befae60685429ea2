import RecurrentFormats
import RecurrentTasks
import Testing

@Suite struct ChrFTests {
  @Test func equalsSacreBLEU() throws {
    for corpus in try GoldenScores.shared.get().corpora {
      for entry in corpus.chrF {
        let metric = ChrF(wordOrder: try #require(entry["words"]?.integer))
        let name = "\(corpus.name): \(entry["signature"]?.string ?? "")"
        let score = metric.score(of: corpus.hypotheses, against: corpus.references)
        #expect(isNear(score.value, entry["score"]?.number), "\(name): \(score.value)")
        #expect(
          metric.signature(referenceCount: corpus.references.first?.count) == entry["signature"]?.string, "\(name)")
        let sentences = try #require(entry["sentences"]?.array)
        #expect(sentences.count == corpus.hypotheses.count)
        for (index, expected) in sentences.enumerated() {
          let score = metric.score(of: [corpus.hypotheses[index]], against: [corpus.references[index]])
          #expect(isNear(score.value, expected.number), "\(name), sentence \(index): \(score.value)")
        }
      }
    }
  }

  @Test func knownByHand() {
    // One character: 1 of 2 right, and 1 of 1 found; there are no longer sequences on both sides.
    let score = ChrF().score(of: ["ab"], against: ["a"])
    #expect(score.precision == 0.5 && score.recall == 1)
    #expect(isNear(score.value, 100 * 5 * 0.5 / (4 * 0.5 + 1)))
    #expect(ChrF().score(of: [String](), against: [[String]]()).value == 0)
  }
}
