import RecurrentFormats
public import RecurrentTraining

extension ClassificationConfiguration {
  /// Named sets of values, chosen on validation data.
  public static var presets: [SettingPreset] { [sst2, vowels, activities, digits] }

  private static var sst2: SettingPreset {
    SettingPreset(
      "sst2", "short sentences: BiLSTM 128 with max pooling, words dropped, four epochs of AdamW",
      [
        "distinct": true, "embedding": 200, "input_dropout": 0.4, "word_dropout": 0.05, "hidden": [128],
        "bidirectional": true, "pooling": ["max"], "head_dropout": 0.4, "batch_size": 128, "epochs": 4,
        "optimizer": "adamw", "learning_rate": 0.0015, "weight_decay": 0.01, "schedule": "one-cycle",
        "schedule_unit": "step", "clip_norm": 1, "patience": nil,
      ])
  }

  private static var vowels: SettingPreset {
    SettingPreset(
      "vowels", "a few hundred short signals: BiGRU 64, max pooling, noise on the inputs, smoothed labels",
      [
        "cell": "gru", "hidden": [64], "bidirectional": true, "pooling": ["max"], "label_smoothing": 0.1,
        "input_noise": 0.3,
        "input_dropout": 0.4, "head_dropout": 0.4, "batch_size": 32, "epochs": 60, "optimizer": "adam",
        "learning_rate": 0.005, "schedule": "one-cycle", "schedule_unit": "step", "clip_norm": 1, "patience": nil,
        "keep_best": false,
      ])
  }

  private static var activities: SettingPreset {
    SettingPreset(
      "activities",
      "windows of 128 steps of a smartphone's motion, small movements magnified: two convolutions, LSTM 64",
      [
        "frame_channels": 6,
        "frame_scale": [
          0.001388888889, 0.001388888889, 0.001388888889, 0.0003054326191, 0.0003054326191, 0.0003054326191,
        ],
        "label": "activity",
        "labels": ["1=walking", "2=upstairs", "3=downstairs", "4=sitting", "5=standing", "6=laying"], "window": 128,
        "window_step": 64, "network": "conv-recurrent", "filters": [64, 64], "kernels": [5], "pool": 2,
        "conv_dropout": 0.3, "hidden": [64], "bidirectional": false, "pooling": ["mean"], "head_dropout": 0.3,
        "fine_scale": 0.02, "label_smoothing": 0.1, "channel_scaling": 0.1, "input_noise": 0.05, "batch_size": 64,
        "epochs": 12, "optimizer": "adamw",
        "learning_rate": 0.0025, "weight_decay": 0.01, "schedule": "one-cycle", "schedule_unit": "step", "clip_norm": 1,
        "patience": nil, "keep_best": false,
      ])
  }

  private static var digits: SettingPreset {
    SettingPreset(
      "digits", "spoken digits as log-mel frames: GRU 64, its last state",
      [
        "frame_channels": 32, "label": "digit", "cell": "gru", "hidden": [64], "bidirectional": false,
        "pooling": ["last"], "head_dropout": 0.2, "batch_size": 32, "epochs": 25, "optimizer": "adam",
        "learning_rate": 0.004, "schedule": "one-cycle", "schedule_unit": "step", "clip_norm": 1, "patience": nil,
        "keep_best": false,
      ])
  }
}
