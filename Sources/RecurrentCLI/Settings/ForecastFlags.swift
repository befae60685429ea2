import ArgumentParser
import RecurrentFormats
import RecurrentTraining

/// The settings of a forecaster that have a flag of their own; `--set` reaches the others.
struct ForecastFlags: ParsableArguments {
  @OptionGroup(title: "Data") var data: Data
  @OptionGroup(title: "Preparation") var preparation: Preparation
  @OptionGroup(title: "Task") var task: Task
  @OptionGroup(title: "Model") var model: Model
  @OptionGroup(title: "Training") var training: Training

  struct Data: ParsableArguments {
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

  struct Preparation: ParsableArguments {
    @Option(setting: "train", value: "size") var train: SettingAssignment?
    @Option(setting: "validation", value: "size") var validation: SettingAssignment?
    @Option(setting: "test", value: "size") var test: SettingAssignment?
    @Option(setting: "scaler") var scaler: SettingAssignment?
    @Option(setting: "fit_scaler_on") var fitScalerOn: SettingAssignment?
    @Flag(setting: "logarithm") var logarithm: Bool?
    @Option(setting: "difference") var difference: SettingAssignment?
    @Option(setting: "seasonal_difference") var seasonalDifference: SettingAssignment?
  }

  struct Task: ParsableArguments {
    @Option(setting: "arrangement") var arrangement: SettingAssignment?
    @Option(setting: "look_back", value: "steps") var lookBack: SettingAssignment?
    @Option(setting: "horizon", value: "steps") var horizon: SettingAssignment?
    @Option(setting: "strategy") var strategy: SettingAssignment?
    @Option(setting: "labels") var labels: SettingAssignment?
    @Option(setting: "batch_size") var batchSize: SettingAssignment?
  }

  struct Model: ParsableArguments {
    @Option(setting: "cell") var cell: SettingAssignment?
    @Option(list: "hidden", value: "sizes") var hidden: [SettingAssignment]
    @Option(setting: "layers") var layers: SettingAssignment?
    @Option(setting: "dropout") var dropout: SettingAssignment?
  }

  struct Training: ParsableArguments {
    @Option(setting: "epochs") var epochs: SettingAssignment?
    @Option(setting: "optimizer") var optimizer: SettingAssignment?
    @Option(setting: "learning_rate") var learningRate: SettingAssignment?
    @Option(setting: "clip_norm", value: "number") var clipNorm: SettingAssignment?
    @Option(setting: "patience", value: "epochs") var patience: SettingAssignment?
    @Option(setting: "seed") var seed: SettingAssignment?
    @Option(setting: "threads", value: "number") var threads: SettingAssignment?
    @Flag(setting: "plot") var plot: Bool?
  }

  /// What was typed.
  var assignments: [SettingAssignment] {
    Self.assignments(in: data) + Self.assignments(in: preparation) + Self.assignments(in: task)
      + Self.assignments(in: model) + Self.assignments(in: training)
      + [("logarithm", preparation.logarithm), ("plot", training.plot)].compactMap { key, value in
        value.map { SettingFlag.assignment(key, .bool($0)) }
      }
  }

  /// What the options of a group have read, found by reflection so that there is no second list of them.
  private static func assignments(in group: some ParsableArguments) -> [SettingAssignment] {
    Mirror(reflecting: group).children.flatMap { child -> [SettingAssignment] in
      switch child.value {
      case let option as Option<SettingAssignment?>: return option.wrappedValue.map { [$0] } ?? []
      case let option as Option<[SettingAssignment]>: return joined(option.wrappedValue).map { [$0] } ?? []
      default: return []
      }
    }
  }

  /// A repeated list flag as one list: `--target a --target b,c`.
  private static func joined(_ assignments: [SettingAssignment]) -> SettingAssignment? {
    guard var first = assignments.first else { return nil }
    if assignments.count > 1 {
      first.value = .string(assignments.compactMap(\.value.string).joined(separator: ","))
    }
    return first
  }
}
