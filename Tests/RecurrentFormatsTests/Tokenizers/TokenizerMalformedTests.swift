import RecurrentFormats
import RecurrentTestSupport
import Testing

@Suite struct TokenizerMalformedTests {
  private static func file(
    vocab: JSONValue = ["<unk>": 0, "a": 1], special: JSONValue = ["id": 0, "content": "<unk>"],
    normalizer: JSONValue = nil, preTokenizer: JSONValue = ["type": "WhitespaceSplit"], decoder: JSONValue = nil,
    model: JSONValue = "WordLevel", unknown: JSONValue = "<unk>", postProcessor: JSONValue = nil,
    version: JSONValue = "1.0"
  ) -> JSONValue {
    [
      "version": version,
      "added_tokens": [special], "normalizer": normalizer, "pre_tokenizer": preTokenizer, "decoder": decoder,
      "post_processor": postProcessor, "model": ["type": model, "vocab": vocab, "unk_token": unknown],
    ]
  }

  private static let characters: JSONValue =
    ["type": "Split", "pattern": ["Regex": #"[\s\S]"#], "behavior": "Isolated", "invert": false]

  static let cases: [(JSONValue, String)] = [
    (nil, "'pre_tokenizer' is null"),
    (file(version: "2.0"), #"its version is "2.0", and this program reads version 1.0; update the program"#),
    (file(version: 2), "its version is 2, and"),
    ([1, 2], "'pre_tokenizer'"),
    (file(vocab: [:]), "the vocabulary is empty"),
    (file(vocab: [1]), "'model.vocab' is not an object"),
    (file(vocab: ["<unk>": 0, "a": 2]), "the symbol 'a' has the id 2, but the ids of 2 symbols are 0 to 1"),
    (file(vocab: ["<unk>": 0, "a": -1]), "the symbol 'a' has the id -1"),
    (file(vocab: ["<unk>": 0, "a": 9_223_372_036_854_775_807]), "number them without gaps"),
    (file(vocab: ["<unk>": 0, "a": 0]), "the symbol 'a' has the id 0, which another one has as well"),
    (file(vocab: ["<unk>": 0, "a": 0.5]), "'model.vocab.a' is not a whole number"),
    (file(special: ["id": 1, "content": "<unk>"]), "the special token '<unk>' has the id 1"),
    (file(special: ["id": -5, "content": "<unk>"]), "the special token '<unk>' has the id -5"),
    (file(special: ["id": "x"]), "'added_tokens' is not a list of objects"),
    (file(special: ["id": 0, "content": "<unk>", "lstrip": true]), "'added_tokens.lstrip' is true"),
    (file(model: "BPE"), "'model' is BPE"), (file(model: 5), "'model.type' is not"),
    (file(unknown: nil), "'model.unk_token' is not a text"),
    (file(preTokenizer: ["type": "ByteLevel"]), "'pre_tokenizer' is ByteLevel"),
    (file(decoder: ["type": "Fuse"]), "'decoder' is Fuse"),
    (file(normalizer: ["type": "Lowercase"]), "'normalizer' is Lowercase"),
    (file(normalizer: ["type": "Replace", "pattern": ["String": "\n"], "content": " b "]), "'normalizer.content'"),
    (file(normalizer: ["type": "Replace", "pattern": ["String": "x"], "content": " a "]), "'normalizer' is Replace"),
    (file(postProcessor: ["type": "TemplateProcessing"]), "'post_processor' is TemplateProcessing"),
    (
      file(vocab: ["<unk>": 0, "ab": 1], preTokenizer: characters, decoder: ["type": "Fuse"]),
      "the symbol 'ab' of a vocabulary of characters is not one character"
    ),
  ]

  @Test(arguments: cases.indices) func refusesWithOneLine(_ index: Int) {
    let (json, expected) = Self.cases[index]
    let error = #expect(throws: TokenizerError.self) { try Tokenizer(json: json, file: "m/tokenizer.json") }
    let text = error?.description ?? ""
    recordFigure("bad_files/tokenizer", 1)
    #expect(text.hasPrefix("m/tokenizer.json: ") && text.contains(expected) && !text.contains("\n"), "\(text)")
  }

  @Test func takesTheFormThatTheOthersAreBrokenFrom() throws {
    #expect(try Tokenizer(json: Self.file()).encode("a b") == [1, 0])
  }
}
