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
  /// How frames become features; nil where sources are texts.
  let frameEncoding: SignalEncoding?
  /// The network.
  public var network: TranslationNetwork

  /// The name of the task in a model's `config.json`.
  public static let task = "translate"

  /// A translator with random weights.
  init(
    _ configuration: TranslationConfiguration, _ tokenizers: TranslationTokenizers,
    _ frameEncoding: SignalEncoding? = nil
  ) {
    self.configuration = configuration
    self.tokenizers = tokenizers
    self.frameEncoding = frameEncoding
    network = TranslationNetwork(
      configuration,
      source: tokenizers.source.map { .symbols($0.vocabulary.count) } ?? .frames(frameEncoding?.featureCount ?? 1),
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
    let data = folder.description.data
    var frames: SignalEncoding?
    if data["frames"] != nil {
      frames = try? data["frames"].decoded()
      guard frames?.isValid == true else { throw ModelDataError(path: folder.path, problem: "'frames' has no scales") }
    }
    let source = try frames == nil ? Self.tokenizer(Self.sourceName, in: folder) : nil
    let target = try Self.tokenizer(Self.targetName, in: folder)
    guard let tokenizers = TranslationTokenizers(source: source, target: target) else {
      throw ModelDataError(
        path: folder.path,
        problem: "a tokenizer beside it lacks one of \(TranslationTokenizers.specials.joined(separator: ", "))")
    }
    for case (let name, let tokenizer?) in [("source", source), ("target", target)] {
      guard data["\(name)_symbols"]?.integer == tokenizer.vocabulary.count else {
        throw ModelDataError(
          path: folder.path,
          problem: "'\(name)_symbols' is not the \(tokenizer.vocabulary.count) symbols of the tokenizer beside it")
      }
    }
    self.init(configuration, tokenizers, frames)
    try folder.load(into: &network)
  }

  private static func tokenizer(_ name: String, in folder: ModelFolder) throws -> Tokenizer {
    let path = folder.path + "/" + name
    return try Tokenizer(json: JSONValue(parsing: folder.bytes(of: name), file: path), file: path)
  }

  /// The sizes of the vocabularies, and the scales of frames.
  public func modelData() throws -> JSONObject {
    var data: JSONObject = ["target_symbols": .integer(tokenizers.target.vocabulary.count)]
    if let source = tokenizers.source { data["source_symbols"] = .integer(source.vocabulary.count) }
    if let frameEncoding { data["frames"] = try JSONValue(encoding: frameEncoding) }
    return data
  }

  /// Both tokenizers.
  public var modelFiles: [ModelFile] {
    // Tokenizers hold no numbers but whole ones, which JSON can always hold.
    [(Self.sourceName, tokenizers.source), (Self.targetName, tokenizers.target)].compactMap { name, tokenizer in
      tokenizer.flatMap { try? ModelFile(name, $0.json) }
    }
  }

  /// The symbols of both sides.
  public var information: [InformationSection] {
    [("source", tokenizers.source), ("target", tokenizers.target)].map { title, tokenizer in
      guard let tokenizer else {
        return InformationSection(title, ["numbers of a frame": .integer(frameEncoding?.channels.count ?? 0)])
      }
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
