import RecurrentLayers
public import RecurrentTraining

extension TranslationConfiguration {
  /// All settings, in the order in which they are shown.
  public static var fields: [SettingField<Self>] {
    SettingField.group("Data", dataFields)
      + SettingField.group("Symbols", symbolFields)
      + SettingField.group("Network", networkFields)
      + SettingField.group("Encoder", RecurrentArchitecture.fields.map { $0.nested(in: \.encoder, of: "encoder") })
      + SettingField.group("Decoder", RecurrentArchitecture.fields.map { $0.nested(in: \.decoder, of: "decoder") })
      + SettingField.group("Learning", learningFields)
      + TrainingConfiguration.fields.map { $0.nested(in: \.training) }
  }

  private static var dataFields: [SettingField<Self>] {
    [
      SettingField("data", \.data, "pairs to learn from, source<TAB>target (plain or .gz); builtin:dates", .notEmpty),
      SettingField("source", \.source, "sources, one a line, in a file of their own", .notEmpty),
      SettingField("target", \.target, "their targets, one a line", .notEmpty),
      SettingField(
        "validation", \.validation, "pairs to judge training by, or a share of the data; null: none", .notEmpty),
      SettingField("validation_source", \.validationSource, "the sources of that part in a file", .notEmpty),
      SettingField("validation_target", \.validationTarget, "the targets of that part", .notEmpty),
      SettingField("test", \.test, "pairs to report on; null: none", .notEmpty),
      SettingField("test_source", \.testSource, "the sources of that part in a file", .notEmpty),
      SettingField("test_target", \.testTarget, "the targets of that part", .notEmpty),
      SettingField("frames", \.frames, "raw frames of sources; the data are then an index of them", .notEmpty),
      SettingField("validation_frames", \.validationFrames, "frames of the validation part; null: frames", .notEmpty),
      SettingField("test_frames", \.testFrames, "frames of the test part; null: frames", .notEmpty),
      SettingField(
        "frame_type", \.frameType, "u8, i8, u16le, i16le, i32le, f32le or f64le; null: as the file's name says"),
      SettingField("frame_channels", \.frameChannels, "numbers of a frame", .within(1...65_536)),
      SettingField("target_column", \.targetColumn, "column of the targets in an index of frames", .notEmpty),
      SettingField("maximum_length", \.maximumLength, "most symbols of a source or a target", .within(1...100_000)),
    ]
  }

  private static var symbolFields: [SettingField<Self>] {
    [
      SettingField("source_level", \.sourceLevel, "what symbols of sources are: word, char or bpe"),
      SettingField("target_level", \.targetLevel, "what symbols of targets are: word, char or bpe"),
      SettingField(
        "source_minimum_count", \.sourceMinimumCount, "how often a symbol of sources must occur", .atLeast(1)),
      SettingField(
        "target_minimum_count", \.targetMinimumCount, "how often a symbol of targets must occur", .atLeast(1)),
      SettingField(
        "source_vocabulary", \.sourceVocabularyLimit, "most symbols of sources; null: all", .within(5...10_000_000)),
      SettingField(
        "target_vocabulary", \.targetVocabularyLimit, "most symbols of targets; null: all", .within(5...10_000_000)),
    ]
  }

  private static var networkFields: [SettingField<Self>] {
    [
      SettingField("embedding", \.embedding, "numbers of a symbol's vector", .within(1...65_536)),
      SettingField(
        "writer", \.writer, "decoder, or ctc: steps of the source say symbols, and settings of a decoder do nothing"),
      SettingField("context", \.context, "of the source: last, transformed-last or transformed-mean"),
      SettingField("context_route", \.contextRoute, "to the decoder: initial-state, every-step or both"),
      SettingField("bridge", \.bridge, "to the first state: learned, or identity (the same layers on both sides)"),
      SettingField("attention", \.attention, "none, additive, dot, general or projected"),
      SettingField(
        "attention_order", \.attentionOrder, "before-step, after-step or after-step-with-feeding"),
      SettingField(
        "attention_size", \.attentionSize, "features that are matched, of additive and projected", .within(1...65_536)),
      SettingField("coverage", \.coverage, "let the attention see where it has looked before"),
      SettingField("coverage_loss", \.coverageLoss, "weight of the loss of looking twice", .atLeast(0)),
      SettingField("tied", \.isTied, "let the vectors of the target's symbols make the logits"),
    ]
  }

  private static var learningFields: [SettingField<Self>] {
    [
      SettingField(
        "embedding_dropout", \.embeddingDropout, "share of the symbols' vectors dropped in training", .within(0..<1)),
      SettingField(
        "output_dropout", \.outputDropout, "share of the outputs of both networks dropped", .within(0..<1)),
      SettingField("dropout_masks", \.dropoutMasks, "per-step or per-sequence"),
      SettingField(
        "label_smoothing", \.labelSmoothing, "how much of the target is spread over all symbols", .within(0..<1)),
      SettingField(
        "scheduled_sampling", \.scheduledSampling, "feed what the model says: none, per-token or per-sequence"),
      SettingField("sampling_share", \.samplingShare, "share of that in the last epoch", .within(0...1)),
      SettingField("batch_size", \.batchSize, "pairs in a batch", .within(1...1_000_000)),
      SettingField(
        "batch_tokens", \.batchTokens, "most symbols of a batch on the longer side; null: no limit",
        .within(1...100_000_000)),
      SettingField("judge", \.judge, "the best epoch by: loss, bleu, exact-match or error-rate"),
    ]
  }
}
