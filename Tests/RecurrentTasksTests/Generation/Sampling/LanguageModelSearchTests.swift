import Foundation
import RecurrentFormats
import RecurrentLayers
import RecurrentTensor
import Testing

@testable import RecurrentTasks

@Suite struct LanguageModelSearchTests {
  /// All texts of at most `limit` symbols with their scores, by brute force.
  private func all(_ model: LanguageModel, limit: Int, lengthPenalty: Double) throws -> [(text: String, score: Double)]
  {
    let first = try model.firstSymbols("")
    var found: [(String, Double)] = []
    func go(_ symbols: [Int32], _ sum: Double) {
      let logits = model.network(TokenBatch([first + symbols])).logits[first.count + symbols.count - 1]
      for (id, value) in logSoftmax(logits).scalars.enumerated() {
        let length = symbols.count + 1
        let total = sum + Double(value)
        let score = total / pow(Double(length), lengthPenalty)
        if Int32(id) == model.endSymbol {
          found.append((model.tokenizer.decode(symbols), score))
        } else if length == limit {
          found.append((model.tokenizer.decode(symbols + [Int32(id)]), score))
        } else {
          go(symbols + [Int32(id)], total)
        }
      }
    }
    go([], 0)
    return found.sorted { $0.1 > $1.1 }
  }

  @Test(arguments: [0.0, 0.5, 1.0, 2.0]) func aWideBeamFindsTheBestOfAll(_ lengthPenalty: Double) throws {
    for seed in 1...5 {
      let model = SmallLanguage.model("abc", isOfRecords: true, seed: seed)
      let truth = try all(model, limit: 4, lengthPenalty: lengthPenalty)
      var request = GenerationRequest(prompt: "", limit: 4)
      request.count = 10
      let found = try model.search(request, beamSize: 200, lengthPenalty: lengthPenalty)
      #expect(found.map(\.text) == truth.prefix(10).map(\.text), "seed \(seed)")
      for (mine, theirs) in zip(found, truth) { #expect(abs(mine.score - theirs.score) < 1e-5) }
    }
  }

  @Test func oneBeamTakesTheLikeliest() throws {
    let model = SmallLanguage.model("abcdef\n")
    var request = GenerationRequest(prompt: "ab", limit: 15)
    let found = try model.search(request, beamSize: 1)
    request.sampling.temperature = 0
    #expect(found.map(\.text) == (try model.texts(request)))
    #expect(found[0].ending == .limit)
  }
}
