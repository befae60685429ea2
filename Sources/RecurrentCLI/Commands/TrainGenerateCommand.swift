import ArgumentParser
import RecurrentTasks
import RecurrentTraining

/// `recurrent train generate`.
struct TrainGenerateCommand: TrainingCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Trains a language model that generates text or music.",
    discussion: """
      EXAMPLES:
        Characters of a text of your own:
          recurrent train generate --data input.txt
        Words, with files for validation and test:
          recurrent train generate --preset ptb-small --data train.txt --validation valid.txt
        Tunes separated by blank lines:
          recurrent train generate --preset irish-tunes --data tunes.abc
        Texts that depend on members of their records, {"text": "...", "mood": "sad"} on every line:
          recurrent train generate --data poems.jsonl --arrangement records --conditions mood
        Shapes, memory and time before a long run:
          recurrent train generate --data input.txt --hidden 1024 --dry-run
        Going on after Ctrl-C:
          recurrent train generate --resume --output runs/0001-generate

      \(presetList)
      """)

  private static let presetList = PresetList.text(GenerationConfiguration.presets)

  @OptionGroup(title: "Run") var options: TrainingOptions
  @OptionGroup(title: "Run") var outputOptions: OutputOptions
  @OptionGroup(title: "Data") var data: GenerationDataFlags
  @OptionGroup(title: "Arrangement") var arrangement: GenerationArrangementFlags
  @OptionGroup(title: "Conditions") var conditions: GenerationConditionFlags
  @OptionGroup(title: "Model") var model: GenerationModelFlags
  @OptionGroup(title: "Training") var training: GenerationTrainingFlags

  var flags: [SettingAssignment] {
    data.assignments + arrangement.assignments + conditions.assignments + model.assignments + training.assignments
  }

  func nextCommands(after run: TaskRun<GenerationTraining>) -> [String] {
    let folder = run.folder.path
    let given = run.training.exampleConditions.flatMap { ["--condition", $0] }
    return [
      CommandText(["generate", folder] + given).text, CommandText("evaluate", folder, "--data").text + " FILE",
      CommandText("info", folder).text,
    ]
  }
}
