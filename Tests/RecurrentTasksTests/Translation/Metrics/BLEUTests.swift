import RecurrentFormats
import RecurrentTasks
import Testing

@Suite struct BLEUTests {
  @Test func cutsLinesAsSacreBLEUDoes() throws {
    let samples = try GoldenScores.shared.get().tokens
    #expect(samples.count > 500)
    for sample in samples {
      let tokenization = try #require(BLEU.Tokenization(rawValue: sample.tokenization))
      let tokens = tokenization.tokens(of: sample.line)
      #expect(
        tokens.map { Array($0.utf8) } == sample.tokens.map { Array($0.utf8) },
        "\(sample.tokenization): \(sample.line.debugDescription): \(tokens)")
    }
  }

  private func smoothing(_ entry: JSONValue) -> BLEU.Smoothing {
    let value = entry["value"]?.number
    return switch entry["smooth"]?.string {
    case "none": .none
    case "floor": value.map { .floor($0) } ?? .floor()
    case "add-k": value.map { .addition($0) } ?? .addition()
    default: .exponential
    }
  }

  @Test func equalsSacreBLEU() throws {
    var count = 0
    for corpus in try GoldenScores.shared.get().corpora {
      for entry in corpus.bleu {
        let tokenization = try #require(BLEU.Tokenization(rawValue: entry["tokenize"]?.string ?? ""))
        let bleu = BLEU(
          tokenization: tokenization, smoothing: smoothing(entry), leavesOutMissingLengths: entry["effective"] == true)
        let name = "\(corpus.name): \(entry["signature"]?.string ?? "")"
        let score = bleu.score(of: corpus.hypotheses, against: corpus.references)
        #expect(isNear(score.value, entry["score"]?.number), "\(name): \(score.value)")
        #expect(isNear(score.brevityPenalty, entry["bp"]?.number), "\(name)")
        let precisions = try #require(entry["precisions"]?.array).map(\.number)
        #expect(zip(score.precisions, precisions).allSatisfy { isNear($0, $1) }, "\(name): \(score.precisions)")
        let lengths = [score.counts.hypothesisLength, score.counts.referenceLength]
        #expect(lengths == entry["lengths"]?.array?.compactMap(\.integer), "\(name)")
        #expect(
          bleu.signature(referenceCount: corpus.references.first?.count) == entry["signature"]?.string, "\(name)")
        count += 1
        guard let sentences = entry["sentences"]?.array else { continue }
        #expect(sentences.count == corpus.hypotheses.count)
        for (index, expected) in sentences.enumerated() {
          let score = bleu.score(of: [corpus.hypotheses[index]], against: [corpus.references[index]])
          #expect(isNear(score.value, expected.number), "\(name), sentence \(index): \(score.value)")
        }
      }
    }
    #expect(count > 200)
  }

  @Test func knownByHand() {
    // 5 of 6 words, 3 of 5 pairs, 2 of 4 triples, 1 of 3 quadruples.
    let score = BLEU(tokenization: .none).score(of: ["a b c d x f"], against: ["a b c d e f"])
    #expect(score.counts.matches == [5, 3, 2, 1] && score.counts.totals == [6, 5, 4, 3])
    #expect(isNear(score.value, 53.728496591177095))
    #expect(score.brevityPenalty == 1)
  }

  @Test func ofNothingIsZero() {
    let score = BLEU().score(of: [String](), against: [[String]]())
    #expect(score.value == 0 && score.precisions == [0, 0, 0, 0])
  }

  @Test func tellsCodePointsApart() {
    #expect(BLEU(tokenization: .character).score(of: ["\u{e9}"], against: ["e\u{301}"]).value == 0)
    #expect(ExactMatch().score(of: ["\u{c5}"], against: ["\u{212b}"]).value == 0)
    #expect(ChrF().score(of: ["\u{c5}"], against: ["\u{212b}"]).value == 0)
  }
}
