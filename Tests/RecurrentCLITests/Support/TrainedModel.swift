import Testing

/// A small run, trained once for all tests that only look at it or copy it.
struct TrainedModel {
  let folder: TemporaryFolder
  let result: ToolProcess.Result

  /// Settings that train in a moment.
  static let settings = [
    "--data", "builtin:airline", "--hidden", "3", "--look-back", "12", "--epochs", "2", "--set",
    "checkpoint_seconds=none",
  ]

  /// The run in `run`, trained with `--json`.
  static let shared = Swift.Result {
    let folder = try TemporaryFolder()
    let result = try recurrent(["train", "forecast", "--output", "run", "--json"] + settings, in: folder)
    return TrainedModel(folder: folder, result: result)
  }

  /// A folder of one's own with a copy of the run in `run`.
  static func copy() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.copy(shared.get().folder.path("run"), to: "run")
    return folder
  }
}
