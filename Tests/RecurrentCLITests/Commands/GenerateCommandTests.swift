import Foundation
import Testing

/// A small language model, trained once for all tests that only look at it.
private struct WrittenModel {
  let folder: TemporaryFolder
  let result: ToolProcess.Result

  static let text = (0..<60).map { "verse \($0 % 9) of \($0 % 4)\n" }.joined()
  static let settings = [
    "--data", "t.txt", "--hidden", "8", "--embedding", "4", "--length", "10", "--batch-size", "3", "--epochs", "3",
    "--validation", "0.2", "--test", "0.2",
  ]

  static let shared = Swift.Result {
    let folder = try TemporaryFolder()
    try folder.write(text, to: "t.txt")
    let result = try recurrent(["train", "generate", "--output", "run", "--json"] + settings, in: folder)
    return WrittenModel(folder: folder, result: result)
  }
}

@Suite struct GenerateCommandTests {
  @Test func trainingTellsItsFigures() throws {
    let model = try WrittenModel.shared.get()
    #expect(model.result.status == 0, "\(model.result.errors)")
    let json = try #require(model.result.json)
    #expect(json["task"] as? String == "generate")
    let metrics = try #require(json["metrics"] as? [String: [String: Double]])
    for part in ["train", "validation", "test"] {
      let loss = try #require(metrics[part]?["loss"])
      #expect(abs((metrics[part]?["perplexity"] ?? 0) - exp(loss)) < 1e-9)
      #expect(abs((metrics[part]?["bits_per_character"] ?? 0) - loss / log(2)) < 1e-9)
    }
    #expect(model.folder.exists("run/model/tokenizer.json"))
    #expect(model.result.errors.contains("characters/s") || model.result.errors.contains("finished"))
  }

  @Test func theSameSeedWritesTheSameText() throws {
    let folder = try WrittenModel.shared.get().folder
    let first = try recurrent("generate", "run", "--prompt", "verse", "--max-tokens", "50", in: folder)
    #expect(first.status == 0 && first.output.hasPrefix("verse"))
    #expect(
      try recurrent("generate", "run", "--prompt", "verse", "--max-tokens", "50", in: folder).output == first.output)
    for threads in ["1", "2", "5"] {
      let again = try recurrent(
        "generate", "run", "--prompt", "verse", "--max-tokens", "50", "--threads", threads, in: folder)
      #expect(again.output == first.output)
    }
    let other = try recurrent("generate", "run", "--prompt", "verse", "--max-tokens", "50", "--seed", "7", in: folder)
    #expect(other.output != first.output)
    let several = try recurrent(
      "generate", "run", "--prompt", "verse", "--max-tokens", "50", "--count", "3", "--json", in: folder)
    let texts = try #require(several.json?["texts"] as? [[String: Any]])
    #expect(texts.count == 3)
    #expect(
      "verse" + (texts[0]["text"] as? String ?? "") + "\n" == first.output
        || "verse" + (texts[0]["text"] as? String ?? "") == first.output)
  }

  @Test func evaluationAndInformationKnowTheTask() throws {
    let folder = try WrittenModel.shared.get().folder
    let judged = try recurrent("evaluate", "run", "--data", "t.txt", "--json", in: folder)
    #expect(judged.status == 0, "\(judged.errors)")
    #expect((judged.json?["metrics"] as? [String: [String: Double]])?["test"]?["perplexity"] != nil)
    #expect((judged.json?["symbols"] as? Int) == WrittenModel.text.unicodeScalars.count - 1)
    #expect(try recurrent("evaluate", "run", in: folder).status == 0)
    let information = try recurrent("info", "run", in: folder)
    #expect(information.status == 0 && information.output.contains("vocabulary"))
  }

  @Test func searchAndFormatsWork() throws {
    let folder = try WrittenModel.shared.get().folder
    let found = try recurrent(
      "generate", "run", "--prompt", "v", "--beam-size", "4", "--count", "2", "--max-tokens", "9", "--json", in: folder)
    let texts = try #require(found.json?["texts"] as? [[String: Any]])
    #expect(texts.count == 2)
    let scores = texts.compactMap { $0["log_probability"] as? Double }
    #expect(scores.count == 2 && scores[0] >= scores[1])
    let tunes = try recurrent(
      "generate", "run", "--format", "abc", "--count", "2", "--max-tokens", "40", "--output", "b.abc", "--json",
      in: folder)
    #expect(tunes.status == 0, "\(tunes.errors)")
    #expect(tunes.json?["tunes"] as? Int == 2)
    #expect(try folder.text("b.abc").hasPrefix("X:1"))
  }

  @Test func unknownSymbolsAreNoted() throws {
    let folder = try WrittenModel.shared.get().folder
    let result = try recurrent("generate", "run", "--prompt", "vé", "--max-tokens", "5", in: folder)
    #expect(result.status == 0 && result.errors.contains("'é'"))
    // An error stands alone.
    let refused = try recurrent("generate", "run", "--prompt", "vé", "--condition", "x=1", in: folder)
    #expect(refused.status == 64 && refused.errorLines.count == 1)
  }

  @Test(arguments: [
    ["--max-tokens", "0"], ["--count", "0"], ["--temperature", "-1"], ["--temperature", "nan"], ["--top-p", "0"],
    ["--min-p", "2"], ["--repeat-penalty", "0"], ["--beam-size", "0"], ["--beam-size", "2", "--count", "3"],
    ["--beam-size", "2", "--top-k", "3"], ["--length-penalty", "1"], ["--condition", "x=1"], ["--condition", "x"],
    ["--seed", "-1"], ["--threads", "0"], ["--top-k", "-1"], ["--format", "midi"],
  ])
  func strangeOptionsAreRefused(_ options: [String]) throws {
    let folder = try WrittenModel.shared.get().folder
    let result = try recurrent(["generate", "run"] + options, in: folder)
    #expect(result.status == 64, "\(options): \(result.status) \(result.errors)")
    #expect(result.output.isEmpty)
  }

  @Test(arguments: [
    ([0x61, 0x0A, 0x62, 0xFF] as [UInt8], ":2:2:", 65), ([], "symbols", 65),
    ([UInt8](repeating: 0x61, count: 200), "two different", 65),
    (Array("a\0b".utf8), ":1:2:", 65),
  ])
  func badTextsAreRefused(_ bytes: [UInt8], _ expected: String, _ status: Int32) throws {
    let folder = try TemporaryFolder()
    try folder.write(bytes, to: "t.txt")
    let result = try recurrent("train", "generate", "--data", "t.txt", "--output", "run", in: folder)
    #expect(result.status == status && result.errors.contains(expected), "\(result.errors)")
    #expect(result.errorLines.count == 1 && !folder.exists("run"))
  }

  @Test func badRecordsAreNamedWithTheirLine() throws {
    let folder = try TemporaryFolder()
    for (text, expected) in [
      ("{\"text\": \"ab\", \"m\": 1}\n{\"text\": \"ab\"}\n", "t.jsonl:2:1: the record has no member 'm'"),
      ("{\"text\": \"ab\", \"m\": 1}\n\n{\"text\": 5}\n", "t.jsonl:3:1:"), ("{\"text\": \"ab\",\n", "t.jsonl:1:"),
      ("[1]\n", "t.jsonl:1:1"),
    ] {
      try folder.write(text, to: "t.jsonl")
      let result = try recurrent(
        "train", "generate", "--data", "t.jsonl", "--arrangement", "records", "--conditions", "m", in: folder)
      #expect(result.status == 65 && result.errors.contains(expected), "\(result.errors)")
    }
    let nothing = try recurrent("train", "generate", in: folder)
    #expect(nothing.status == 64 && nothing.errors.contains("--data"))
  }

  /// A run that is stopped in the middle of an epoch goes on to the same bytes.
  @Test func aStoppedRunGoesOnToTheSameBytes() throws {
    let whole = try WrittenModel.shared.get().folder
    let folder = try TemporaryFolder()
    try folder.write(WrittenModel.text, to: "t.txt")
    let settings = WrittenModel.settings + ["--set", "checkpoint_steps=1"]
    let process = try ToolProcess(
      ["train", "generate", "--output", "run"] + settings + ["--set", "epochs=3"], in: folder)
    while process.isRunning, !folder.exists("run/checkpoints/step-00000007") { usleep(300) }
    process.signal(SIGINT)
    let stopped = try process.result()
    #expect(stopped.status == 130 || stopped.status == 0)
    if stopped.status == 130 {
      #expect(try recurrent("train", "generate", "--resume", "--output", "run", in: folder).status == 0)
    }
    #expect(try folder.bytes("run/model/model.safetensors") == whole.bytes("run/model/model.safetensors"))
    #expect(try folder.bytes("run/metrics.csv") == whole.bytes("run/metrics.csv"))
  }
}
