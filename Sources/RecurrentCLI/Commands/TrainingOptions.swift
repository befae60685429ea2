import ArgumentParser
import RecurrentFormats
import RecurrentTraining

/// The options that every training command has: where its settings come from, and where its run goes.
struct TrainingOptions: ParsableArguments {
  @Option(help: ArgumentHelp("a named set of values for settings", valueName: "name"))
  var preset: String?

  @Option(help: ArgumentHelp("settings from a YAML or JSON file; - is standard input", valueName: "file"))
  var config: String?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("a value for any setting of config.yaml; can be repeated", valueName: "key=value"))
  var overrides: [String] = []

  @Option(
    help: ArgumentHelp("the folder of the run (default: a new numbered one under runs/)", valueName: "folder"))
  var output: String?

  @Flag(help: "go on with the run in the folder of --output, with its settings")
  var resume = false

  @Flag(help: "read the data, tell shapes, parameters, memory and the time of a batch, and train nothing")
  var dryRun = false

  /// The values that were given on the command line and in the files that it names.
  ///
  /// - Parameters:
  ///   - configuration: The settings that the presets are of.
  ///   - flags: The values that flags have given.
  func assignments<Configuration: Settings>(
    for configuration: Configuration.Type, flags: [SettingAssignment]
  ) throws -> [SettingAssignment] {
    let preset = try preset.map { try configuration.preset(named: $0).assignments } ?? []
    let file = try config.map { try ConfigurationFile($0).assignments } ?? []
    let overrides = try overrides.map { try SettingAssignment(override: $0) }
    return preset + file + overrides + flags
  }

  /// Refuses options that contradict each other.
  func validate() throws {
    if dryRun, resume {
      throw ValidationError("--dry-run begins nothing that --resume could go on with; leave one out")
    }
  }

  /// The folder of the run to go on with.
  func resumedFolder() throws -> RunFolder {
    guard let output else {
      throw UsageError("--resume needs to know which run to go on with; add --output FOLDER")
    }
    return try RunFolder.open(at: output)
  }

  /// The folder of a new run.
  func newFolder(task: String) throws -> RunFolder {
    if let output { return try RunFolder.create(at: output) }
    return try RunFolder.createNumbered(task: task)
  }
}
