// The layout of `tokenizer.json`, as the `tokenizers` library of Hugging Face writes and reads it.

extension Tokenizer {
  /// The content of the `tokenizer.json` that makes the `tokenizers` library encode as this tokenizer does.
  public var json: JSONValue {
    [
      "version": "1.0",
      "truncation": .null,
      "padding": .null,
      "added_tokens": .array(vocabulary.specials.map(addedToken)),
      "normalizer": endOfLine.map(Self.endOfLineNormalizer) ?? .null,
      "pre_tokenizer": Self.preTokenizer(level),
      "post_processor": .null,
      "decoder": Self.decoder(level),
      "model": [
        "type": "WordLevel",
        "vocab": .object(vocabularyObject),
        "unk_token": .string(vocabulary.unknown.map { vocabulary.symbols[Int($0)] } ?? Vocabulary.unknownSymbol),
      ],
    ]
  }

  private var vocabularyObject: JSONObject {
    var object = JSONObject()
    for (id, symbol) in vocabulary.symbols.enumerated() { object[symbol] = .integer(id) }
    return object
  }

  private func addedToken(_ id: Int32) -> JSONValue {
    [
      "id": .integer(Int(id)), "content": .string(vocabulary.symbols[Int(id)]), "single_word": false, "lstrip": false,
      "rstrip": false, "normalized": false, "special": true,
    ]
  }

  /// What makes a word of every end of line.
  static func endOfLineNormalizer(_ symbol: String) -> JSONValue {
    ["type": "Replace", "pattern": ["String": "\n"], "content": .string(" \(symbol) ")]
  }

  static func preTokenizer(_ level: Level) -> JSONValue {
    switch level {
    case .word: ["type": "WhitespaceSplit"]
    case .character:
      ["type": "Split", "pattern": ["Regex": #"[\s\S]"#], "behavior": "Isolated", "invert": false]
    }
  }

  static func decoder(_ level: Level) -> JSONValue {
    level == .word ? .null : ["type": "Fuse"]
  }
}

extension Tokenizer {
  /// The most bytes of a file that are read.
  public static let fileLimit = 1 << 28

  /// Reads a `tokenizer.json`.
  ///
  /// - Throws: `TokenizerError` where it is none, or asks for more than words split at white space or single characters;
  ///   `FileError` or `JSONError`.
  public init(contentsOfFile path: String) throws {
    try self.init(json: JSONValue(contentsOfFile: path, limit: Self.fileLimit), file: path)
  }

  /// Reads the content of a `tokenizer.json`.
  ///
  /// - Parameter file: Where it comes from, for the error.
  public init(json: JSONValue, file: String? = nil) throws(TokenizerError) {
    let reader = TokenizerReader(json: json, file: file)
    let level = try reader.level()
    let endOfLine = try reader.endOfLine(level)
    try reader.refuseTheRest(level)
    self.init(vocabulary: try reader.vocabulary(level, endOfLine), level: level, endOfLine: endOfLine)
  }
}
