import RecurrentFormats
public import RecurrentTraining

extension ForecastConfiguration {
  /// Named sets of values.
  public static var presets: [SettingPreset] { [airline, airline48, airlineLSTM, hourlyWeather, etth1, m4Hourly] }

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

  /// The gradients of ten networks are clipped together, to what each would be clipped to alone: 1 / √10.
  private static var airline48: SettingPreset {
    var values = airline.values
    values["members"] = 10
    values["clip_norm"] = 0.316
    return SettingPreset("airline-48", "the same with the mean of ten networks", values)
  }

  private static var airlineLSTM: SettingPreset {
    SettingPreset(
      "airline-lstm", "the textbook recipe: three months as features, min-max scaling, two LSTM layers of 6, Adam 0.1",
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

  private static var etth1: SettingPreset {
    SettingPreset(
      "etth1-24", "a day ahead of all 7 variables of ETTh1 from two weeks, GRU 64 shared by them beside a linear map",
      [
        "time": ["date"], "target": ["HUFL", "HULL", "MUFL", "MULL", "LUFL", "LULL", "OT"], "train": "8640",
        "validation": "2880", "test": "2880", "season": 24, "arrangement": "windows", "look_back": 336, "horizon": 24,
        "labels": "last", "values_per_step": 24, "share_variables": true, "scaler": "instance", "base_lags": [24],
        "skip": false, "window_skip": true, "cell": "gru", "hidden": [64], "layers": 1, "dropout": 0.2, "loss": "mae",
        "loss_unit": "scaled", "batch_size": 448, "epochs": 8, "optimizer": "adamw", "learning_rate": 0.003,
        "weight_decay": 0.01, "clip_norm": 1, "schedule": "exponential", "schedule_factor": 0.7,
        "averaging": "exponential", "averaging_decay": 0.995, "monitor": "validation_mse_standardized", "patience": nil,
      ])
  }

  private static var m4Hourly: SettingPreset {
    SettingPreset(
      "m4-hourly",
      "two days ahead of the hourly series of M4: four LSTM 128 for all, which read one or two weeks and add to seasons",
      [
        "layout": "rows", "season": 24, "train": nil, "validation": nil, "test": nil, "logarithm": true,
        "arrangement": "windows", "look_back": 336, "horizon": 48, "labels": "last", "values_per_step": 24,
        "members": 4, "member_look_backs": [168, 336], "scaler": "instance", "base_lags": [24, 168, 336],
        "skip": false, "window_skip": false, "cell": "lstm", "hidden": [128], "layers": 1, "dropout": 0.2,
        "loss": "mae", "loss_unit": "season", "windows_per_series": 96,
        "batch_size": 256, "epochs": 40, "optimizer": "adamw", "learning_rate": 0.002, "weight_decay": 0.01,
        "clip_norm": 1, "schedule": "cosine", "schedule_unit": "step", "warm_up": 50, "final_learning_rate": 0.00002,
        "patience": nil,
      ])
  }
}
