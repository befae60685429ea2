import Foundation
import Testing

/// Models and folders that cannot be used.
struct BadModelTests {
  /// Runs a command on a copy of a run that `damage` has changed, and expects one line and the copy as it was then.
  private func expectFailure(
    _ arguments: [String], status: Int32, mentioning mentions: String...,
    sourceLocation: SourceLocation = #_sourceLocation, damage: (TemporaryFolder) throws -> Void = { _ in }
  ) throws {
    let folder = try TrainedModel.copy()
    try damage(folder)
    let before = folder.files()
    let result = try recurrent(arguments, in: folder)
    #expect(result.status == status, sourceLocation: sourceLocation)
    expectOneLine(result, mentioning: mentions, sourceLocation: sourceLocation)
    #expect(folder.files() == before, sourceLocation: sourceLocation)
  }

  @Test(arguments: [
    ("forecast", "'paint', not 'forecast'"), ("evaluate", "'paint', which is none of those known"),
    ("info", "'paint', which is none of those known"),
  ])
  func anotherTask(_ command: String, _ problem: String) throws {
    try expectFailure([command, "run"], status: 65, mentioning: "config.json", problem) { folder in
      let text = try folder.text("run/model/config.json")
      try folder.write(
        text.replacing("\"task\": \"forecast\"", with: "\"task\": \"paint\""), to: "run/model/config.json")
      try folder.remove("run/model/MANIFEST.sha256")
    }
  }

  @Test(arguments: [1, 8, 200, 400])
  func truncatedWeights(_ byteCount: Int) throws {
    try expectFailure(["forecast", "run"], status: 65, mentioning: "run/model/model.safetensors") { folder in
      try folder.write(
        Array(folder.bytes("run/model/model.safetensors").prefix(byteCount)), to: "run/model/model.safetensors")
    }
  }

  @Test(arguments: [1, 8, 200, 400])
  func truncatedWeightsWithoutManifest(_ byteCount: Int) throws {
    try expectFailure(["info", "run/model"], status: 65, mentioning: "run/model/model.safetensors") { folder in
      try folder.write(
        Array(folder.bytes("run/model/model.safetensors").prefix(byteCount)), to: "run/model/model.safetensors")
      try folder.remove("run/model/MANIFEST.sha256")
    }
  }

  @Test(arguments: ["model.safetensors", "config.json"])
  func alteredFile(_ name: String) throws {
    try expectFailure(["evaluate", "run"], status: 65, mentioning: "run/model/\(name)") { folder in
      var bytes = try folder.bytes("run/model/\(name)")
      bytes[bytes.count / 2] ^= 4
      try folder.write(bytes, to: "run/model/\(name)")
    }
  }

  @Test func missingWeights() throws {
    try expectFailure(["forecast", "run"], status: 65, mentioning: "run/model/model.safetensors") { folder in
      try folder.remove("run/model/model.safetensors")
    }
  }

  @Test func noModel() throws {
    try expectFailure(
      ["forecast", "gone"], status: 66, mentioning: "gone: there is no model", "name the folder of a run")
    try expectFailure(["info", "run"], status: 66, mentioning: "run: the run has not finished", "--resume") { folder in
      try folder.remove("run/model")
    }
  }

  @Test func impossibleForecasts() throws {
    try expectFailure(["forecast", "run", "--horizon", "0"], status: 64, mentioning: "horizon 0", "1 step or more")
    try expectFailure(["forecast", "run", "--horizon", "many"], status: 64, mentioning: "'many'", "--horizon")
    try expectFailure(["evaluate", "run", "--windows", "0"], status: 64, mentioning: "windows 0")
    try expectFailure(
      ["evaluate", "run", "--windows", "500"], status: 64, mentioning: "builtin:airline", "ask for fewer windows")
    try expectFailure(
      ["forecast", "run", "--data", "short.csv"], status: 65, mentioning: "short.csv", "give more history"
    ) { folder in
      try folder.write("Month,Passengers\n1961-01,1\n1961-02,2\n", to: "short.csv")
    }
  }

  @Test func dataWithoutTheColumns() throws {
    try expectFailure(
      ["forecast", "run", "--data", "other.csv"], status: 64, mentioning: "other.csv", "no column 'Month'"
    ) { folder in
      try folder.write("ds,y\n1961-01,1\n1961-02,2\n", to: "other.csv")
    }
  }

  @Test func outputThatCannotBeWritten() throws {
    try expectFailure(
      ["forecast", "run", "--output", "no/f.csv"], status: 73, mentioning: "no/f.csv", "make the folder")
    try expectFailure(["forecast", "run", "--plot", "no/f.svg"], status: 73, mentioning: "no/f.svg", "make the folder")
    try expectFailure(["forecast", "run", "--output", "run"], status: 73, mentioning: "run: it is a folder")
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
  func fullDevice() throws {
    try expectFailure(["forecast", "run", "--output", "/dev/full"], status: 74, mentioning: "/dev/full", "no space")
    let folder = try TrainedModel.copy()
    let result = try recurrent("forecast", "run", in: folder, script: #""$0" "$@" >/dev/full"#)
    #expect(result.status == 74)
    expectOneLine(result, mentioning: ["standard output", "no space"])
  }

  @Test func oldForecastStaysWhenDiskIsFull() throws {
    let folder = try TrainedModel.copy()
    try folder.write("old", to: "f.csv")
    // The shell's limit is in blocks of 512 bytes; the forecast needs more than one.
    let result = try recurrent(
      "forecast", "run", "--horizon", "200", "--output", "f.csv", in: folder,
      script: #"ulimit -f 1; exec "$0" "$@""#)
    #expect(result.status == 74)
    expectOneLine(result, mentioning: ["f.csv", "free some space"])
    #expect(try folder.text("f.csv") == "old")
    #expect(Set(folder.files().keys.filter { !$0.hasPrefix("run") }) == ["f.csv"])
  }
}
