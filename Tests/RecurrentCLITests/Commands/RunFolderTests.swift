import Foundation
import Testing

/// Folders of runs: made, refused, resumed.
struct RunFolderTests {
  private let train = ["train", "forecast", "--quiet"] + TrainedModel.settings

  @Test func folderThatExistsIsLeftAlone() throws {
    let folder = try TrainedModel.copy()
    let before = folder.files()
    let result = try recurrent(train + ["--output", "run", "--seed", "7"], in: folder)
    #expect(result.status == 73)
    expectOneLine(result, mentioning: ["run: it exists already", "--resume", "choose another --output"])
    #expect(folder.files() == before)
  }

  @Test func folderWithOtherFilesIsLeftAlone() throws {
    let folder = try TemporaryFolder()
    try folder.write("dear", to: "diary.txt")
    let result = try recurrent(train + ["--output", "."], in: folder)
    #expect(result.status == 73)
    expectOneLine(result, mentioning: ["exists already"])
    #expect(Set(folder.files().keys) == ["diary.txt"])
  }

  @Test func fileForAFolder() throws {
    let folder = try TemporaryFolder()
    try folder.write("dear", to: "diary.txt")
    for path in ["diary.txt", "diary.txt/run"] {
      let result = try recurrent(train + ["--output", path], in: folder)
      #expect(result.status == 73)
      expectOneLine(result, mentioning: ["diary.txt"])
    }
    #expect(try folder.text("diary.txt") == "dear")
  }

  /// A folder in which this user cannot make another: root may write wherever the mode says no, but not into the kernel's.
  private static let unwritable: String? = {
    if geteuid() == 0 { return FileManager.default.fileExists(atPath: "/sys/kernel") ? "/sys" : nil }
    return "/"
  }()

  @Test(.enabled(if: unwritable != nil, "there is no folder that this user cannot write to"))
  func readOnlyFolder() throws {
    let folder = try TemporaryFolder()
    let path = try #require(Self.unwritable) + "/recurrent-test-run"
    let result = try recurrent(train + ["--output", path], in: folder)
    #expect(result.status == 73)
    expectOneLine(result, mentioning: [path, "choose another path"])
    #expect(folder.files().isEmpty)
  }

  @Test func fullDiskEndsTheRunAndLeavesOthersAlone() throws {
    let folder = try TrainedModel.copy()
    let before = folder.files(in: "run")
    let result = try recurrent(train + ["--output", "full"], in: folder, script: #"ulimit -f 1; exec "$0" "$@""#)
    #expect(result.status == 74)
    expectOneLine(result, mentioning: ["full/", "free some space"])
    #expect(folder.files(in: "run") == before)
    #expect(!folder.exists("full/model"))
  }

  @Test func numberedFolders() throws {
    let folder = try TemporaryFolder()
    for number in ["0001", "0002"] {
      let result = try recurrent(train + ["--json"], in: folder)
      #expect(result.status == 0)
      #expect(result.json?["model"] as? String == "runs/\(number)-forecast/model")
      #expect(folder.exists("runs/\(number)-forecast/model/model.safetensors"))
    }
  }

  @Test func contradictionsAreNamedWithBothValues() throws {
    let folder = try TrainedModel.copy()
    let before = folder.files()
    let result = try recurrent(
      "train", "forecast", "--resume", "--output", "run", "--hidden", "9", "--set", "seed=7", in: folder)
    #expect(result.status == 64)
    expectOneLine(result, mentioning: ["hidden is [3], not [9]", "seed is 42, not 7"])
    #expect(folder.files() == before)
  }

  @Test func settingsThatChangeNoResultMayDiffer() throws {
    let folder = try TrainedModel.copy()
    let before = folder.files()
    let result = try recurrent(
      "train", "forecast", "--resume", "--output", "run", "--threads", "1", "--hidden", "3", "--no-plot", in: folder)
    #expect(result.status == 0)
    // The run was finished: the same model is written again, byte for byte.
    #expect(
      folder.files(in: "run/model")
        == before.filter { $0.key.hasPrefix("run/model/") }.reduce(into: [:]) {
          $0[String($1.key.dropFirst("run/model/".count))] = $1.value
        })
  }

  @Test func folderThatIsNoRun() throws {
    let folder = try TemporaryFolder()
    let result = try recurrent("train", "forecast", "--resume", "--output", ".", in: folder)
    #expect(result.status == 66)
    expectOneLine(result, mentioning: ["no config.yaml", "check --output"])
    #expect(folder.files().isEmpty)
  }

  @Test func damagedConfigurationOfARun() throws {
    let folder = try TrainedModel.copy()
    try folder.write("epochs: [1\n", to: "run/config.yaml")
    let result = try recurrent("train", "forecast", "--resume", "--output", "run", in: folder)
    #expect(result.status == 78)
    expectOneLine(result, mentioning: ["run/config.yaml:2:1:"])
  }
}
