import ArgumentParser
import RecurrentTraining

// The settings of a forecaster that have a flag of their own, by the headings of the help; `--set` reaches the others.

/// The table and its columns.
struct ForecastDataFlags: SettingFlags {
  @Option(setting: "data", value: "file") var data: SettingAssignment?
  @Option(list: "target", value: "columns") var target: [SettingAssignment]
  @Option(list: "time", value: "columns") var time: [SettingAssignment]
  @Option(setting: "series", value: "column") var series: SettingAssignment?
  @Option(list: "past_covariates", value: "columns") var pastCovariates: [SettingAssignment]
  @Option(list: "future_covariates", value: "columns") var futureCovariates: [SettingAssignment]
  @Option(list: "categories", value: "columns") var categories: [SettingAssignment]
  @Option(setting: "frequency", value: "step") var frequency: SettingAssignment?
  @Option(setting: "season", value: "number") var season: SettingAssignment?
}

/// What is done to the values, and how they are divided.
struct ForecastPreparationFlags: SettingFlags {
  @Option(setting: "train", value: "size") var train: SettingAssignment?
  @Option(setting: "validation", value: "size") var validation: SettingAssignment?
  @Option(setting: "test", value: "size") var test: SettingAssignment?
  @Option(setting: "scaler") var scaler: SettingAssignment?
  @Option(setting: "fit_scaler_on") var fitScalerOn: SettingAssignment?
  @Flag(setting: "logarithm") var logarithm: Bool?
  @Option(setting: "difference") var difference: SettingAssignment?
  @Option(setting: "seasonal_difference") var seasonalDifference: SettingAssignment?
}

/// What is forecast from what.
struct ForecastTaskFlags: SettingFlags {
  @Option(setting: "arrangement") var arrangement: SettingAssignment?
  @Option(setting: "look_back", value: "steps") var lookBack: SettingAssignment?
  @Option(setting: "horizon", value: "steps") var horizon: SettingAssignment?
  @Option(setting: "strategy") var strategy: SettingAssignment?
  @Option(setting: "labels") var labels: SettingAssignment?
  @Option(setting: "batch_size") var batchSize: SettingAssignment?
}

/// The network.
struct ForecastModelFlags: SettingFlags {
  @Option(setting: "cell") var cell: SettingAssignment?
  @Option(list: "hidden", value: "sizes") var hidden: [SettingAssignment]
  @Option(setting: "layers") var layers: SettingAssignment?
  @Option(setting: "dropout") var dropout: SettingAssignment?
}

/// How it is trained.
struct ForecastTrainingFlags: SettingFlags {
  @Option(setting: "epochs") var epochs: SettingAssignment?
  @Option(setting: "optimizer") var optimizer: SettingAssignment?
  @Option(setting: "learning_rate") var learningRate: SettingAssignment?
  @Option(setting: "clip_norm", value: "number") var clipNorm: SettingAssignment?
  @Option(setting: "patience", value: "epochs") var patience: SettingAssignment?
  @Option(setting: "seed") var seed: SettingAssignment?
  @Option(setting: "threads", value: "number") var threads: SettingAssignment?
  @Flag(setting: "plot") var plot: Bool?
}
