import ArgumentParser
import RecurrentDistribution
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
    if options.dryRun {
      let console = outputOptions.console
      return try RankSession.runOnFirst(options.ranks, console, "a dry run") { try showDryRun(on: console) }
    }
    try RankSession.run(options.ranks) { ranks in
      let console = ranks.console(outputOptions)
      try withStopSignals { stop in
        let run = try options.resume ? resumedRun(over: ranks) : newRun(over: ranks, console)
        var progress = ProgressReporter(isQuiet: outputOptions.quiet || !ranks.isFirst)
        let report = try run.run(until: stop) { event in
          progress.observe(event)
          ranks.observe(event)
        }
        if case .interrupted(let reason) = report.outcome {
          if ranks.isFirst { console.note("go on with:  " + commandToResume(run)) }
          throw Stopped(exitStatus: reason.exitStatus)
        }
        guard ranks.isFirst else { return }
        try TaskSummary(report, folder: run.folder.path, nextCommands: nextCommands(after: run)).show(on: console)
      }
    }
  }

  private func commandToResume(_ run: TaskRun<Training>) -> String {
    CommandText("train", Training.Product.task, "--resume", "--output", run.folder.path).text
  }

  private func newRun(over ranks: RankSession, _ console: Console) throws -> TaskRun<Training> {
    // The data come first: where they cannot be used, no folder is made.
    let training = try Training(newConfiguration(console))
    let folder = ranks.isFirst ? try options.newFolder(task: Training.Product.task) : nil
    return try TaskRun(training, folder: folder, over: ranks.communicator)
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

  private func resumedRun(over ranks: RankSession) throws -> TaskRun<Training> {
    let folder = ranks.isFirst ? try options.resumedFolder() : nil
    // Only the first rank has to see the folder: it tells the others what is in the file of settings.
    let file = try folder.map { try ConfigurationFile.bytes(of: $0.configurationPath) } ?? []
    let settings = try ranks.communicator.allGather(file)[0]
    let stored = try Configuration(
      resolving: ConfigurationFile(settings, name: folder?.configurationPath ?? "config.yaml").assignments)
    let given = try options.assignments(for: Configuration.self, flags: flags)
    return try TaskRun(
      resuming: folder, configuration: stored.resumed(with: given), over: ranks.communicator)
  }
}

/// The presets of a task, for its help.
enum PresetList {
  static func text(_ presets: [SettingPreset]) -> String {
    let indentation = 2 + (presets.map(\.name.count).max() ?? 0) + 2
    let lines = presets.map { preset in
      // The help screen breaks lines that are as wide as itself.
      let summary = preset.summary.wrapped(to: HelpScreen.widest - 1 - indentation)
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
