import RecurrentFormats
public import RecurrentTraining

extension TranslationConfiguration {
  /// Named sets of values.
  public static var presets: [SettingPreset] { [dates, multi30k, tatoeba, spokenDigits] }

  private static var dates: SettingPreset {
    SettingPreset(
      "dates", "built-in: dates in many written forms to 2004-03-31, character by character, in less than a minute",
      [
        "data": "builtin:dates", "source_level": "char", "target_level": "char", "embedding": 32,
        "encoder_cell": "lstm",
        "encoder_hidden": [96], "encoder_bidirectional": true, "decoder_cell": "lstm", "decoder_hidden": [96],
        "attention": "general", "attention_order": "after-step", "embedding_dropout": 0, "output_dropout": 0,
        "label_smoothing": 0, "batch_size": 32, "epochs": 12, "learning_rate": 0.005, "judge": "exact-match",
      ])
  }

  private static var multi30k: SettingPreset {
    SettingPreset(
      "multi30k", "short sentences of some thousand words, such as Multi30k: BiLSTM 256 and LSTM 512 with attention",
      [
        "source_level": "word", "target_level": "word", "source_minimum_count": 2, "target_minimum_count": 2,
        "embedding": 256, "encoder_cell": "lstm", "encoder_hidden": [256], "encoder_bidirectional": true,
        "decoder_cell": "lstm", "decoder_hidden": [512], "attention": "general", "attention_order": "after-step",
        "tied": true, "embedding_dropout": 0.3, "output_dropout": 0.3, "label_smoothing": 0.1, "batch_size": 64,
        "epochs": 10, "optimizer": "adam", "learning_rate": 0.002, "schedule": "cosine", "schedule_unit": "step",
        "warm_up": 200, "clip_norm": 1, "judge": "bleu",
      ])
  }

  private static var tatoeba: SettingPreset {
    SettingPreset(
      "tatoeba", "everyday sentences into a language without spaces, such as English to Chinese characters",
      [
        "source_level": "bpe", "source_vocabulary": 6000, "target_level": "char", "target_minimum_count": 2,
        "embedding": 256, "encoder_cell": "lstm", "encoder_hidden": [256], "encoder_bidirectional": true,
        "decoder_cell": "lstm", "decoder_hidden": [512], "attention": "general", "attention_order": "after-step",
        "tied": true, "embedding_dropout": 0.3, "output_dropout": 0.3, "label_smoothing": 0.1, "batch_size": 64,
        "epochs": 12, "optimizer": "adam", "learning_rate": 0.002, "schedule": "cosine", "schedule_unit": "step",
        "warm_up": 200, "clip_norm": 1, "judge": "bleu",
      ])
  }

  private static var spokenDigits: SettingPreset {
    SettingPreset(
      "spoken-digits",
      "frames of speech to the digits that were said, by alignment: BiLSTM 128; or --set writer=decoder",
      [
        "frame_channels": 32, "target_level": "word", "maximum_length": 1000, "writer": "ctc", "encoder_cell": "lstm",
        "encoder_hidden": [128], "encoder_bidirectional": true, "decoder_cell": "lstm", "decoder_hidden": [128],
        "embedding": 64, "attention": "additive", "attention_size": 64, "attention_order": "after-step",
        "embedding_dropout": 0, "output_dropout": 0.2, "label_smoothing": 0, "batch_size": 32, "batch_tokens": 8192,
        "epochs": 12, "optimizer": "adam", "learning_rate": 0.003, "schedule": "cosine", "schedule_unit": "step",
        "warm_up": 100, "clip_norm": 1, "judge": "error-rate",
      ])
  }
}
