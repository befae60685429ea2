import ArgumentParser
import RecurrentTasks
import RecurrentTraining

/// `recurrent train translate`.
struct TrainTranslateCommand: TrainingCommand {
  static let configuration = CommandConfiguration(
    commandName: "translate",
    abstract: "Trains a translator: an encoder that reads and a decoder that writes.",
    discussion: """
      Sources and targets are any sequences: sentences of two languages, long texts and short ones, a question and its answer.

      EXAMPLES:
        Dates as people write them, to 2004-03-31; the data are built in:
          recurrent train translate --preset dates
        Two files whose lines belong together:
          recurrent train translate --preset multi30k --source train.de --target train.en \\
            --validation-source val.de --validation-target val.en
        One table, source<TAB>target, a twentieth of which is held out:
          recurrent train translate --data pairs.tsv
        A language without spaces, and pieces of words:
          recurrent train translate --data pairs.tsv --source-level bpe --source-vocabulary 8000 --target-level char
        Without attention, the context beside every step (Cho et al., 2014):
          recurrent train translate --data pairs.tsv --attention none --context-route every-step
        Going on after Ctrl-C:
          recurrent train translate --resume --output runs/0001-translate

      \(presetList)
      """)

  private static let presetList = PresetList.text(TranslationConfiguration.presets)

  @OptionGroup(title: "Run") var options: TrainingOptions
  @OptionGroup(title: "Run") var outputOptions: OutputOptions
  @OptionGroup(title: "Data") var data: TranslationDataFlags
  @OptionGroup(title: "Symbols") var symbols: TranslationSymbolFlags
  @OptionGroup(title: "Model") var model: TranslationModelFlags
  @OptionGroup(title: "Training") var training: TranslationTrainingFlags

  var flags: [SettingAssignment] {
    data.assignments + symbols.assignments + model.assignments + training.assignments
  }

  func nextCommands(after run: TaskRun<TranslationTraining>) -> [String] {
    let folder = run.folder.path
    let evaluate =
      run.training.parts.test == nil
      ? CommandText("evaluate", folder, "--data").text + " FILE" : CommandText("evaluate", folder).text
    return [
      CommandText("translate", folder).text + " < source > target", evaluate, CommandText("info", folder).text,
    ]
  }
}
