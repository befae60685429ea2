import ArgumentParser
import RecurrentTasks
import RecurrentTraining

// The settings of a translator that have a flag of their own, by the headings of the help; `--set` reaches the others.

/// The pairs and their symbols.
struct TranslationDataFlags: SettingFlags {
  @Option(of: TranslationConfiguration.self, setting: "data", value: "file") var data: SettingAssignment?
  @Option(of: TranslationConfiguration.self, setting: "source", value: "file") var source: SettingAssignment?
  @Option(of: TranslationConfiguration.self, setting: "target", value: "file") var target: SettingAssignment?
  @Option(of: TranslationConfiguration.self, setting: "validation", value: "file or share") var validation:
    SettingAssignment?
  @Option(of: TranslationConfiguration.self, setting: "validation_source", value: "file")
  var validationSource: SettingAssignment?
  @Option(of: TranslationConfiguration.self, setting: "validation_target", value: "file")
  var validationTarget: SettingAssignment?
  @Option(of: TranslationConfiguration.self, setting: "test", value: "file") var test: SettingAssignment?
  @Option(of: TranslationConfiguration.self, setting: "test_source", value: "file") var testSource: SettingAssignment?
  @Option(of: TranslationConfiguration.self, setting: "test_target", value: "file") var testTarget: SettingAssignment?
}

/// What symbols are.
struct TranslationSymbolFlags: SettingFlags {
  @Option(of: TranslationConfiguration.self, setting: "source_level") var sourceLevel: SettingAssignment?
  @Option(of: TranslationConfiguration.self, setting: "target_level") var targetLevel: SettingAssignment?
  @Option(of: TranslationConfiguration.self, setting: "source_minimum_count", value: "number")
  var sourceMinimumCount: SettingAssignment?
  @Option(of: TranslationConfiguration.self, setting: "target_minimum_count", value: "number")
  var targetMinimumCount: SettingAssignment?
  @Option(of: TranslationConfiguration.self, setting: "source_vocabulary", value: "number")
  var sourceVocabulary: SettingAssignment?
  @Option(of: TranslationConfiguration.self, setting: "target_vocabulary", value: "number")
  var targetVocabulary: SettingAssignment?
}

/// The networks.
struct TranslationModelFlags: SettingFlags {
  @Option(of: TranslationConfiguration.self, setting: "embedding", value: "size") var embedding: SettingAssignment?
  @Option(of: TranslationConfiguration.self, setting: "encoder_cell") var encoderCell: SettingAssignment?
  @Option(of: TranslationConfiguration.self, list: "encoder_hidden", value: "sizes")
  var encoderHidden: [SettingAssignment]
  @Option(of: TranslationConfiguration.self, setting: "decoder_cell") var decoderCell: SettingAssignment?
  @Option(of: TranslationConfiguration.self, list: "decoder_hidden", value: "sizes")
  var decoderHidden: [SettingAssignment]
  @Option(of: TranslationConfiguration.self, setting: "context") var context: SettingAssignment?
  @Option(of: TranslationConfiguration.self, setting: "context_route") var contextRoute: SettingAssignment?
  @Option(of: TranslationConfiguration.self, setting: "attention") var attention: SettingAssignment?
  @Option(of: TranslationConfiguration.self, setting: "attention_order") var attentionOrder: SettingAssignment?
  @Option(of: TranslationConfiguration.self, setting: "output_dropout", value: "share")
  var outputDropout: SettingAssignment?
}

/// How they are trained.
struct TranslationTrainingFlags: SettingFlags {
  @Option(of: TranslationConfiguration.self, setting: "scheduled_sampling") var sampling: SettingAssignment?
  @Option(of: TranslationConfiguration.self, setting: "label_smoothing", value: "share")
  var labelSmoothing: SettingAssignment?
  @Option(of: TranslationConfiguration.self, setting: "batch_size") var batchSize: SettingAssignment?
  @Option(of: TranslationConfiguration.self, setting: "epochs") var epochs: SettingAssignment?
  @Option(of: TranslationConfiguration.self, setting: "optimizer") var optimizer: SettingAssignment?
  @Option(of: TranslationConfiguration.self, setting: "learning_rate") var learningRate: SettingAssignment?
  @Option(of: TranslationConfiguration.self, setting: "clip_norm", value: "number") var clipNorm: SettingAssignment?
  @Option(of: TranslationConfiguration.self, setting: "judge") var judge: SettingAssignment?
  @Option(of: TranslationConfiguration.self, setting: "patience", value: "epochs") var patience: SettingAssignment?
  @Option(of: TranslationConfiguration.self, setting: "seed") var seed: SettingAssignment?
  @Flag(of: TranslationConfiguration.self, setting: "deterministic") var deterministic: Bool?
  @Option(of: TranslationConfiguration.self, setting: "threads", value: "number") var threads: SettingAssignment?
}
