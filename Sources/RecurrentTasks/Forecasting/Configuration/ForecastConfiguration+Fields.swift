public import RecurrentTraining

extension ForecastConfiguration {
  /// All settings, in the order in which they are shown.
  public static var fields: [SettingField<Self>] {
    SettingField.group("Data", dataFields)
      + SettingField.group("Preparation", preparationFields)
      + SettingField.group("Task", taskFields)
      + SettingField.group("Model", modelFields)
      + TrainingConfiguration.fields.map { $0.nested(in: \.training) }
      + SettingField.group("Output", [SettingField("plot", \.plot, "draw forecast.svg", effect: .execution)])
  }

  private static var dataFields: [SettingField<Self>] {
    [
      SettingField("data", \.data, "table (plain or .gz), or builtin:airline", .notEmpty),
      SettingField("target", \.target, "columns to forecast; [] finds the only candidate"),
      SettingField("time", \.time, "time columns; auto finds them, [] numbers the rows"),
      SettingField("series", \.series, "column that tells several series apart"),
      SettingField("past_covariates", \.pastCovariates, "columns known up to the present only"),
      SettingField("future_covariates", \.futureCovariates, "columns known for the time to be forecast as well"),
      SettingField("categories", \.categories, "covariates that hold one of a few texts"),
      SettingField("frequency", \.frequency, "step between times, such as hourly; null finds it"),
      SettingField("season", \.season, "steps after which patterns repeat; null: of the frequency", .atLeast(1)),
    ]
  }

  private static var preparationFields: [SettingField<Self>] {
    [
      SettingField("logarithm", \.logarithm, "model the logarithm of the targets"),
      SettingField("difference", \.difference, "how often neighbouring values are subtracted", .within(0...2)),
      SettingField(
        "seasonal_difference", \.seasonalDifference, "how often values a season apart are subtracted", .within(0...2)),
      SettingField("scaler", \.scaler, "none, min-max, standard, or instance (each window by itself)"),
      SettingField("fit_scaler_on", \.fitScalerOn, "train, or all (a leak of the test part)"),
      SettingField("train", \.train, "fraction, rows or first time of the training part; null: what is left"),
      SettingField("validation", \.validation, "the same of the validation part; null: none"),
      SettingField("test", \.test, "the same of the test part; null: none"),
    ]
  }

  private static var taskFields: [SettingField<Self>] {
    [
      SettingField(
        "arrangement", \.arrangement, "sequence (one long run, look-back as features) or windows (look-back as steps)"),
      SettingField("look_back", \.lookBack, "past values that a forecast sees", .atLeast(1)),
      SettingField("horizon", \.horizon, "steps ahead that are forecast", .atLeast(1)),
      SettingField("strategy", \.strategy, "direct (all steps at once) or recursive (fed back step by step)"),
      SettingField("labels", \.labels, "steps of a window that are trained to forecast: every or last"),
      SettingField("stride", \.stride, "rows from one training window to the next", .atLeast(1)),
      SettingField("batch_size", \.batchSize, "windows in a batch", .atLeast(1)),
    ]
  }

  private static var modelFields: [SettingField<Self>] {
    RecurrentArchitecture.fields.map { $0.nested(in: \.architecture) } + [
      SettingField("skip", \.skip, "add a linear map from the features to the forecast"),
      SettingField("loss", \.loss, "mse, mae or huber"),
    ]
  }
}
