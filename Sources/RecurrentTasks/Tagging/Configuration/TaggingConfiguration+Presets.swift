import RecurrentFormats
public import RecurrentTraining

extension TaggingConfiguration {
  /// Named sets of values.
  public static var presets: [SettingPreset] { [englishUPOS, chineseUPOS] }

  private static var englishUPOS: SettingPreset {
    SettingPreset(
      "english-upos", "universal parts of speech of an English treebank: words 100, character LSTM 128, BiLSTM 192",
      treebank(averagingDecay: 0.999))
  }

  private static var chineseUPOS: SettingPreset {
    SettingPreset(
      "chinese-upos", "universal parts of speech of a Chinese treebank whose words are split: the same network",
      treebank(averagingDecay: 0.99))
  }

  /// What was best on the validation parts of both. The mean of weights looks back over the last one to three epochs, which
  /// have 125 steps in the Chinese treebank and 392 in the English one.
  private static func treebank(averagingDecay: Double) -> JSONObject {
    [
      "column": "upos", "case": "lower", "word_size": 100, "unknown_rate": 0.5, "word_dropout": 0.05,
      "characters": "lstm", "character_size": 64, "character_units": 128, "character_dropout": 0.3, "cell": "lstm",
      "hidden": [192], "layers": 1, "bidirectional": true, "input_dropout": 0.4, "output_dropout": 0.4,
      "dropout_masks": "per-step", "head": "softmax", "batch_size": 32, "epochs": 10, "optimizer": "adam",
      "learning_rate": 0.003, "schedule": "cosine", "schedule_unit": "step", "warm_up": 100, "clip_norm": 5,
      "averaging": "exponential", "averaging_decay": .number(averagingDecay),
    ]
  }
}
