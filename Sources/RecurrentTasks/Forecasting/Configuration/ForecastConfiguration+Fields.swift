public import RecurrentTraining

extension ForecastConfiguration {
  /// All settings, in the order in which they are shown.
  public static var fields: [SettingField<Self>] {
    SettingField.group("Data", dataFields)
      + SettingField.group("Preparation", preparationFields)
      + SettingField.group("Task", taskFields)
      + SettingField.group("Model", modelFields)
      + TrainingConfiguration.fields.map { $0.nested(in: \.training) }
      + SettingField.group("Output", outputFields)
  }

  private static var dataFields: [SettingField<Self>] {
    [
      SettingField("data", \.data, "table (plain or .gz), or builtin:airline", .notEmpty),
      SettingField("test_data", \.testData, "table of what came after: the test part, in place of test", .notEmpty),
      SettingField("layout", \.layout, "columns, or rows: a series a line, its name first; null finds it"),
      SettingField("target", \.target, "columns to forecast; [] finds the only candidate"),
      SettingField("time", \.time, "time columns; auto finds them, [] numbers the rows"),
      SettingField("series", \.series, "column that tells several series apart"),
      SettingField("past_covariates", \.pastCovariates, "columns known up to the present only"),
      SettingField("future_covariates", \.futureCovariates, "columns known for the time to be forecast as well"),
      SettingField("categories", \.categories, "covariates that hold one of a few texts"),
      SettingField("frequency", \.frequency, "step between times, such as hourly; null finds it"),
      SettingField("season", \.season, "steps after which patterns repeat; null: of the frequency", .atLeast(1)),
      SettingField(
        "missing", \.missing, "values and rows: error, mask (not counted), interpolate or previous"),
      SettingField("repeated_times", \.repeatedTimes, "rows of one time: error, first, last or mean"),
      SettingField("calendar", \.calendar, "features of the time: auto, or of hour, weekday, month, day-of-year"),
    ]
  }

  private static var preparationFields: [SettingField<Self>] {
    [
      SettingField("logarithm", \.logarithm, "model the logarithm of the targets"),
      SettingField("difference", \.difference, "how often neighbouring values are subtracted", .within(0...2)),
      SettingField(
        "seasonal_difference", \.seasonalDifference, "how often values a season apart are subtracted", .within(0...2)),
      SettingField("scaler", \.scaler, "none, min-max, standard, mean, or instance (each window by itself)"),
      SettingField(
        "instance_offset", \.instanceOffset, "what scaler instance adds to a window's deviation", .above(0)),
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
      SettingField("lags", \.lags, "rows before the one forecast, as features: 1,24,168", .within(1...100_000)),
      SettingField("values_per_step", \.valuesPerStep, "values that make one step of the network", .within(1...10_000)),
      SettingField("share_variables", \.shareVariables, "each target a series of its own, through one network"),
      SettingField("horizon", \.horizon, "steps ahead that are forecast", .atLeast(1)),
      SettingField("strategy", \.strategy, "direct (all steps at once) or recursive (fed back step by step)"),
      SettingField("labels", \.labels, "steps of a window that are trained to forecast: every or last"),
      SettingField("stride", \.stride, "rows from one training window to the next", .atLeast(1)),
      SettingField(
        "windows_per_series", \.windowsPerSeries, "drawn of each series in an epoch; null: all", .within(1...1_000_000)),
      SettingField("batch_size", \.batchSize, "windows in a batch", .atLeast(1)),
    ]
  }

  private static var modelFields: [SettingField<Self>] {
    RecurrentArchitecture.fields.map { $0.nested(in: \.architecture) } + [
      SettingField("members", \.members, "networks side by side whose mean is the forecast", .within(1...100)),
      SettingField(
        "member_look_backs", \.memberLookBacks, "values at the end of the look-back that they see, in turn; []: all",
        .atLeast(1)),
      SettingField("skip", \.skip, "add a linear map from the features to the forecast"),
      SettingField("window_skip", \.windowSkip, "add a linear map from all targets of the window to the forecast"),
      SettingField(
        "base_lags", \.baseLags, "seasons whose last values are added, several in a learned mix", .within(1...100_000)),
      SettingField(
        "series_embedding", \.seriesEmbedding, "numbers that tell each series apart; null: none", .within(1...4096)),
      SettingField(
        "output_distribution", \.outputDistribution, "point, quantile, gaussian, student-t or negative-binomial"),
      SettingField("quantiles", \.quantiles, "levels of output_distribution quantile", .levels),
      SettingField("loss", \.loss, "mse, mae or huber"),
      SettingField("loss_unit", \.lossUnit, "of errors: scaled, series, or season (as in MASE)"),
    ]
  }

  private static var outputFields: [SettingField<Self>] {
    [
      SettingField("levels", \.levels, "percentages that intervals are to hold: 80,95", .percentages),
      SettingField("intervals", \.intervals, "auto, distribution, or conformal (from errors on the validation part)"),
      SettingField("samples", \.samples, "paths drawn where intervals cannot be computed", .within(10...10_000)),
      SettingField("plot", \.plot, "draw forecast.svg", effect: .execution),
    ]
  }
}

extension SettingRule<Double> {
  /// Levels of quantiles.
  fileprivate static var levels: SettingRule { SettingRule("above 0 and below 1") { $0 > 0 && $0 < 1 } }
  /// Levels of intervals.
  static var percentages: SettingRule { SettingRule("above 0 and below 100") { $0 > 0 && $0 < 100 } }
}
