import ArgumentParser
import RecurrentTasks
import RecurrentTraining

// The settings of a language model that have a flag of their own, by the headings of the help; `--set` reaches the others.

/// The text and its symbols.
struct GenerationDataFlags: SettingFlags {
  @Option(of: GenerationConfiguration.self, setting: "data", value: "file") var data: SettingAssignment?
  @Option(of: GenerationConfiguration.self, setting: "validation", value: "share or file")
  var validation: SettingAssignment?
  @Option(of: GenerationConfiguration.self, setting: "test", value: "share or file") var test: SettingAssignment?
  @Option(of: GenerationConfiguration.self, setting: "level") var level: SettingAssignment?
  @Option(of: GenerationConfiguration.self, setting: "minimum_count", value: "number")
  var minimumCount: SettingAssignment?
  @Option(of: GenerationConfiguration.self, setting: "vocabulary_limit", value: "number")
  var vocabularyLimit: SettingAssignment?
}

/// How the text is laid out.
struct GenerationArrangementFlags: SettingFlags {
  @Option(of: GenerationConfiguration.self, setting: "arrangement") var arrangement: SettingAssignment?
  @Option(of: GenerationConfiguration.self, setting: "length", value: "steps") var length: SettingAssignment?
  @Option(of: GenerationConfiguration.self, setting: "batch_size") var batchSize: SettingAssignment?
  @Option(of: GenerationConfiguration.self, setting: "steps_per_epoch", value: "number")
  var stepsPerEpoch: SettingAssignment?
  @Option(of: GenerationConfiguration.self, setting: "separator", value: "line") var separator: SettingAssignment?
}

/// What texts depend on.
struct GenerationConditionFlags: SettingFlags {
  @Option(of: GenerationConfiguration.self, list: "conditions", value: "members") var conditions: [SettingAssignment]
  @Option(of: GenerationConfiguration.self, setting: "conditioning") var conditioning: SettingAssignment?
}

/// The network.
struct GenerationModelFlags: SettingFlags {
  @Option(of: GenerationConfiguration.self, setting: "embedding", value: "size") var embedding: SettingAssignment?
  @Option(of: GenerationConfiguration.self, setting: "cell") var cell: SettingAssignment?
  @Option(of: GenerationConfiguration.self, list: "hidden", value: "sizes") var hidden: [SettingAssignment]
  @Option(of: GenerationConfiguration.self, setting: "layers") var layers: SettingAssignment?
  @Option(of: GenerationConfiguration.self, setting: "dropout") var dropout: SettingAssignment?
  @Option(of: GenerationConfiguration.self, setting: "embedding_dropout", value: "share")
  var embeddingDropout: SettingAssignment?
  @Flag(of: GenerationConfiguration.self, setting: "tied") var tied: Bool?
}

/// How it is trained.
struct GenerationTrainingFlags: SettingFlags {
  @Option(of: GenerationConfiguration.self, setting: "epochs") var epochs: SettingAssignment?
  @Option(of: GenerationConfiguration.self, setting: "optimizer") var optimizer: SettingAssignment?
  @Option(of: GenerationConfiguration.self, setting: "learning_rate") var learningRate: SettingAssignment?
  @Option(of: GenerationConfiguration.self, setting: "clip_norm", value: "number") var clipNorm: SettingAssignment?
  @Option(of: GenerationConfiguration.self, setting: "patience", value: "epochs") var patience: SettingAssignment?
  @Option(of: GenerationConfiguration.self, setting: "seed") var seed: SettingAssignment?
  @Flag(of: GenerationConfiguration.self, setting: "deterministic") var deterministic: Bool?
  @Option(of: GenerationConfiguration.self, setting: "threads", value: "number") var threads: SettingAssignment?
}
