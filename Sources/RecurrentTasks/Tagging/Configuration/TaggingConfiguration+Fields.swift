public import RecurrentTraining

extension TaggingConfiguration {
  /// All settings, in the order in which they are shown.
  public static var fields: [SettingField<Self>] {
    SettingField.group("Data", dataFields)
      + SettingField.group("Words", wordFields)
      + SettingField.group("Characters", characterFields)
      + SettingField.group("Network", networkFields)
      + TrainingConfiguration.fields.map { $0.nested(in: \.training) }
  }

  private static var dataFields: [SettingField<Self>] {
    [
      SettingField(
        "data", \.data, "sentences to learn from (CoNLL-U, word and tag a line, or word|TAG; plain or .gz)",
        .notEmpty),
      SettingField("validation", \.validation, "the same to judge training by, or a share of the data; null: none"),
      SettingField("test", \.test, "the same to report on; null: none"),
      SettingField("format", \.format, "auto, conllu, columns or bars (word|TAG)"),
      SettingField("column", \.column, "of the labels: usual (upos, or the last), upos, xpos, last or a number"),
      SettingField("maximum_length", \.maximumLength, "most words of a sentence", .within(1...100_000)),
      SettingField("spans", \.spans, "what is learned where labels are spans: given, bio or bioes"),
    ]
  }

  private static var wordFields: [SettingField<Self>] {
    [
      SettingField("case", \.wordCase, "look words up in lower case, or keep them as they are: lower or keep"),
      SettingField("minimum_count", \.minimumCount, "how often a word must occur to be looked up", .atLeast(1)),
      SettingField("word_size", \.wordSize, "numbers of a word's vector; 0: none", .within(0...4096)),
      SettingField("vectors", \.vectors, "pre-trained vectors to begin with, as word2vec or GloVe text", .notEmpty),
      SettingField(
        "unknown_rate", \.unknownRate, "how often words seen once become unknown in training", .within(0...1)),
      SettingField("word_dropout", \.wordDropout, "how often any word becomes unknown in training", .within(0..<1)),
    ]
  }

  private static var characterFields: [SettingField<Self>] {
    [
      SettingField("characters", \.characters, "what words are also made of: none, lstm or convolution"),
      SettingField("character_size", \.characterSize, "numbers of a character's vector", .within(1...4096)),
      SettingField("character_units", \.characterUnits, "units of the lstm, or channels", .within(1...4096)),
      SettingField("character_window", \.characterWindow, "characters that a convolution sees", .within(1...63)),
      SettingField("character_limit", \.characterLimit, "most characters of a word that are seen", .within(2...1000)),
      SettingField(
        "character_dropout", \.characterDropout, "share of characters' vectors dropped in training", .within(0..<1)),
    ]
  }

  private static var networkFields: [SettingField<Self>] {
    RecurrentArchitecture.fields.map { $0.nested(in: \.architecture) } + [
      SettingField("input_dropout", \.inputDropout, "share of the layers' inputs dropped in training", .within(0..<1)),
      SettingField("output_dropout", \.outputDropout, "share of the outputs dropped in training", .within(0..<1)),
      SettingField("dropout_masks", \.dropoutMasks, "of inputs and outputs: per-step or per-sequence"),
      SettingField("head", \.head, "softmax, or crf: a conditional random field over the sentence"),
      SettingField("well_formed", \.wellFormed, "answer only well-formed labels where they are spans"),
      SettingField("batch_size", \.batchSize, "sentences in a batch", .within(1...1_000_000)),
    ]
  }
}
