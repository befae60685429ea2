public import RecurrentTraining

extension GenerationConfiguration {
  /// All settings, in the order in which they are shown.
  public static var fields: [SettingField<Self>] {
    SettingField.group("Data", dataFields)
      + SettingField.group("Arrangement", arrangementFields)
      + SettingField.group("Conditions", conditionFields)
      + SettingField.group("Model", modelFields)
      + TrainingConfiguration.fields.map { $0.nested(in: \.training) }
  }

  private static var dataFields: [SettingField<Self>] {
    [
      SettingField("data", \.data, "text, or records as .jsonl (plain or .gz)", .notEmpty),
      SettingField("validation", \.validation, "share of the end of the text, or a file; null: none", .notEmpty),
      SettingField("test", \.test, "the same of the test part", .notEmpty),
      SettingField("level", \.level, "what the symbols are: word or char"),
      SettingField("minimum_count", \.minimumCount, "how often a symbol must occur to be known", .atLeast(1)),
      SettingField("vocabulary_limit", \.vocabularyLimit, "most symbols; null: all", .atLeast(2)),
      SettingField("end_of_line", \.endOfLine, "of words: whether the end of a line is a word, <eos>"),
      SettingField("form", \.form, "what records are: text, or abc (malformed tunes are not learnt from)"),
      SettingField("separator", \.separator, "line between two records; null: blank lines", .notEmpty),
    ]
  }

  private static var arrangementFields: [SettingField<Self>] {
    [
      SettingField(
        "arrangement", \.arrangement,
        "stream (state carried on), windows (beginning anywhere) or records (texts of their own)"),
      SettingField("length", \.length, "steps that a gradient flows back over", .within(1...100_000)),
      SettingField("batch_size", \.batchSize, "texts read side by side", .within(1...65536)),
      SettingField("steps_per_epoch", \.stepsPerEpoch, "of windows; null: as many as the text has", .atLeast(1)),
    ]
  }

  private static var conditionFields: [SettingField<Self>] {
    [
      SettingField("conditions", \.conditions, "members of the records that texts depend on", .notEmpty),
      SettingField("conditioning", \.conditioning, "when the network sees them: first step or every step"),
      SettingField("obey", \.obey, "a text obeys if: text (it is the record's) or fields (its ABC header says so)"),
    ]
  }

  private static var modelFields: [SettingField<Self>] {
    [
      SettingField("embedding", \.embedding, "size of the vector of a symbol", .within(1...65536)),
      SettingField(
        "embedding_dropout", \.embeddingDropout, "share of the vectors' numbers dropped in training", .within(0..<1)),
      SettingField("tied", \.isTied, "let the vectors of symbols make the logits, too"),
    ] + RecurrentArchitecture.fields.map { $0.nested(in: \.architecture) } + [
      SettingField(
        "activation_penalty", \.activationPenalty, "weight of the mean square of the outputs in the loss", .atLeast(0)),
      SettingField(
        "change_penalty", \.changePenalty, "weight of the mean square of the outputs' changes in the loss", .atLeast(0)),
    ]
  }
}
