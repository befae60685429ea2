import Foundation
import RecurrentFormats
import Testing

struct TagCommandTests {
  private struct Trained {
    let folder: TemporaryFolder
    let result: ToolProcess.Result
  }

  private static let sentences =
    (0..<30).map { number in
      ["the|DET cat\(number % 7)|NOUN sat|VERB", "a|DET dog\(number % 5)|NOUN ran|VERB fast|ADV"][number % 2]
    }.joined(separator: "\n") + "\n"

  private static let settings = [
    "--word-size", "6", "--character-units", "4", "--set", "character_size=4", "--hidden", "6", "--epochs", "12",
    "--learning-rate", "0.05", "--batch-size", "8", "--set", "warm_up=5", "--input-dropout", "0", "--output-dropout",
    "0",
  ]

  private static let shared = Swift.Result {
    let folder = try TemporaryFolder()
    try folder.write(sentences, to: "train.txt")
    try folder.write("the|DET cat1|NOUN ran|VERB\nthe|DET x|NOUN what|ODD\n", to: "test.txt")
    let result = try recurrent(
      ["train", "tag", "--data", "train.txt", "--test", "test.txt", "--output", "run", "--json"] + settings, in: folder)
    return Trained(folder: folder, result: result)
  }

  private func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let trained = try Self.shared.get()
    try folder.copy(trained.folder.path("run"), to: "run")
    try folder.copy(trained.folder.path("test.txt"), to: "test.txt")
    return folder
  }

  @Test func training() throws {
    let result = try Self.shared.get().result
    #expect(result.status == 0, "\(result.errors)")
    let json = try #require(result.json)
    #expect(json["task"] as? String == "tag")
    let metrics = try #require(json["metrics"] as? [String: [String: Double]])
    #expect(try #require(metrics["validation"]?["accuracy"]) == 1)
    // Five of six words: the label ODD was never seen.
    #expect(abs(try #require(metrics["test"]?["accuracy"]) - 5 / 6) < 1e-6)
    #expect(metrics["test"]?["unknown_accuracy"] == 0.5)
    let baselines = try #require(json["baselines"] as? [String: [String: Double]])
    #expect(baselines["most_frequent"]?["accuracy"] != nil)
    #expect(try #require(json["notes"] as? [String]).joined().contains("ODD"))
    #expect(result.errors.contains("test.txt: 1 word has a label that training has not seen"))
  }

  @Test func plainSentences() throws {
    let result = try recurrent("tag", "run", in: folder(), input: "the cat2 sat\n\na dog1 ran fast")
    #expect(result.status == 0)
    #expect(result.output == "the|DET cat2|NOUN sat|VERB\n\na|DET dog1|NOUN ran|VERB fast|ADV")
    #expect(result.errors.contains("plain sentences"))
  }

  @Test func columnsOfConnluAreUntouched() throws {
    let text = """
      # sent_id = 1\r
      1-2\tthecat\t_\t_\t_\t_\t_\t_\t_\tSpaceAfter=No\r
      1\tthe\tthe\t_\tDT\tA=B\t2\tdet\t_\t_\r
      2\tcat1\tcat\tX\tNN\t_\t0\troot\t_\tx y\r
      2.1\tthere\t_\t_\t_\t_\t_\t_\t_\t_\r
      3\tsat\tsit\tVERB\tVBD\t_\t0\troot\t_\t_\r
      \r
      # the end
      """
    let folder = try folder()
    let result = try recurrent("tag", "run", in: folder, input: text)
    #expect(result.output == text.replacing("the\t_\tDT", with: "the\tDET\tDT").replacing("\tX\t", with: "\tNOUN\t"))
    let xpos = try recurrent("tag", "run", "--column", "xpos", "--format", "conllu", "--quiet", in: folder, input: text)
    #expect(
      xpos.output
        == text.replacing("\tDT\t", with: "\tDET\t").replacing("\tNN\t", with: "\tNOUN\t").replacing(
          "\tVBD\t", with: "\tVERB\t"))
    #expect(xpos.errors.isEmpty)
  }

  @Test func fileAndJSONHoldTheSame() throws {
    let folder = try folder()
    try folder.write("the\ncat3\n\na\ndog2\n", to: "words.txt")
    let result = try recurrent(
      "tag", "run", "--data", "words.txt", "--output", "out.txt", "--json", in: folder)
    #expect(result.status == 0)
    #expect(try folder.text("out.txt") == "the\tDET\ncat3\tNOUN\n\na\tDET\ndog2\tNOUN\n")
    #expect(result.json?["word_count"] as? Int == 4)
    let told = try recurrent("tag", "run", "--data", "words.txt", "--json", in: folder)
    let sentences = try #require(told.json?["sentences"] as? [[String: [String]]])
    #expect(sentences.map { $0["labels"] } == [["DET", "NOUN"], ["DET", "NOUN"]])
    for (form, text) in [("columns", "the\tDET\ncat3\tNOUN\n\n"), ("bars", "the|DET cat3|NOUN\n")] {
      let written = try recurrent(
        "tag", "run", "--write", form, "--quiet", in: folder, input: "the cat3\n")
      #expect(written.output == text)
    }
  }

  @Test func evaluation() throws {
    let folder = try folder()
    let result = try recurrent("evaluate", "run", "--data", "test.txt", "--json", in: folder)
    #expect(result.status == 0, "\(result.errors)")
    let metrics = try #require(result.json?["metrics"] as? [String: [String: Double]])
    #expect(abs(try #require(metrics["test"]?["accuracy"]) - 5 / 6) < 1e-6)
    let labels = try #require(result.json?["labels"] as? [String: [String: Double]])
    #expect(labels["NOUN"]?["recall"] == 1 && labels["ODD"]?["recall"] == 0)
    #expect(result.errors.contains("ODD"))
    // Without a file it is the test part of the training.
    let same = try recurrent("evaluate", "run", in: folder)
    #expect(same.output.contains("NOUN") && same.output.contains("unknown accuracy"), "\(same.output)")
  }

  @Test(
    arguments: [
      (["tag", "run", "--format", "conlu"], "", 64, "did you mean 'conllu'?"),
      (["tag", "run", "--column", "7x"], "", 64, "--column '7x'"),
      (["tag", "run", "--column", "upos", "--format", "columns"], "a\tb\n", 64, "'upos'"),
      (["tag", "run", "--data", "nowhere"], "", 66, "nowhere"),
      (["tag", "run", "--format", "conllu"], "1\ta\n", 65, "/dev/stdin:1:1: 2 columns where 10 are expected"),
      (["tag", "run", "--format", "text"], "a b\u{0}\n", 65, ":1:4: a zero byte"),
      (["tag", "nowhere"], "a b\n", 66, "nowhere"),
      (["evaluate", "run", "--data", "test.txt", "--windows", "3"], "", 64, "--windows"),
      (["evaluate", "run", "--data", "test.txt", "--plot", "x.svg"], "", 64, "picture"),
      (["train", "tag"], "", 64, "--data FILE"),
      (["train", "tag", "--data", "nowhere"], "", 66, "nowhere"),
      (["train", "tag", "--data", "test.txt", "--column", "xpos"], "", 64, "xpos"),
      (["train", "tag", "--data", "test.txt", "--head", "crv"], "", 64, "crf"),
      (["train", "tag", "--data", "test.txt", "--validation", "7"], "", 64, "validation '7'"),
      (["train", "tag", "--data", "test.txt", "--validation", "nowhere"], "", 66, "nowhere"),
      (["train", "tag", "--data", "test.txt", "--word-size", "0", "--characters", "none"], "", 64, "word_size 0"),
    ] as [([String], String, Int32, String)])
  func badInput(arguments: [String], input: String, status: Int32, mention: String) throws {
    let folder = try folder()
    let result = try recurrent(arguments, in: folder, input: input)
    #expect(result.status == status, "\(result.errors)")
    #expect(result.errorLines.count == 1 && result.errors.contains(mention), "\(result.errors)")
    #expect(result.output.isEmpty)
    #expect(!folder.exists("runs"))
  }

  @Test func damagedModels() throws {
    for file in ["tokenizer.json", "characters.json", "training_words.txt", "config.json"] {
      let folder = try folder()
      try folder.write("{\"labels\": 3", to: "run/model/\(file)")
      let result = try recurrent("tag", "run", in: folder, input: "the cat1\n")
      #expect(result.status == 65 && result.errorLines.count == 1, "\(file): \(result.errors)")
      try folder.remove("run/model/\(file)")
      let missing = try recurrent("tag", "run", in: folder, input: "the cat1\n")
      #expect([65, 66].contains(missing.status) && missing.errorLines.count == 1, "\(file): \(missing.errors)")
    }
  }

  @Test func information() throws {
    let result = try recurrent("info", "run", in: folder())
    #expect(result.status == 0)
    #expect(result.output.contains("labels") && result.output.contains("NOUN"))
  }
}
