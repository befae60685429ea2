import RecurrentFormats
public import RecurrentTraining

extension GenerationConfiguration {
  /// Named sets of values.
  public static var presets: [SettingPreset] { [shakespeare, pennTreebankSmall, irishTunes, digitNames] }

  private static var shakespeare: SettingPreset {
    SettingPreset(
      "shakespeare", "characters of a text of about a megabyte: LSTM 512 over windows of 100, Adam",
      [
        "level": "char", "arrangement": "stream", "length": 100, "batch_size": 50, "embedding": 64, "cell": "lstm",
        "hidden": [512], "layers": 1, "epochs": 10, "optimizer": "adam", "learning_rate": 0.002, "clip_norm": 1,
      ])
  }

  /// The rate and the limit of the gradient in the paper are 1 and 5, for a loss that is the sum over 20 steps; ours is
  /// the mean.
  private static var pennTreebankSmall: SettingPreset {
    SettingPreset(
      "ptb-small", "words of the Penn Treebank: the small model of Zaremba et al. (2014), two LSTM layers of 200",
      [
        "level": "word", "end_of_line": true, "arrangement": "stream", "length": 20, "batch_size": 20,
        "embedding": 200, "cell": "lstm", "hidden": [200], "layers": 2, "bias": "single", "init_range": 0.1,
        "epochs": 13, "optimizer": "sgd", "learning_rate": 20, "clip_norm": 0.25,
        "schedule": "exponential", "schedule_factor": 0.5, "schedule_hold": 3,
      ])
  }

  /// The last epoch is kept, when the rate has come down: the validation loss is lowest some epochs before, but more of the
  /// tunes drawn from that model break the rules of the notation.
  private static var irishTunes: SettingPreset {
    SettingPreset(
      "irish-tunes", "tunes in ABC notation, separated by blank lines: LSTM 1024 over windows of 100",
      [
        "level": "char", "arrangement": "records", "form": "abc", "length": 100, "batch_size": 8, "validation": "0.1",
        "test": "0.1", "embedding": 256, "embedding_dropout": 0.1, "cell": "lstm", "hidden": [1024], "layers": 1,
        "dropout": 0.3, "epochs": 16, "optimizer": "adam", "learning_rate": 0.002, "clip_norm": 1,
        "schedule": "cosine", "schedule_unit": "step", "keep_best": false,
      ])
  }

  private static var digitNames: SettingPreset {
    SettingPreset(
      "digit-names", "the name of a digit, letter by letter, from 28 row means of its picture (member 'rows')",
      [
        "level": "char", "arrangement": "records", "conditions": ["rows"], "conditioning": "every", "obey": "text",
        "validation": "0.125", "length": 50, "batch_size": 64, "embedding": 16, "cell": "lstm", "hidden": [128],
        "layers": 1, "dropout": 0.2, "epochs": 60, "optimizer": "adam", "learning_rate": 0.003, "clip_norm": 1,
        "schedule": "cosine", "schedule_unit": "step",
      ])
  }
}
