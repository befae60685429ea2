import ArgumentParser
import RecurrentTasks
import RecurrentTraining

// The settings of a tagger that have a flag of their own, by the headings of the help; `--set` reaches the others.

/// The sentences and their labels.
struct TaggingDataFlags: SettingFlags {
  @Option(of: TaggingConfiguration.self, setting: "data", value: "file") var data: SettingAssignment?
  @Option(of: TaggingConfiguration.self, setting: "validation", value: "file or share") var validation:
    SettingAssignment?
  @Option(of: TaggingConfiguration.self, setting: "test", value: "file") var test: SettingAssignment?
  @Option(of: TaggingConfiguration.self, setting: "format") var format: SettingAssignment?
  @Option(of: TaggingConfiguration.self, setting: "column") var column: SettingAssignment?
  @Option(of: TaggingConfiguration.self, setting: "spans") var spans: SettingAssignment?
}

/// What words are made of.
struct TaggingWordFlags: SettingFlags {
  @Option(of: TaggingConfiguration.self, setting: "case") var wordCase: SettingAssignment?
  @Option(of: TaggingConfiguration.self, setting: "minimum_count") var minimumCount: SettingAssignment?
  @Option(of: TaggingConfiguration.self, setting: "word_size") var wordSize: SettingAssignment?
  @Option(of: TaggingConfiguration.self, setting: "vectors", value: "file") var vectors: SettingAssignment?
  @Option(of: TaggingConfiguration.self, setting: "characters") var characters: SettingAssignment?
  @Option(of: TaggingConfiguration.self, setting: "character_units") var characterUnits: SettingAssignment?
}

/// The network.
struct TaggingModelFlags: SettingFlags {
  @Option(of: TaggingConfiguration.self, setting: "cell") var cell: SettingAssignment?
  @Option(of: TaggingConfiguration.self, list: "hidden", value: "sizes") var hidden: [SettingAssignment]
  @Option(of: TaggingConfiguration.self, setting: "layers") var layers: SettingAssignment?
  @Option(of: TaggingConfiguration.self, setting: "input_dropout") var inputDropout: SettingAssignment?
  @Option(of: TaggingConfiguration.self, setting: "output_dropout") var outputDropout: SettingAssignment?
  @Option(of: TaggingConfiguration.self, setting: "head") var head: SettingAssignment?
}

/// How it is trained.
struct TaggingTrainingFlags: SettingFlags {
  @Option(of: TaggingConfiguration.self, setting: "batch_size") var batchSize: SettingAssignment?
  @Option(of: TaggingConfiguration.self, setting: "epochs") var epochs: SettingAssignment?
  @Option(of: TaggingConfiguration.self, setting: "optimizer") var optimizer: SettingAssignment?
  @Option(of: TaggingConfiguration.self, setting: "learning_rate") var learningRate: SettingAssignment?
  @Option(of: TaggingConfiguration.self, setting: "clip_norm", value: "number") var clipNorm: SettingAssignment?
  @Option(of: TaggingConfiguration.self, setting: "patience", value: "epochs") var patience: SettingAssignment?
  @Option(of: TaggingConfiguration.self, setting: "seed") var seed: SettingAssignment?
  @Flag(of: TaggingConfiguration.self, setting: "deterministic") var deterministic: Bool?
  @Option(of: TaggingConfiguration.self, setting: "threads", value: "number") var threads: SettingAssignment?
}
