public import RecurrentFormats
import RecurrentLayers
public import RecurrentTraining

extension Tagger {
  private static let wordsName = "tokenizer.json"
  private static let charactersName = "characters.json"
  private static let knownWordsName = "training_words.txt"

  /// Loads a tagger.
  ///
  /// - Throws: `ModelDataError`, `ModelFolderError`, `TaggingError`, `JSONError`.
  public init(_ folder: ModelFolder) throws {
    let configuration = try Self.configuration(of: folder)
    let data = folder.description.data
    let symbols = data["labels"]?.array?.compactMap(\.string) ?? []
    guard let labels = Vocabulary(symbols: symbols), labels.count > 0, symbols.count == data["labels"]?.array?.count
    else {
      throw ModelDataError(path: folder.path, problem: "'data' lacks the labels of a tagger, or one stands twice")
    }
    var scheme: SpanScheme?
    if let name = data["span_scheme"]?.string {
      scheme = SpanScheme(rawValue: name)
      if scheme == nil { throw ModelDataError(path: folder.path, problem: "'span_scheme' is none of those known") }
    }
    let words = try Self.vocabulary(Self.wordsName, .word, in: folder, needing: [Vocabulary.unknownSymbol])
    let characters = try Self.vocabulary(
      Self.charactersName, .character, in: folder,
      needing: [Vocabulary.unknownSymbol, TaggingVocabularies.wordStart, TaggingVocabularies.wordEnd])
    let known = String(decoding: try folder.bytes(of: Self.knownWordsName), as: UTF8.self)
    let vocabularies = TaggingVocabularies(
      words: words, characters: characters, labels: labels,
      knownWords: Set(known.utf8.split(separator: UInt8(ascii: "\n")).compactMap { String($0) }), configuration)
    guard configuration.wordSize > 0 || configuration.characters != .none else {
      throw ModelDataError(path: folder.path, problem: "word_size 0 and characters none leave no inputs")
    }
    self.init(configuration, vocabularies, scheme: scheme)
    try folder.load(into: &network)
  }

  private static func vocabulary(
    _ name: String, _ level: Tokenizer.Level, in folder: ModelFolder, needing symbols: [String]
  ) throws -> Vocabulary {
    let path = folder.path + "/" + name
    let json = try JSONValue(parsing: try folder.bytes(of: name), file: path)
    let tokenizer: Tokenizer
    do throws(TokenizerError) {
      tokenizer = try Tokenizer(json: json, file: path)
    } catch {
      throw TaggingError.vocabulary(error)
    }
    let vocabulary = tokenizer.vocabulary
    guard tokenizer.level == level, vocabulary.unknown != nil, symbols.allSatisfy({ vocabulary.id(of: $0) != nil })
    else {
      throw ModelDataError(
        path: folder.path,
        problem: "\(name) beside it lacks one of \(symbols.joined(separator: ", ")), or is of another level")
    }
    return vocabulary
  }

  /// The labels, and the scheme of the spans that they are.
  public func modelData() throws -> JSONObject {
    var data: JSONObject = ["labels": .array(vocabularies.labels.symbols.map { .string($0) })]
    if let scheme { data["span_scheme"] = .string(scheme.rawValue) }
    return data
  }

  /// The vocabularies of words and of characters, and the words of the training part.
  public var modelFiles: [ModelFile] {
    let words = Tokenizer(vocabulary: vocabularies.words, level: .word)
    let characters = Tokenizer(vocabulary: vocabularies.characters, level: .character)
    let known = vocabularies.knownWords.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let files = [(Self.wordsName, words), (Self.charactersName, characters)].compactMap { name, tokenizer in
      // Its numbers are integers, so that writing cannot fail.
      try? ModelFile(name, tokenizer.json)
    }
    return files + [ModelFile(Self.knownWordsName, Array(known.map { $0 + "\n" }.joined().utf8))]
  }

  /// How many words and characters it knows, and its labels.
  public var information: [InformationSection] {
    var members: JSONObject = [
      "words": .integer(vocabularies.words.count), "characters": .integer(vocabularies.characters.count),
      "labels": .array(vocabularies.labels.symbols.map { .string($0) }),
    ]
    if let scheme { members["span_scheme"] = .string(scheme.rawValue) }
    return [InformationSection("vocabularies", members)]
  }
}
