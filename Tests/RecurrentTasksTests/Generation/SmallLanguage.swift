import RecurrentFormats
import RecurrentTensor
import RecurrentTraining

@testable import RecurrentTasks

/// Language models with random weights, for tests.
enum SmallLanguage {
  /// Letters, and `<end>` where texts are records.
  static func tokenizer(_ letters: String, isOfRecords: Bool, hasUnknown: Bool = false) -> Tokenizer {
    let specials = (hasUnknown ? ["<unk>"] : []) + (isOfRecords ? [GenerationData.endSymbol] : [])
    var counts = SymbolCounts()
    for (index, letter) in letters.unicodeScalars.enumerated() { counts.add(String(letter), 1000 - index) }
    return Tokenizer(vocabulary: Vocabulary(counting: counts, specials: specials), level: .character)
  }

  /// A model whose logits differ much, so that texts do.
  static func model(
    _ letters: String, isOfRecords: Bool = false, hasUnknown: Bool = false, hidden: Int = 12, seed: Int = 3,
    schema: ConditionSchema? = nil, change: (inout GenerationConfiguration) -> Void = { _ in }
  ) -> LanguageModel {
    var configuration = GenerationConfiguration()
    configuration.arrangement = isOfRecords ? .records : .stream
    configuration.embedding = 6
    configuration.architecture.hidden = [hidden]
    configuration.architecture.initRange = 0.9
    configuration.training.seed = seed
    change(&configuration)
    return LanguageModel(
      configuration, tokenizer(letters, isOfRecords: isOfRecords, hasUnknown: hasUnknown), schema)
  }
}

extension LanguageModel {
  /// The texts of a request.
  func texts(_ request: GenerationRequest) throws -> [String] {
    var texts = [String](repeating: "", count: request.count)
    for token in try generate(request) { texts[token.row] += token.text }
    return texts
  }
}
