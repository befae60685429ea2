import Foundation
import Testing

/// A small translator of letters to capitals, trained once for all tests that only look at it.
private struct WrittenModel {
  let folder: TemporaryFolder
  let result: ToolProcess.Result

  private static let letters = ["a", "b", "c", "d"]

  /// Every sequence of one to three letters, four of each.
  static let pairs: [(source: String, target: String)] = (0..<4).flatMap { _ in
    (1...3).flatMap { length -> [(String, String)] in
      (0..<Int(pow(4, Double(length)))).map { number in
        let words = (0..<length).map { letters[number / Int(pow(4, Double($0))) % 4] }
        return (words.joined(separator: " "), words.map { $0.uppercased() }.joined(separator: " "))
      }
    }
  }

  static let shared = Swift.Result {
    let folder = try TemporaryFolder()
    try folder.write(pairs.map { "\($0.source)\t\($0.target)\n" }.joined(), to: "pairs.tsv")
    try folder.write(pairs.prefix(40).map { "\($0.source)\n" }.joined(), to: "val.src")
    try folder.write(pairs.prefix(40).map { "\($0.target)\n" }.joined(), to: "val.tgt")
    let result = try recurrent(
      [
        "train", "translate", "--data", "pairs.tsv", "--validation-source", "val.src", "--validation-target", "val.tgt",
        "--test", "pairs.tsv", "--embedding", "12", "--encoder-hidden", "12", "--decoder-hidden", "24",
        "--output-dropout",
        "0", "--set", "embedding_dropout=0", "--label-smoothing", "0", "--batch-size", "16", "--epochs", "20",
        "--learning-rate", "0.02", "--set", "warm_up=10", "--judge", "exact-match", "--output", "run", "--json",
      ], in: folder)
    return WrittenModel(folder: folder, result: result)
  }
}

@Suite struct TranslateCommandTests {
  @Test func trainingTellsItsFigures() throws {
    let model = try WrittenModel.shared.get()
    #expect(model.result.status == 0, "\(model.result.errors)")
    let json = try #require(model.result.json)
    #expect(json["task"] as? String == "translate")
    let metrics = try #require(json["metrics"] as? [String: [String: Double]])
    let test = try #require(metrics["test"])
    // No target has four words, so that BLEU is 0, as sacreBLEU has it.
    #expect(test["exact_match"] ?? 0 > 0.95 && test["chrf"] ?? 0 > 90 && test["bleu"] == 0, "\(test)")
    #expect(abs((test["perplexity"] ?? 0) - exp(test["loss"] ?? 0)) < 1e-9)
    #expect((json["examples"] as? [[String: String]])?.count == 5)
    for file in ["source_tokenizer.json", "target_tokenizer.json", "model.safetensors"] {
      #expect(model.folder.exists("run/model/\(file)"))
    }
  }

  /// With everything that draws random numbers, stopped in the middle of an epoch.
  @Test func aStoppedRunGoesOnToTheSameBytes() throws {
    let (folder, whole) = (try TemporaryFolder(), try TemporaryFolder())
    let settings = [
      "train", "translate", "--data", "pairs.tsv", "--embedding", "8", "--encoder-hidden", "8", "--decoder-hidden",
      "16",
      "--output-dropout", "0.2", "--scheduled-sampling", "per-token", "--set", "batch_tokens=40", "--epochs", "2",
      "--output", "run",
    ]
    for place in [folder, whole] {
      let pairs = WrittenModel.pairs.prefix(200).map { "\($0.source)\t\($0.target)\n" }
      try place.write(pairs.joined(), to: "pairs.tsv")
    }
    #expect(try recurrent(settings + ["--set", "checkpoint_seconds=none"], in: whole).status == 0)
    let process = try ToolProcess(settings + ["--set", "checkpoint_steps=1"], in: folder)
    while process.isRunning, !folder.exists("run/checkpoints/step-00000005") { usleep(300) }
    process.signal(SIGKILL)
    _ = try process.result()
    #expect(!folder.exists("run/model"), "the run was over before it was stopped")
    let resumed = try recurrent("train", "translate", "--resume", "--output", "run", in: folder)
    #expect(resumed.status == 0 && resumed.errors.contains("going on after step"), "\(resumed.errors)")
    for file in ["model/model.safetensors", "metrics.csv"] {
      #expect(try folder.bytes("run/" + file) == whole.bytes("run/" + file))
    }
  }

  @Test func aLineGivesALine() throws {
    let folder = try WrittenModel.shared.get().folder
    try folder.write("a b c\n\nd\na z\n", to: "in.txt")
    let result = try recurrent("translate", "run", "--data", "in.txt", in: folder)
    let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 5 && lines[0] == "A B C" && lines[1] == "" && lines[2] == "D" && lines[4] == "")
    #expect(result.errors.contains("1 line is empty") && result.errors.contains("does not know 1 of the symbols"))
    for options in [["--threads", "3"], ["--batch-size", "1"]] {
      #expect(try recurrent(["translate", "run", "--data", "in.txt"] + options, in: folder).output == result.output)
    }
    let written = try recurrent("translate", "run", "--data", "in.txt", "--output", "out.txt", in: folder)
    #expect(written.output.isEmpty)
    #expect(try folder.text("out.txt") == result.output)
  }

  @Test func severalTranslationsWithScores() throws {
    let folder = try WrittenModel.shared.get().folder
    try folder.write("a b\nc\n", to: "two.txt")
    let result = try recurrent("translate", "run", "--data", "two.txt", "--n-best", "3", "--scores", in: folder)
    let lines = result.output.split(separator: "\n").map { $0.split(separator: "\t", omittingEmptySubsequences: false) }
    #expect(lines.count == 6 && lines.allSatisfy { $0.count == 3 })
    #expect(lines.map { $0[0] } == ["1", "1", "1", "2", "2", "2"] && lines[0][2] == "A B" && lines[3][2] == "C")
    let scores = lines.prefix(3).compactMap { Double($0[1]) }
    #expect(scores == scores.sorted(by: >))
    let drawn = ["translate", "run", "--data", "two.txt", "--temperature", "2", "--seed"]
    let first = try recurrent(drawn + ["7"], in: folder)
    #expect(try recurrent(drawn + ["7"], in: folder).output == first.output)
  }

  @Test func drawsWhereItLooks() throws {
    let folder = try WrittenModel.shared.get().folder
    try folder.write("a b c\n", to: "one.txt")
    let result = try recurrent("translate", "run", "--data", "one.txt", "--attention", "heat.svg", "--json", in: folder)
    #expect(result.status == 0, "\(result.errors)")
    #expect(try folder.text("heat.svg").contains("</svg>"))
    let source = try #require((result.json?["sources"] as? [[String: Any]])?.first)
    let translation = try #require((source["translations"] as? [[String: Any]])?.first)
    let attention = try #require(translation["attention"] as? [[Double]])
    // Three symbols and the end, over three symbols and the end.
    #expect(attention.count == 4 && attention.allSatisfy { $0.count == 4 && abs($0.reduce(0, +) - 1) < 1e-5 })
    try folder.write("a\nb\n", to: "two lines.txt")
    #expect(
      try recurrent("translate", "run", "--data", "two lines.txt", "--attention", "x.svg", in: folder).status == 64)
  }

  @Test func isJudgedOnATable() throws {
    let folder = try WrittenModel.shared.get().folder
    let same = try recurrent("evaluate", "run", "--json", in: folder)
    let other = try recurrent("evaluate", "run", "--data", "pairs.tsv", "--json", in: folder)
    let metrics = try #require(same.json?["metrics"] as? [String: [String: Double]])
    #expect(metrics == other.json?["metrics"] as? [String: [String: Double]])
    #expect(try recurrent("evaluate", "run", "--plot", "x.svg", in: folder).status == 64)
    #expect(try recurrent("info", "run", in: folder).output.contains("encoder"))
  }

  @Test func strangeInputsAreRefused() throws {
    let folder = try WrittenModel.shared.get().folder
    try folder.write(Array(repeating: "a", count: 300).joined(separator: " ") + "\n", to: "long.txt")
    try folder.write([0x61, 0xFF, 0x0A], to: "bytes.txt")
    try folder.write("a\tA\tX\n", to: "three.tsv")
    try folder.write("a\n", to: "short.src")
    let cases: [([String], Int32, String)] = [
      (["translate", "run", "--data", "long.txt"], 65, "long.txt:1:1: 300 symbols"),
      (["translate", "run", "--data", "bytes.txt"], 65, "bytes.txt:1:2"),
      (["translate", "run", "--data", "none.txt"], 66, "none.txt"),
      (["translate", "run", "--data", "short.src", "--frames", "x.u8"], 64, "--frames"),
      (["train", "translate"], 64, "--source FILE"),
      (["train", "translate", "--data", "three.tsv"], 65, "three.tsv:1:4"),
      (["train", "translate", "--source", "short.src", "--target", "val.tgt"], 65, "short.src has 1 lines"),
      (["train", "translate", "--source", "short.src"], 64, "data: name a table of pairs, or both"),
      (["evaluate", "run", "--data", "three.tsv"], 65, "three.tsv:1:4"),
    ]
    for (arguments, status, text) in cases {
      let result = try recurrent(arguments, in: folder)
      #expect(
        result.status == status && result.errors.contains(text), "\(arguments): \(result.status) \(result.errors)")
    }
  }

  @Test(arguments: [
    ["--beam-size", "0"], ["--n-best", "0"], ["--n-best", "6", "--beam-size", "5"], ["--length-penalty", "nan"],
    ["--coverage-penalty", "-1"], ["--max-length-ratio", "-1"], ["--no-repeat-ngram", "0"], ["--temperature", "-1"],
    ["--top-k", "0"], ["--top-p", "2"], ["--seed", "-1"], ["--threads", "0"], ["--batch-size", "0"],
    ["--temperature", "1", "--beam-size", "3"],
  ])
  func strangeOptionsAreRefused(_ options: [String]) throws {
    let folder = try WrittenModel.shared.get().folder
    let result = try recurrent(["translate", "run", "--data", "val.src"] + options, in: folder)
    #expect(result.status == 64 && result.output.isEmpty, "\(result.status) \(result.errors)")
  }
}
