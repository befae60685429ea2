import RecurrentFormats
public import RecurrentTraining

extension TaggingConfiguration {
  /// Named sets of values.
  public static var presets: [SettingPreset] { [englishUPOS, chineseUPOS] }

  private static var englishUPOS: SettingPreset {
    SettingPreset(
      "english-upos", "universal parts of speech of an English treebank: words and characters, BiLSTM 192",
      [
        "column": "upos", "epochs": 8,
      ])
  }

  private static var chineseUPOS: SettingPreset {
    SettingPreset(
      "chinese-upos", "universal parts of speech of a Chinese treebank with words already split",
      [
        "column": "upos", "epochs": 10,
      ])
  }
}
