import ArgumentParser
import RecurrentFormats
import RecurrentTasks
import RecurrentTraining

/// `recurrent train forecast`.
struct TrainForecastCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "forecast",
    abstract: "Trains a forecaster of one or several time series.",
    discussion: """
      EXAMPLES:
        The built-in airline passengers, with good settings or those of the textbook:
          recurrent train forecast
          recurrent train forecast --preset airline-lstm
        A table of your own; what is not named is found from it:
          recurrent train forecast --data sales.csv --target revenue --horizon 12 --look-back 36
          recurrent train forecast --data m4.csv.gz --series unique_id --time ds --target y
        Hourly weather, with columns that are known only in the past:
          recurrent train forecast --preset hourly-weather --data beijing-pm25.csv
        Any setting, from a file and by name:
          recurrent train forecast --config run.yaml --set optimizer=adamw --set weight_decay=0.01
        Going on after Ctrl-C:
          recurrent train forecast --resume --output runs/0001-forecast

      \(presetList)
      """)

  private static let presetList = PresetList.text(ForecastConfiguration.presets)

  @OptionGroup(title: "Run") var options: TrainingOptions
  @OptionGroup(title: "Run") var outputOptions: OutputOptions
  @OptionGroup(title: "Data") var data: ForecastDataFlags
  @OptionGroup(title: "Preparation") var preparation: ForecastPreparationFlags
  @OptionGroup(title: "Task") var task: ForecastTaskFlags
  @OptionGroup(title: "Model") var model: ForecastModelFlags
  @OptionGroup(title: "Training") var training: ForecastTrainingFlags

  func run() throws {
    let console = outputOptions.console
    try withStopSignals { stop in
      let run = try options.resume ? resumedRun() : newRun(console)
      var progress = ProgressReporter(isQuiet: outputOptions.quiet)
      let report = try run.run(until: stop) { progress.observe($0) }
      if case .interrupted(let reason) = report.outcome {
        console.note("go on with:  " + CommandText("train", "forecast", "--resume", "--output", run.folder.path).text)
        throw Stopped(exitStatus: reason.exitStatus)
      }
      try ForecastSummary(run, report).show(on: console)
    }
  }

  /// What flags have given.
  var flags: [SettingAssignment] {
    data.assignments + preparation.assignments + task.assignments + model.assignments + training.assignments
  }

  private func newRun(_ console: Console) throws -> ForecastRun {
    var assignments = try options.assignments(for: ForecastConfiguration.self, flags: flags)
    let isUnnamed = options.preset == nil && options.config == nil && !assignments.contains { $0.key == "data" }
    if isUnnamed { assignments += ForecastConfiguration.airline.assignments }
    let configuration = try ForecastConfiguration(resolving: assignments)
    if isUnnamed {
      console.note(
        "no --data, --preset or --config given: taking --preset \(ForecastConfiguration.airline.name), "
          + "the built-in airline passengers")
    }
    // The data come first: where they cannot be used, no folder is made.
    let training = try ForecastTraining(configuration)
    return try ForecastRun(training, folder: try options.newFolder(task: Forecaster.task))
  }

  private func resumedRun() throws -> ForecastRun {
    let folder = try options.resumedFolder()
    let stored = try ForecastConfiguration(resolving: ConfigurationFile(folder.configurationPath).assignments)
    let given = try options.assignments(for: ForecastConfiguration.self, flags: flags)
    return try ForecastRun(resuming: folder, configuration: stored.resumed(with: given))
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
