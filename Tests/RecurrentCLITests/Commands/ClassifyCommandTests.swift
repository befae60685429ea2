import Foundation
import Testing

/// `train classify`, `classify` and `evaluate` as their users run them, on texts and signals that are learned in a moment.
@Suite struct ClassifyCommandTests {
  private static let texts = (0..<40).map { index in
    (index % 2 == 0 ? "good\ta splendid" : "bad\tan awful") + " film number \(index % 7)\n"
  }.joined()

  private static let settings = [
    "--epochs", "20", "--learning-rate", "0.02", "--hidden", "8", "--embedding", "8", "--batch-size", "8", "--threads",
    "1",
    "--set", "checkpoint_seconds=none", "--set", "head_dropout=0",
  ]

  /// A model of texts in `run`, trained once for all tests.
  private static let shared = Swift.Result {
    let folder = try TemporaryFolder()
    try folder.write(texts, to: "t.tsv")
    let result = try recurrent(
      ["train", "classify", "--data", "t.tsv", "--validation", "0.2", "--test", "0.2", "--output", "run", "--json"]
        + settings, in: folder)
    return (folder: folder, result: result)
  }

  @Test func trainingTellsFiguresLabelsAndPictures() throws {
    let (folder, result) = try Self.shared.get()
    #expect(result.status == 0, "\(result.errors)")
    let json = try #require(result.json)
    #expect(json["task"] as? String == "classify")
    let metrics = try #require(json["metrics"] as? [String: [String: Double]])
    #expect(metrics["test"]?["accuracy"] == 1)
    #expect(metrics.keys.sorted() == ["test", "train", "validation"])
    let baselines = try #require(json["baselines"] as? [String: [String: Double]])
    #expect(try #require(baselines["majority"]?["accuracy"]) < 1)
    #expect((json["labels"] as? [String: Any])?.keys.sorted() == ["bad", "good"])
    #expect((json["confusion"] as? [[Int]])?.joined().reduce(0, +) == 8)
    #expect(folder.exists("run/confusion.svg"))
    #expect(folder.exists("run/model/tokenizer.json"))
  }

  @Test func everyLineGetsALineInTheSameOrder() throws {
    let folder = try Self.shared.get().folder
    let result = try recurrent("classify", "run", in: folder, input: "an awful thing\n\nsplendid\nunheard of\n")
    #expect(result.status == 0, "\(result.errors)")
    let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 5)
    #expect(lines[0...2] == ["bad", "", "good"])
    #expect(["good", "bad"].contains(lines[3]))
    #expect(result.errorLines == ["note: 1 line is empty and got no label"])
  }

  @Test func probabilitiesAndRankings() throws {
    let folder = try Self.shared.get().folder
    let text = try recurrent("classify", "run", "--top-k", "2", "--probabilities", in: folder, input: "splendid\n")
    let fields = text.output.split(whereSeparator: \.isWhitespace)
    #expect(fields.count == 4 && fields[0] == "good" && fields[2] == "bad")
    let shares = [fields[1], fields[3]].compactMap { Double($0) }
    #expect(abs(shares.reduce(0, +) - 1) < 1e-5)

    let result = try recurrent("classify", "run", "--json", "--probabilities", in: folder, input: "splendid\n\n")
    let predictions = try #require(result.json?["predictions"] as? [Any])
    #expect(predictions.count == 2)
    #expect(predictions[1] is NSNull)
    let first = try #require(predictions[0] as? [String: Any])
    #expect(first["label"] as? String == "good")
    #expect((first["probabilities"] as? [String: Double])?.count == 2)
  }

  @Test func evaluationDrawsTheConfusionMatrix() throws {
    let folder = try Self.shared.get().folder
    try folder.write("good\ta splendid day\nbad\ta splendid day\n", to: "two.tsv")
    let result = try recurrent("evaluate", "run", "--data", "two.tsv", "--plot", "c.svg", "--json", in: folder)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.json?["confusion"] as? [[Int]] == [[0, 1], [0, 1]])
    #expect(try folder.text("c.svg").hasPrefix("<svg"))
  }

  @Test func signalsOfAFileAreClassified() throws {
    let folder = try TemporaryFolder()
    let cases = (0..<20).map { index in
      index % 2 == 0 ? "0,1,2,3,\(index % 3):1,1,0,1,1:up" : "3,2,1,0,\(index % 3):0,1,1,0,1:down"
    }
    try folder.write("@classLabel true up down\n@data\n" + cases.joined(separator: "\n") + "\n", to: "s.ts")
    let trained = try recurrent(
      ["train", "classify", "--data", "s.ts", "--output", "run", "--no-plot", "--quiet"] + Self.settings, in: folder)
    #expect(trained.status == 0, "\(trained.errors)")
    let result = try recurrent("classify", "run", "s.ts", in: folder)
    #expect(result.output.split(separator: "\n") == (0..<20).map { $0 % 2 == 0 ? "up" : "down" })
    let wrong = try recurrent("classify", "run", in: folder, input: "text\n")
    #expect(wrong.status == 64)
    #expect(wrong.errors.contains("the model takes signals; name a file of them"))
  }

  @Test(arguments: [
    (["--data", "nowhere.tsv"], Int32(66), "nowhere.tsv"), ([], 64, "add --data FILE"),
    (["--data", "one.tsv"], 65, "a classifier needs at least two labels"),
    (["--data", "tabs.tsv"], 65, "tabs.tsv:2:1: 3 fields where 2 are expected"),
    (["--data", "t.tsv", "--test", "other.tsv"], 65, "other.tsv:1: label 'middling' does not occur"),
    (["--data", "t.tsv", "--window", "3"], 64, "window is about signals"),
    (["--data", "t.tsv", "--pooling", "most"], 64, "--pooling: 'pooling' must be"),
  ]) func badInputIsOneLineAndLeavesNoFolder(arguments: [String], status: Int32, mention: String) throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.texts, to: "t.tsv")
    try folder.write("good\ta\ngood\tb\n", to: "one.tsv")
    try folder.write("good\ta\nbad\tb\tc\n", to: "tabs.tsv")
    try folder.write("middling\ta\n", to: "other.tsv")
    let result = try recurrent(["train", "classify", "--output", "run"] + arguments, in: folder)
    #expect(result.status == status)
    #expect(result.errorLines.count == 1, "\(result.errors)")
    #expect(result.errors.contains(mention), "\(result.errors)")
    #expect(!folder.exists("run"))
  }
}
