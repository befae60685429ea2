import RecurrentFormats
import RecurrentTestSupport
import Testing

@Suite struct BytePairMalformedTests {
  private static let space: JSONValue = ["type": "Replace", "pattern": ["Regex": #"\s+"#], "content": " "]
  private static let metaspace: JSONValue =
    ["type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": true]

  private static func file(
    vocab: JSONValue = ["<unk>": 0, "a": 1, "b": 2, "▁": 3, "ab": 4, "▁ab": 5],
    merges: JSONValue? = [["a", "b"], ["▁", "ab"]], normalizer: JSONValue = space, preTokenizer: JSONValue = metaspace,
    decoder: JSONValue = metaspace, type: JSONValue = "BPE", options: JSONObject = [:]
  ) -> JSONValue {
    var model: JSONObject = ["type": type, "unk_token": "<unk>", "vocab": vocab]
    model["merges"] = merges
    for (key, value) in options { model[key] = value }
    return [
      "added_tokens": [["id": 0, "content": "<unk>"]], "normalizer": normalizer, "pre_tokenizer": preTokenizer,
      "decoder": decoder, "post_processor": nil, "model": .object(model),
    ]
  }

  static let cases: [(JSONValue, String)] = [
    (file(merges: nil), "'model.merges' is not a list of pairs"),
    (file(merges: ["a": "b"]), "'model.merges' is not a list of pairs"),
    (file(merges: [["a", "b"], "a b"]), "'model.merges[1]' is not a pair of symbols"),
    (file(merges: [["a", "b", "a"]]), "'model.merges[0]' is not a pair of symbols"),
    (file(merges: [["a", 1]]), "'model.merges[0]' is not a pair of symbols"), (file(merges: [[]]), "'model.merges[0]'"),
    (file(merges: [["a", "b"], ["x", "ab"]]), "'model.merges[1]' joins or makes 'x', which the vocabulary lacks"),
    (file(merges: [["a", "y\n"]]), #"'model.merges[0]' joins or makes 'y\u{a}'"#),
    (file(merges: [["a", "a"]]), "'model.merges[0]' joins or makes 'aa', which the vocabulary lacks"),
    (file(merges: [["a", "b"], ["a", "b"]]), "'model.merges[1]' stands before it as well"),
    (file(vocab: ["<unk>": 0, "a": 2]), "number them without gaps"),
    (file(vocab: ["<unk>": 0, "a": 1, "b": 1]), "which another one has as well"),
    (file(vocab: ["<unk>": 0, "a": -1]), "has the id -1"), (file(vocab: ["<unk>": "0"]), "is not a whole number"),
    (file(vocab: []), "'model.vocab' is not an object"), (file(vocab: [:]), "the vocabulary is empty"),
    (file(type: "WordLevel"), "'model' is WordLevel"), (file(type: "Unigram"), "'model' is Unigram"),
    (file(normalizer: nil), "'normalizer' is null"), (file(decoder: nil), "'decoder' is null"),
    (
      file(preTokenizer: ["type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true]),
      "'pre_tokenizer' is Metaspace"
    ),
    (file(decoder: ["type": "Metaspace", "replacement": "_"]), "'decoder' is Metaspace"),
    (file(options: ["fuse_unk": true]), "'model.fuse_unk' is true, which is not supported"),
    (file(options: ["byte_fallback": true]), "'model.byte_fallback' is true"),
    (file(options: ["dropout": 0.1]), "'model.dropout' is 0.1"),
    (file(options: ["end_of_word_suffix": "</w>"]), #"'model.end_of_word_suffix' is "</w>""#),
    (file(options: ["unk_token": nil]), "'model.unk_token' is not a text"),
  ]

  @Test(arguments: cases.indices) func refusesWithOneLine(_ index: Int) {
    let (json, expected) = Self.cases[index]
    let error = #expect(throws: TokenizerError.self) { try Tokenizer(json: json, file: "m/tokenizer.json") }
    let text = error?.description ?? ""
    recordFigure("bad_files/tokenizer", 1)
    #expect(text.hasPrefix("m/tokenizer.json: ") && text.contains(expected) && !text.contains("\n"), "\(text)")
  }

  @Test func takesTheFormThatTheOthersAreBrokenFrom() throws {
    let tokenizer = try Tokenizer(json: Self.file())
    #expect(tokenizer.encode("ab b\tabc") == [5, 3, 2, 5, 0])
    #expect(tokenizer.merges == [SymbolPair(1, 2), SymbolPair(3, 4)])
    #expect(try Tokenizer(json: Self.file(merges: [])).encode("ab") == [3, 1, 2])
  }
}
