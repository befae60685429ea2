import ArgumentParser
import RecurrentTasks
import RecurrentTraining

/// `recurrent train forecast`.
struct TrainForecastCommand: TrainingCommand {
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
        Many series, a line each, through one network, and what came after them as the test part:
          recurrent train forecast --preset m4-hourly --data train.csv.gz --test-data test.csv
        Intervals, from a distribution that is learned or from errors on the validation part:
          recurrent train forecast --data sales.csv --output-distribution student-t --levels 80,95
          recurrent train forecast --data sales.csv --validation 0.2 --levels 80
        Missing values and the calendar:
          recurrent train forecast --data load.csv --missing interpolate --calendar auto
        Any setting, from a file and by name:
          recurrent train forecast --config run.yaml --set optimizer=adamw --set weight_decay=0.01
        Shapes, memory and time before a long run:
          recurrent train forecast --preset hourly-weather --data beijing-pm25.csv --dry-run
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

  var flags: [SettingAssignment] {
    data.assignments + preparation.assignments + task.assignments + model.assignments + training.assignments
  }

  static var standardPreset: SettingPreset? { ForecastConfiguration.airline }

  func nextCommands(after run: TaskRun<ForecastTraining>) -> [String] {
    ForecastNextCommands(run).lines
  }
}
