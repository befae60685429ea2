import ArgumentParser
import RecurrentFormats
import RecurrentTasks
import RecurrentTraining

/// A command that trains for a task: `recurrent train NAME`. What is its own are flags, examples and what to do next.
protocol TrainingCommand: ParsableCommand {
  /// What is trained, and on what.
  associatedtype Training: TaskTraining

  /// What is trained when neither data nor a preset nor a file is named; nil where data must be named.
  static var standardPreset: SettingPreset? { get }

  var options: TrainingOptions { get }
  var outputOptions: OutputOptions { get }
  /// What flags have given.
  var flags: [SettingAssignment] { get }

  /// What a user will want to run next, each a whole command.
  func nextCommands(after run: TaskRun<Training>) -> [String]
}

extension TrainingCommand {
  typealias Configuration = Training.Product.Configuration

  static var standardPreset: SettingPreset? { nil }

  func run() throws {
    let console = outputOptions.console
    if options.dryRun { return try showDryRun(on: console) }
    try withStopSignals { stop in
      let run = try options.resume ? resumedRun() : newRun(console)
      var progress = ProgressReporter(isQuiet: outputOptions.quiet)
      let report = try run.run(until: stop) { progress.observe($0) }
      if case .interrupted(let reason) = report.outcome {
        let resume = CommandText("train", Training.Product.task, "--resume", "--output", run.folder.path)
        console.note("go on with:  " + resume.text)
        throw Stopped(exitStatus: reason.exitStatus)
      }
      try TaskSummary(report, folder: run.folder.path, nextCommands: nextCommands(after: run)).show(on: console)
    }
  }

  private func newRun(_ console: Console) throws -> TaskRun<Training> {
    // The data come first: where they cannot be used, no folder is made.
    let training = try Training(newConfiguration(console))
    return try TaskRun(training, folder: try options.newFolder(task: Training.Product.task))
  }

  /// Tells what a run would be like, and makes none.
  private func showDryRun(on console: Console) throws {
    let configuration = try newConfiguration(console)
    let program = MemoryEstimate.residentByteCount
    let found = try DryRun(Training(configuration), programByteCount: program)
    try console.result(DryRunText(found).text(on: console.resultTerminal))
    if console.isJSON { try console.json(found.json) }
  }

  private func newConfiguration(_ console: Console) throws -> Configuration {
    var assignments = try options.assignments(for: Configuration.self, flags: flags)
    let isUnnamed = options.preset == nil && options.config == nil && !assignments.contains { $0.key == "data" }
    let standard = isUnnamed ? Self.standardPreset : nil
    assignments += standard?.assignments ?? []
    let configuration = try Configuration(resolving: assignments)
    if let standard {
      console.note("no --data, --preset or --config given: taking --preset \(standard.name), \(standard.summary)")
    }
    return configuration
  }

  private func resumedRun() throws -> TaskRun<Training> {
    let folder = try options.resumedFolder()
    let stored = try Configuration(resolving: ConfigurationFile(folder.configurationPath).assignments)
    let given = try options.assignments(for: Configuration.self, flags: flags)
    return try TaskRun(resuming: folder, configuration: stored.resumed(with: given))
  }
}

/// The presets of a task, for its help.
enum PresetList {
  static func text(_ presets: [SettingPreset]) -> String {
    let indentation = 2 + (presets.map(\.name.count).max() ?? 0) + 2
    let lines = presets.map { preset in
      let summary = preset.summary.wrapped(to: HelpScreen.widest - indentation)
      let space = "\n" + String(repeating: " ", count: indentation)
      return ("  " + preset.name).padded(to: indentation) + summary.joined(separator: space)
    }
    return (["PRESETS:"] + lines).joined(separator: "\n")
  }
}

extension String {
  /// The words of the text in lines of at most `width` characters.
  fileprivate func wrapped(to width: Int) -> [String] {
    split(separator: " ").reduce(into: []) { lines, word in
      if let last = lines.last, last.count + 1 + word.count <= width {
        lines[lines.count - 1] = "\(last) \(word)"
      } else {
        lines.append(String(word))
      }
    }
  }
}
