public import RecurrentFormats
import RecurrentLayers
import RecurrentTensor
public import RecurrentTraining

/// A trained language model: the network, and everything needed to turn text into its inputs and its outputs into text.
///
/// ```swift
/// let model = try LanguageModel(modelFolder: "runs/0001-generate")
/// for token in try model.generate(GenerationRequest(prompt: "ROMEO:", limit: 200)) {
///   print(token.text, terminator: "")
/// }
/// ```
public struct LanguageModel: TaskModel {
  /// The settings it was trained with.
  public let configuration: GenerationConfiguration
  /// How text becomes symbols.
  public let tokenizer: Tokenizer
  /// How conditions become numbers; nil where texts depend on nothing.
  public let conditionSchema: ConditionSchema?
  /// The network.
  public var network: LanguageNetwork

  /// The name of the task in a model's `config.json`.
  public static let task = "generate"

  /// A model with random weights.
  init(_ configuration: GenerationConfiguration, _ tokenizer: Tokenizer, _ schema: ConditionSchema?) {
    self.configuration = configuration
    self.tokenizer = tokenizer
    conditionSchema = schema
    network = LanguageNetwork(
      configuration.architecture, vocabularySize: tokenizer.vocabulary.count, embeddingSize: configuration.embedding,
      embeddingDropout: configuration.embeddingDropout, conditionSize: schema?.size ?? 0,
      isTied: configuration.isTied, key: RandomKey(seed: UInt64(configuration.training.seed)))
  }

  /// Loads a model.
  ///
  /// - Throws: `ModelDataError`, `ModelFolderError`, `TokenizerError`, `JSONError`.
  public init(_ folder: ModelFolder) throws {
    let configuration = try Self.configuration(of: folder)
    do throws(GenerationError) {
      try configuration.validate()
    } catch {
      throw ModelDataError(path: folder.path, problem: error.description)
    }
    let file = folder.path + "/" + Self.tokenizerName
    let tokenizer = try Tokenizer(
      json: JSONValue(parsing: folder.bytes(of: Self.tokenizerName), file: file), file: file)
    let data = folder.description.data
    guard data["vocabulary_size"]?.integer == tokenizer.vocabulary.count else {
      throw ModelDataError(
        path: folder.path,
        problem: "'vocabulary_size' is not the \(tokenizer.vocabulary.count) symbols of \(Self.tokenizerName)")
    }
    guard !configuration.hasRecords || tokenizer.vocabulary.id(of: GenerationData.endSymbol) != nil else {
      throw ModelDataError(path: folder.path, problem: "\(Self.tokenizerName) lacks \(GenerationData.endSymbol)")
    }
    var schema: ConditionSchema?
    if !configuration.conditions.isEmpty {
      schema = try? data["conditions"].decoded()
      guard let schema, schema.isSound(for: configuration.conditions) else {
        throw ModelDataError(path: folder.path, problem: "'data' lacks the conditions of texts")
      }
    }
    self.init(configuration, tokenizer, schema)
    try folder.load(into: &network)
  }

  private static let tokenizerName = "tokenizer.json"

  /// The size of the vocabulary, and how conditions become numbers.
  public func modelData() throws -> JSONObject {
    var data: JSONObject = ["vocabulary_size": .integer(tokenizer.vocabulary.count)]
    if let conditionSchema { data["conditions"] = try JSONValue(encoding: conditionSchema) }
    return data
  }

  /// The tokenizer.
  public var modelFiles: [ModelFile] {
    // A tokenizer holds no numbers but whole ones, which JSON can always hold.
    (try? ModelFile(Self.tokenizerName, tokenizer.json)).map { [$0] } ?? []
  }

  /// The symbols and the conditions.
  public var information: [InformationSection] {
    let vocabulary = tokenizer.vocabulary
    var symbols: JSONObject = [
      "level": .string(tokenizer.level.rawValue), "symbols": .integer(vocabulary.count),
      "special": .array(vocabulary.specials.map { .string(vocabulary.symbols[Int($0)]) }),
    ]
    let others = vocabulary.symbols.dropFirst(vocabulary.specials.count).prefix(20)
    symbols["most frequent"] = .array(others.map { .string($0.printable()) })
    var sections = [InformationSection("vocabulary", symbols)]
    if let conditionSchema {
      var members = JSONObject()
      for condition in conditionSchema.conditions {
        members[condition.name] =
          condition.words.isEmpty
          ? .string("\(condition.means.count) numbers") : .array(condition.words.map { .string($0) })
      }
      sections.append(InformationSection("conditions", members))
    }
    return sections
  }

  /// What stands before the first symbol of a text: the end of the one before.
  var endSymbol: Int32? {
    configuration.hasRecords ? tokenizer.vocabulary.id(of: GenerationData.endSymbol) : nil
  }
}

extension ConditionSchema {
  /// Whether a schema from a file is one that values can be computed with.
  func isSound(for names: [String]) -> Bool {
    conditions.map(\.name) == names
      && conditions.allSatisfy { condition in
        condition.size > 0 && condition.size <= Self.limit && condition.means.count == condition.scales.count
          && condition.means.allSatisfy(\.isFinite) && condition.scales.allSatisfy { $0.isFinite && $0 > 0 }
      }
  }
}
