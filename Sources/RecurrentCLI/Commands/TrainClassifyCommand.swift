import ArgumentParser
import RecurrentTasks
import RecurrentTraining

/// `recurrent train classify`.
struct TrainClassifyCommand: TrainingCommand {
  static let configuration = CommandConfiguration(
    commandName: "classify",
    abstract: "Trains a classifier, or a regression, of texts or signals.",
    discussion: """
      EXAMPLES:
        Texts, label and text between tabs (or fastText, CSV with columns label and text, JSON lines):
          recurrent train classify --data train.tsv --validation dev.tsv --test test.tsv
          recurrent train classify --data reviews.csv --label stars --target number --test 0.2
        Signals as .ts files, or as a table with a step on each row and another one with the labels:
          recurrent train classify --preset vowels --data Vowels_TRAIN.ts --test Vowels_TEST.ts
          recurrent train classify --data rss.csv --series seq --time t --targets rooms.csv --test group=3
        Windows over long recordings of other people: raw frames, and an index of their segments:
          recurrent train classify --preset activities --data train-segments.csv --frames train.i16le \\
            --validation user=19,21,22 --test test-segments.csv --test-frames test.i16le
        Any setting, from a file and by name:
          recurrent train classify --config run.yaml --set network=conv --set kernels=3,4,5
        Going on after Ctrl-C:
          recurrent train classify --resume --output runs/0001-classify

      \(presetList)
      """)

  private static let presetList = PresetList.text(ClassificationConfiguration.presets)

  @OptionGroup(title: "Run") var options: TrainingOptions
  @OptionGroup(title: "Run") var outputOptions: OutputOptions
  @OptionGroup(title: "Data") var data: ClassificationDataFlags
  @OptionGroup(title: "Signals") var signals: ClassificationSignalFlags
  @OptionGroup(title: "Text") var text: ClassificationTextFlags
  @OptionGroup(title: "Model") var model: ClassificationModelFlags
  @OptionGroup(title: "Training") var training: ClassificationTrainingFlags

  var flags: [SettingAssignment] {
    data.assignments + signals.assignments + text.assignments + model.assignments + training.assignments
  }

  func nextCommands(after run: TaskRun<ClassificationTraining>) -> [String] {
    let classifier = run.training.initial
    let file = classifier.configuration.test.flatMap { $0.contains("=") || Double($0) != nil ? nil : $0 }
    let use =
      classifier.takesTexts
      ? CommandText("classify", run.folder.path).text + " < texts.txt"
      : CommandText("classify", run.folder.path, file ?? classifier.configuration.data[0]).text
    let judge =
      file == nil
      ? CommandText("evaluate", run.folder.path, "--data", "FILE")
      : CommandText("evaluate", run.folder.path, "--plot", "confusion.svg")
    return [use, judge.text, CommandText("info", run.folder.path).text]
  }
}
