public import RecurrentFormats
import RecurrentLayers
import RecurrentTensor
public import RecurrentTraining

/// A trained translator: the network, and what the symbols of sources and targets are.
///
/// ```swift
/// let translator = try Translator(modelFolder: "runs/0001-translate")
/// let translations = try translator.translate(["ein hund rennt ."], DecodingSettings(beamSize: 5))
/// ```
///
/// Beside the weights a model's folder has `source_tokenizer.json` and `target_tokenizer.json`, which `tokenizers` of Hugging
/// Face reads.
public struct Translator: TaskModel {
  /// The settings it was trained with.
  public let configuration: TranslationConfiguration
  /// What the symbols are.
  public let tokenizers: TranslationTokenizers
  /// The network.
  public var network: TranslationNetwork

  /// The name of the task in a model's `config.json`.
  public static let task = "translate"

  /// A translator with random weights.
  init(_ configuration: TranslationConfiguration, _ tokenizers: TranslationTokenizers) {
    self.configuration = configuration
    self.tokenizers = tokenizers
    network = TranslationNetwork(
      configuration, source: .symbols(tokenizers.source.vocabulary.count),
      targetSize: tokenizers.target.vocabulary.count, key: RandomKey(seed: UInt64(configuration.training.seed)))
  }
}

// MARK: - Files

extension Translator {
  private static let sourceName = "source_tokenizer.json"
  private static let targetName = "target_tokenizer.json"

  /// Loads a translator.
  ///
  /// - Throws: `ModelDataError`, `ModelFolderError`, `TokenizerError`, `JSONError`.
  public init(_ folder: ModelFolder) throws {
    let configuration = try Self.configuration(of: folder)
    if let problem = configuration.contradiction { throw ModelDataError(path: folder.path, problem: problem) }
    let source = try Self.tokenizer(Self.sourceName, in: folder)
    let target = try Self.tokenizer(Self.targetName, in: folder)
    guard let tokenizers = TranslationTokenizers(source: source, target: target) else {
      throw ModelDataError(
        path: folder.path,
        problem: "a tokenizer beside it lacks one of \(TranslationTokenizers.specials.joined(separator: ", "))")
    }
    for (name, tokenizer) in [("source", source), ("target", target)] {
      guard folder.description.data["\(name)_symbols"]?.integer == tokenizer.vocabulary.count else {
        throw ModelDataError(
          path: folder.path,
          problem: "'\(name)_symbols' is not the \(tokenizer.vocabulary.count) symbols of the tokenizer beside it")
      }
    }
    self.init(configuration, tokenizers)
    try folder.load(into: &network)
  }

  private static func tokenizer(_ name: String, in folder: ModelFolder) throws -> Tokenizer {
    let path = folder.path + "/" + name
    return try Tokenizer(json: JSONValue(parsing: folder.bytes(of: name), file: path), file: path)
  }

  /// The sizes of the vocabularies.
  public func modelData() throws -> JSONObject {
    [
      "source_symbols": .integer(tokenizers.source.vocabulary.count),
      "target_symbols": .integer(tokenizers.target.vocabulary.count),
    ]
  }

  /// Both tokenizers.
  public var modelFiles: [ModelFile] {
    // Tokenizers hold no numbers but whole ones, which JSON can always hold.
    [(Self.sourceName, tokenizers.source), (Self.targetName, tokenizers.target)].compactMap { name, tokenizer in
      try? ModelFile(name, tokenizer.json)
    }
  }

  /// The symbols of both sides.
  public var information: [InformationSection] {
    [("source", tokenizers.source), ("target", tokenizers.target)].map { title, tokenizer in
      let vocabulary = tokenizer.vocabulary
      let others = vocabulary.symbols.dropFirst(vocabulary.specials.count).prefix(20)
      return InformationSection(
        title,
        [
          "level": .string(tokenizer.level.rawValue), "symbols": .integer(vocabulary.count),
          "first": .array(others.map { .string($0.printable()) }),
        ])
    }
  }
}
