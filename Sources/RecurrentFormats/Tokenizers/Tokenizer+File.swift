// The layout of `tokenizer.json`, as the `tokenizers` library of Hugging Face writes and reads it.

extension Tokenizer {
  /// The content of the `tokenizer.json` that makes the `tokenizers` library encode as this tokenizer does.
  public var json: JSONValue {
    [
      "version": .string(Tokenizer.formatVersion),
      "truncation": .null,
      "padding": .null,
      "added_tokens": .array(vocabulary.specials.map(addedToken)),
      "normalizer": level == .bytePair
        ? Self.spaceNormalizer : endOfLine.map(Self.endOfLineNormalizer) ?? .null,
      "pre_tokenizer": Self.preTokenizer(level),
      "post_processor": .null,
      "decoder": Self.decoder(level),
      "model": level == .bytePair ? bytePairModel : wordModel,
    ]
  }

  private var wordModel: JSONValue {
    ["type": "WordLevel", "vocab": .object(vocabularyObject), "unk_token": .string(unknownSymbol)]
  }

  private var bytePairModel: JSONValue {
    [
      "type": "BPE", "dropout": .null, "unk_token": .string(unknownSymbol), "continuing_subword_prefix": .null,
      "end_of_word_suffix": .null, "fuse_unk": false, "byte_fallback": false, "ignore_merges": false,
      "vocab": .object(vocabularyObject),
      "merges": .array(
        merges.map { pair in
          [.string(vocabulary.symbols[Int(pair.left)]), .string(vocabulary.symbols[Int(pair.right)])]
        }),
    ]
  }

  /// A text with an unknown symbol that the vocabulary lacks makes the library give up, as it does us; without a name it
  /// would leave the symbol out.
  private var unknownSymbol: String {
    vocabulary.unknown.map { vocabulary.symbols[Int($0)] } ?? Vocabulary.unknownSymbol
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

  /// What makes one space of white space of any length and kind.
  static let spaceNormalizer: JSONValue = ["type": "Replace", "pattern": ["Regex": #"\s+"#], "content": " "]

  /// What puts marks in the place of spaces, and spaces in the place of marks. The first word of a text has one as well, but
  /// not what follows a special symbol without a space.
  private static let metaspace: JSONValue =
    ["type": "Metaspace", "replacement": .string(WordMark.text), "prepend_scheme": "first", "split": true]

  static func preTokenizer(_ level: Level) -> JSONValue {
    switch level {
    case .word: ["type": "WhitespaceSplit"]
    case .character:
      ["type": "Split", "pattern": ["Regex": #"[\s\S]"#], "behavior": "Isolated", "invert": false]
    case .bytePair: metaspace
    }
  }

  static func decoder(_ level: Level) -> JSONValue {
    switch level {
    case .word: .null
    case .character: ["type": "Fuse"]
    case .bytePair: metaspace
    }
  }
}

extension Tokenizer {
  /// The version of the layout, which is the only one that there has ever been.
  static let formatVersion = "1.0"
  /// The most bytes of a file that are read.
  public static let fileLimit = 1 << 28

  /// Reads a `tokenizer.json`.
  ///
  /// - Throws: `TokenizerError` where it is none, or asks for something else than words split at white space, single
  ///   characters, or byte-pair encoding as `json` describes it; `FileError` or `JSONError`.
  public init(contentsOfFile path: String) throws {
    try self.init(json: JSONValue(contentsOfFile: path, limit: Self.fileLimit), file: path)
  }

  /// Reads the content of a `tokenizer.json`.
  ///
  /// - Parameter file: Where it comes from, for the error.
  public init(json: JSONValue, file: String? = nil) throws(TokenizerError) {
    let reader = TokenizerReader(json: json, file: file)
    try reader.checkVersion()
    let level = try reader.level()
    let endOfLine = try reader.endOfLine(level)
    try reader.refuseTheRest(level)
    let vocabulary = try reader.vocabulary(level, endOfLine)
    self.init(vocabulary, level, endOfLine, level == .bytePair ? try reader.merges(vocabulary) : nil)
  }
}
