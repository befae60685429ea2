import Foundation
import Testing

/// A look at a training that begins nothing.
struct DryRunTests {
  private let settings = ["train", "forecast", "--dry-run"] + TrainedModel.settings

  @Test func tellsAllAndWritesNothing() throws {
    let folder = try TemporaryFolder()
    let result = try recurrent(settings + ["--output", "run"], in: folder)
    #expect(result.status == 0, "\(result.errors)")
    for text in ["inputs", "[12, 32, 1]", "labels", "parameters", "activations", "all", "loss of this batch"] {
      #expect(result.output.contains(text), "\(text) in \(result.output)")
    }
    #expect(folder.files().isEmpty)
  }

  @Test func forPrograms() throws {
    let folder = try TemporaryFolder()
    let result = try recurrent(settings + ["--json"], in: folder)
    #expect(result.status == 0, "\(result.errors)")
    let json = try #require(result.json)
    #expect(json["task"] as? String == "forecast")
    #expect((json["inputs"] as? [String: [Int]])?["inputs"] == [12, 32, 1])
    #expect((json["parameters"] as? Int) ?? 0 == 77)
    #expect((json["parameters_by_part"] as? [String: Int])?.values.reduce(0, +) == 77)
    #expect((json["batches_per_epoch"] as? Int) ?? 0 == 3)
    let memory = try #require(json["memory"] as? [String: Int])
    #expect(memory["total"] == memory.filter { $0.key != "total" }.values.reduce(0, +))
    #expect((memory["total"] ?? 0) > 1 << 20)
    #expect(((json["loss"] as? Double) ?? 0) > 0)
    #expect(((json["epoch_seconds"] as? Double) ?? 0) > 0)
    #expect(folder.files().isEmpty)
  }

  @Test func contradictsResume() throws {
    let folder = try TrainedModel.copy()
    let result = try recurrent("train", "forecast", "--dry-run", "--resume", "--output", "run", in: folder)
    #expect(result.status == 64)
    expectOneLine(result, mentioning: ["--dry-run", "--resume"])
  }

  /// Windows drawn from a short text, so many that no machine of today holds what they leave for the way back.
  private let huge = [
    "--data", "text.txt", "--set", "arrangement=windows", "--set", "length=64", "--hidden", "1024", "--set",
    "embedding=16", "--set", "batch_size=65536", "--set", "steps_per_epoch=1",
  ]

  @Test(arguments: [["--dry-run"], ["--output", "run"]])
  func whatCannotFit(_ arguments: [String]) throws {
    let folder = try TemporaryFolder()
    try folder.write(String(repeating: "the cat sat on the mat ", count: 20), to: "text.txt")
    let result = try recurrent(["train", "generate"] + huge + arguments, in: folder)
    #expect(result.status == 78, "\(result.errors)")
    expectOneLine(result, mentioning: ["of memory", "lower batch_size (now 65536)"])
    // Nothing has begun: the folder can be taken again.
    #expect(Set(folder.files().keys).subtracting(["text.txt", "run", "run/.lock"]).isEmpty)
  }

  /// `ulimit -v` counts addresses, of which a process takes many that it never uses.
  @Test func limitOfAddresses() throws {
    let folder = try TemporaryFolder()
    try folder.write(String(repeating: "the cat sat on the mat ", count: 20), to: "text.txt")
    let arguments =
      ["train", "generate", "--output", "run"] + huge.map { $0 == "batch_size=65536" ? "batch_size=2000" : $0 }
    let result = try recurrent(arguments, in: folder, script: #"ulimit -v 3000000; exec "$0" "$@""#)
    #expect(result.status == 78, "\(result.errors)")
    expectOneLine(result, mentioning: ["ulimit -v leaves", "lower batch_size (now 2000)"])
  }
}
