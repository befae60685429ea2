import ArgumentParser
import RecurrentTasks
import RecurrentTraining

// The settings of a forecaster that have a flag of their own, by the headings of the help; `--set` reaches the others.

/// The table and its columns.
struct ForecastDataFlags: SettingFlags {
  @Option(of: ForecastConfiguration.self, setting: "data", value: "file") var data: SettingAssignment?
  @Option(of: ForecastConfiguration.self, setting: "test_data", value: "file") var testData: SettingAssignment?
  @Option(of: ForecastConfiguration.self, setting: "layout") var layout: SettingAssignment?
  @Option(of: ForecastConfiguration.self, list: "target", value: "columns") var target: [SettingAssignment]
  @Option(of: ForecastConfiguration.self, list: "time", value: "columns") var time: [SettingAssignment]
  @Option(of: ForecastConfiguration.self, setting: "series", value: "column") var series: SettingAssignment?
  @Option(of: ForecastConfiguration.self, list: "past_covariates", value: "columns") var pastCovariates:
    [SettingAssignment]
  @Option(of: ForecastConfiguration.self, list: "future_covariates", value: "columns") var futureCovariates:
    [SettingAssignment]
  @Option(of: ForecastConfiguration.self, list: "categories", value: "columns") var categories: [SettingAssignment]
  @Option(of: ForecastConfiguration.self, setting: "frequency", value: "step") var frequency: SettingAssignment?
  @Option(of: ForecastConfiguration.self, setting: "season", value: "number") var season: SettingAssignment?
  @Option(of: ForecastConfiguration.self, setting: "missing", value: "rule") var missing: SettingAssignment?
  @Option(of: ForecastConfiguration.self, setting: "repeated_times", value: "rule") var repeatedTimes:
    SettingAssignment?
  @Option(of: ForecastConfiguration.self, list: "calendar", value: "cycles") var calendar: [SettingAssignment]
}

/// What is done to the values, and how they are divided.
struct ForecastPreparationFlags: SettingFlags {
  @Option(of: ForecastConfiguration.self, setting: "train", value: "size") var train: SettingAssignment?
  @Option(of: ForecastConfiguration.self, setting: "validation", value: "size") var validation: SettingAssignment?
  @Option(of: ForecastConfiguration.self, setting: "test", value: "size") var test: SettingAssignment?
  @Option(of: ForecastConfiguration.self, setting: "scaler") var scaler: SettingAssignment?
  @Option(of: ForecastConfiguration.self, setting: "fit_scaler_on") var fitScalerOn: SettingAssignment?
  @Flag(of: ForecastConfiguration.self, setting: "logarithm") var logarithm: Bool?
  @Option(of: ForecastConfiguration.self, setting: "difference") var difference: SettingAssignment?
  @Option(of: ForecastConfiguration.self, setting: "seasonal_difference") var seasonalDifference: SettingAssignment?
}

/// What is forecast from what.
struct ForecastTaskFlags: SettingFlags {
  @Option(of: ForecastConfiguration.self, setting: "arrangement") var arrangement: SettingAssignment?
  @Option(of: ForecastConfiguration.self, setting: "look_back", value: "steps") var lookBack: SettingAssignment?
  @Option(of: ForecastConfiguration.self, list: "lags", value: "rows") var lags: [SettingAssignment]
  @Option(of: ForecastConfiguration.self, setting: "values_per_step") var valuesPerStep: SettingAssignment?
  @Option(of: ForecastConfiguration.self, setting: "horizon", value: "steps") var horizon: SettingAssignment?
  @Option(of: ForecastConfiguration.self, setting: "strategy") var strategy: SettingAssignment?
  @Flag(of: ForecastConfiguration.self, setting: "share_variables") var shareVariables: Bool?
  @Option(of: ForecastConfiguration.self, setting: "labels") var labels: SettingAssignment?
  @Option(of: ForecastConfiguration.self, setting: "batch_size") var batchSize: SettingAssignment?
}

/// The network.
struct ForecastModelFlags: SettingFlags {
  @Option(of: ForecastConfiguration.self, setting: "cell") var cell: SettingAssignment?
  @Option(of: ForecastConfiguration.self, list: "hidden", value: "sizes") var hidden: [SettingAssignment]
  @Option(of: ForecastConfiguration.self, setting: "layers") var layers: SettingAssignment?
  @Option(of: ForecastConfiguration.self, setting: "dropout") var dropout: SettingAssignment?
  @Flag(of: ForecastConfiguration.self, setting: "window_skip") var windowSkip: Bool?
  @Option(of: ForecastConfiguration.self, list: "base_lags", value: "rows") var baseLags: [SettingAssignment]
  @Option(of: ForecastConfiguration.self, setting: "output_distribution") var outputDistribution: SettingAssignment?
  @Option(of: ForecastConfiguration.self, list: "quantiles", value: "levels") var quantiles: [SettingAssignment]
  @Option(of: ForecastConfiguration.self, setting: "loss") var loss: SettingAssignment?
}

/// How it is trained.
struct ForecastTrainingFlags: SettingFlags {
  @Option(of: ForecastConfiguration.self, setting: "epochs") var epochs: SettingAssignment?
  @Option(of: ForecastConfiguration.self, setting: "optimizer") var optimizer: SettingAssignment?
  @Option(of: ForecastConfiguration.self, setting: "learning_rate") var learningRate: SettingAssignment?
  @Option(of: ForecastConfiguration.self, setting: "clip_norm", value: "number") var clipNorm: SettingAssignment?
  @Option(of: ForecastConfiguration.self, setting: "patience", value: "epochs") var patience: SettingAssignment?
  @Option(of: ForecastConfiguration.self, setting: "seed") var seed: SettingAssignment?
  @Flag(of: ForecastConfiguration.self, setting: "deterministic") var deterministic: Bool?
  @Option(of: ForecastConfiguration.self, list: "levels", value: "80,95") var levels: [SettingAssignment]
  @Option(of: ForecastConfiguration.self, setting: "intervals", value: "source") var intervals: SettingAssignment?
  @Option(of: ForecastConfiguration.self, setting: "threads", value: "number") var threads: SettingAssignment?
  @Flag(of: ForecastConfiguration.self, setting: "plot") var plot: Bool?
}
