import RecurrentFormats
import RecurrentLayers
import RecurrentTensor
import RecurrentTraining
import Testing

@testable import RecurrentTasks

@Suite struct TextGenerationTests {
  private static let model = SmallLanguage.model("abcdefgh\n")

  @Test func theSameSeedGivesTheSameText() throws {
    var request = GenerationRequest(prompt: "ab", limit: 40)
    let first = try Self.model.texts(request)
    #expect(try Self.model.texts(request) == first)
    request.seed = 43
    #expect(try Self.model.texts(request) != first)
    #expect(first[0].count == 40)
  }

  /// Bit for bit: a text does not depend on those beside it.
  @Test func aTextIsTheSameInAnyBatch() throws {
    for model in [Self.model, SmallLanguage.model("abcdefgh", isOfRecords: true, hidden: 37)] {
      var request = GenerationRequest(prompt: "ab", limit: 60)
      let alone = try model.texts(request)
      for count in [2, 7, 19] {
        request.count = count
        let many = try model.texts(request)
        #expect(many[0] == alone[0])
        #expect(Set(many).count > 1)
      }
    }
  }

  /// The likeliest symbol at every step, found by reading the whole text anew for each.
  @Test func temperatureZeroTakesTheLikeliest() throws {
    var request = GenerationRequest(prompt: "a", limit: 12)
    request.sampling.temperature = 0
    var symbols = try Self.model.firstSymbols("a")
    for _ in 0..<12 {
      let logits = Self.model.network(TokenBatch([symbols])).logits[symbols.count - 1].scalars
      symbols.append(Int32(logits.indices.max { logits[$0] < logits[$1] } ?? 0))
    }
    #expect(try Self.model.texts(request) == [Self.model.tokenizer.decode(symbols.dropFirst())])
  }

  /// Frequencies of the first symbol agree with the model's probabilities.
  @Test func symbolsComeAsOftenAsTheModelSays() throws {
    var request = GenerationRequest(prompt: "c", limit: 1)
    request.count = 4000
    let texts = try Self.model.texts(request)
    let symbols = try Self.model.firstSymbols("c")
    let expected = softmax(Self.model.network(TokenBatch([symbols])).logits[0]).scalars
    for (id, probability) in expected.enumerated() {
      let share = Double(texts.count { $0 == Self.model.tokenizer.vocabulary.symbols[id] }) / 4000
      // Four deviations of a binomial share.
      let deviation = (Double(probability) * (1 - Double(probability)) / 4000).squareRoot()
      #expect(abs(share - Double(probability)) < 4 * deviation + 1e-9, "symbol \(id)")
    }
  }

  @Test func textsEndAsAsked() throws {
    let model = SmallLanguage.model("abc", isOfRecords: true, hasUnknown: true)
    var request = GenerationRequest(prompt: "", limit: 30)
    request.count = 20
    var endings: [Int: GenerationEnding] = [:]
    var counts: [Int: Int] = [:]
    for token in try model.generate(request) {
      #expect(endings[token.row] == nil)
      #expect(token.id != model.tokenizer.vocabulary.unknown)
      counts[token.row, default: 0] += 1
      endings[token.row] = token.ending
      #expect((token.ending == .end) == (token.id == model.endSymbol))
    }
    #expect(endings.count == 20)
    for (row, ending) in endings where ending == .limit { #expect(counts[row] == 30) }
    request.stop = ["b"]
    #expect(try model.texts(request).allSatisfy { !$0.contains("b") })
  }

  @Test func promptsThatCannotBeReadAreRefused() throws {
    #expect(throws: GenerationError.self) { try Self.model.generate(GenerationRequest(prompt: "xyz")) }
    let silent = SmallLanguage.model("abc")
    let error = #expect(throws: GenerationError.self) { try silent.generate(GenerationRequest()) }
    #expect(error?.description.contains("--prompt") == true)
    var request = GenerationRequest(prompt: "a")
    request.conditions = ["x": 1]
    #expect(throws: GenerationError.self) { try silent.generate(request) }
  }
}
