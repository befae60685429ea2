import ArgumentParser
import RecurrentTasks
import RecurrentTraining

/// `recurrent train tag`.
struct TrainTagCommand: TrainingCommand {
  static let configuration = CommandConfiguration(
    commandName: "tag",
    abstract: "Trains a tagger: a label for each word of a sentence.",
    discussion: """
      EXAMPLES:
        Parts of speech of a treebank in CoNLL-U, with good settings:
          recurrent train tag --preset english-upos --data train.conllu --validation dev.conllu
        Names, one word and its label a line, with a conditional random field:
          recurrent train tag --data train.txt --validation dev.txt --test test.txt --head crf
        One file of word|TAG, a tenth of which is held out:
          recurrent train tag --data tagged.txt
        Any setting, from a file and by name:
          recurrent train tag --config run.yaml --set word_size=50 --set characters=convolution
        Going on after Ctrl-C:
          recurrent train tag --resume --output runs/0001-tag

      \(presetList)
      """)

  private static let presetList = PresetList.text(TaggingConfiguration.presets)

  @OptionGroup(title: "Run") var options: TrainingOptions
  @OptionGroup(title: "Run") var outputOptions: OutputOptions
  @OptionGroup(title: "Data") var data: TaggingDataFlags
  @OptionGroup(title: "Words") var words: TaggingWordFlags
  @OptionGroup(title: "Model") var model: TaggingModelFlags
  @OptionGroup(title: "Training") var training: TaggingTrainingFlags

  var flags: [SettingAssignment] {
    data.assignments + words.assignments + model.assignments + training.assignments
  }

  func nextCommands(after run: TaskRun<TaggingTraining>) -> [String] {
    let folder = run.folder.path
    let evaluate =
      run.training.parts.test == nil
      ? CommandText("evaluate", folder, "--data").text + " FILE" : CommandText("evaluate", folder).text
    return [CommandText("tag", folder).text + " < text > tagged", evaluate, CommandText("info", folder).text]
  }
}
