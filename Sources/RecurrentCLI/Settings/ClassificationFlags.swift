import ArgumentParser
import RecurrentTasks
import RecurrentTraining

// The settings of a classifier that have a flag of their own, by the headings of the help; `--set` reaches the others.

/// The files and their columns.
struct ClassificationDataFlags: SettingFlags {
  @Option(of: ClassificationConfiguration.self, list: "data", value: "file") var data: [SettingAssignment]
  @Option(of: ClassificationConfiguration.self, setting: "validation", value: "part") var validation: SettingAssignment?
  @Option(of: ClassificationConfiguration.self, setting: "test", value: "part") var test: SettingAssignment?
  @Option(of: ClassificationConfiguration.self, setting: "format") var format: SettingAssignment?
  @Option(of: ClassificationConfiguration.self, setting: "target") var target: SettingAssignment?
  @Option(of: ClassificationConfiguration.self, setting: "label", value: "column") var label: SettingAssignment?
  @Option(of: ClassificationConfiguration.self, setting: "text", value: "column") var text: SettingAssignment?
  @Option(of: ClassificationConfiguration.self, list: "labels") var labels: [SettingAssignment]
  @Option(of: ClassificationConfiguration.self, setting: "train_fraction") var trainFraction: SettingAssignment?
}

/// Where signals are.
struct ClassificationSignalFlags: SettingFlags {
  @Option(of: ClassificationConfiguration.self, setting: "series", value: "column") var series: SettingAssignment?
  @Option(of: ClassificationConfiguration.self, setting: "time", value: "column") var time: SettingAssignment?
  @Option(of: ClassificationConfiguration.self, setting: "targets", value: "file") var targets: SettingAssignment?
  @Option(of: ClassificationConfiguration.self, setting: "frames", value: "file") var frames: SettingAssignment?
  @Option(of: ClassificationConfiguration.self, setting: "validation_frames", value: "file") var validationFrames:
    SettingAssignment?
  @Option(of: ClassificationConfiguration.self, setting: "test_frames", value: "file") var testFrames:
    SettingAssignment?
  @Option(of: ClassificationConfiguration.self, setting: "frame_type") var frameType: SettingAssignment?
  @Option(of: ClassificationConfiguration.self, setting: "frame_channels", value: "number") var frameChannels:
    SettingAssignment?
  @Option(of: ClassificationConfiguration.self, setting: "window", value: "steps") var window: SettingAssignment?
  @Option(of: ClassificationConfiguration.self, setting: "window_step", value: "steps") var windowStep:
    SettingAssignment?
}

/// What texts are made of.
struct ClassificationTextFlags: SettingFlags {
  @Option(of: ClassificationConfiguration.self, setting: "level") var level: SettingAssignment?
  @Flag(of: ClassificationConfiguration.self, setting: "lowercase") var lowercase: Bool?
  @Option(of: ClassificationConfiguration.self, setting: "minimum_count") var minimumCount: SettingAssignment?
  @Option(of: ClassificationConfiguration.self, setting: "vectors", value: "file") var vectors: SettingAssignment?
}

/// The network.
struct ClassificationModelFlags: SettingFlags {
  @Option(of: ClassificationConfiguration.self, setting: "network") var network: SettingAssignment?
  @Option(of: ClassificationConfiguration.self, setting: "embedding") var embedding: SettingAssignment?
  @Option(of: ClassificationConfiguration.self, setting: "cell") var cell: SettingAssignment?
  @Option(of: ClassificationConfiguration.self, list: "hidden", value: "sizes") var hidden: [SettingAssignment]
  @Option(of: ClassificationConfiguration.self, setting: "layers") var layers: SettingAssignment?
  @Option(of: ClassificationConfiguration.self, list: "filters", value: "numbers") var filters: [SettingAssignment]
  @Option(of: ClassificationConfiguration.self, list: "kernels", value: "steps") var kernels: [SettingAssignment]
  @Option(of: ClassificationConfiguration.self, list: "pooling") var pooling: [SettingAssignment]
}

/// How it is trained.
struct ClassificationTrainingFlags: SettingFlags {
  @Option(of: ClassificationConfiguration.self, setting: "epochs") var epochs: SettingAssignment?
  @Option(of: ClassificationConfiguration.self, setting: "batch_size") var batchSize: SettingAssignment?
  @Option(of: ClassificationConfiguration.self, setting: "optimizer") var optimizer: SettingAssignment?
  @Option(of: ClassificationConfiguration.self, setting: "learning_rate") var learningRate: SettingAssignment?
  @Option(of: ClassificationConfiguration.self, setting: "class_weighting") var classWeighting: SettingAssignment?
  @Option(of: ClassificationConfiguration.self, setting: "patience", value: "epochs") var patience: SettingAssignment?
  @Option(of: ClassificationConfiguration.self, setting: "seed") var seed: SettingAssignment?
  @Flag(of: ClassificationConfiguration.self, setting: "deterministic") var deterministic: Bool?
  @Option(of: ClassificationConfiguration.self, setting: "threads", value: "number") var threads: SettingAssignment?
  @Flag(of: ClassificationConfiguration.self, setting: "plot") var plot: Bool?
}
