import RecurrentFormats
public import RecurrentTraining

extension ForecastConfiguration {
  /// Named sets of values.
  public static var presets: [SettingPreset] { [airline, airlineLSTM, hourlyWeather] }

  /// What is trained when neither data nor a preset is named.
  public static var airline: SettingPreset {
    SettingPreset(
      "airline", "log differences, 13 lags, LSTM 16 with a linear skip: one month ahead on the last 48 months",
      [
        "data": "builtin:airline", "logarithm": true, "difference": 1, "scaler": "standard", "validation": nil,
        "test": "48", "arrangement": "sequence", "look_back": 13, "horizon": 1, "cell": "lstm", "hidden": [16],
        "layers": 1, "dropout": 0.2, "skip": true, "epochs": 30, "optimizer": "adamw", "learning_rate": 0.01,
        "weight_decay": 0.01, "clip_norm": 1, "patience": nil,
      ])
  }

  private static var airlineLSTM: SettingPreset {
    SettingPreset(
      "airline-lstm", "the textbook recipe: three months as features, min-max, two LSTM layers of 6, Adam 0.1",
      [
        "data": "builtin:airline", "scaler": "min-max", "train": "0.8", "validation": nil, "test": nil,
        "arrangement": "sequence", "look_back": 3, "horizon": 1, "cell": "lstm", "hidden": [6], "layers": 2,
        "skip": false, "epochs": 1000, "optimizer": "adam", "learning_rate": 0.1, "clip_norm": nil, "patience": nil,
      ])
  }

  private static var hourlyWeather: SettingPreset {
    SettingPreset(
      "hourly-weather", "temperature an hour ahead from windows of 24 hours of a Beijing weather table, LSTM 32",
      [
        "target": ["TEMP"], "time": ["year", "month", "day", "hour"],
        "past_covariates": ["DEWP", "PRES", "cbwd", "Iws", "Is", "Ir", "month", "hour"],
        "categories": ["cbwd"], "train": nil, "validation": "2013-01-01", "test": "2014-01-01",
        "arrangement": "windows", "look_back": 24, "horizon": 1, "labels": "last", "cell": "lstm", "hidden": [32],
        "layers": 1, "batch_size": 64, "epochs": 10, "optimizer": "adam", "learning_rate": 0.001, "patience": 3,
      ])
  }
}
