public import RecurrentTraining

/// How the past reaches the recurrent layers.
public enum ForecastArrangement: String, SettingChoice, Hashable {
  /// The training part is one sequence; each step has the look-back's values as features, and the state runs on from the
  /// first row to the last, also into the test part.
  case sequence
  /// Each forecast starts from a zero state and sees a window of look-back steps; windows are shuffled into batches.
  case windows
}

/// How several steps ahead are forecast.
public enum ForecastStrategy: String, SettingChoice, Hashable {
  /// All steps of the horizon at once.
  case direct
  /// One step at a time; each forecast is fed back as if it had been observed.
  case recursive
}

/// Which steps of a window are trained to forecast.
public enum ForecastLabels: String, SettingChoice, Hashable {
  /// Every step.
  case every
  /// The last one.
  case last
}

/// How numbers are brought to a common size.
public enum ScalerChoice: String, SettingChoice, Hashable {
  /// Not at all.
  case none
  /// To 0…1 by the smallest and the greatest value.
  case minMax = "min-max"
  /// To mean 0 and deviation 1.
  case standard
  /// In units of their mean size; 0 stays 0.
  case mean
  /// Each window to mean 0 and deviation 1 by its own values.
  case instance
}

/// The rows that a scaler is fitted on.
public enum ScalerFit: String, SettingChoice, Hashable {
  /// The training part.
  case train
  /// All rows: the model then knows something of the test part (a leak, as in many textbooks).
  case all
}

/// What is minimised.
public enum ForecastLoss: String, SettingChoice, Hashable {
  /// The mean of the squared errors.
  case meanSquaredError = "mse"
  /// The mean of the absolute errors.
  case meanAbsoluteError = "mae"
  /// Squared for small errors, absolute beyond 1 (Huber, 1964).
  case huber
}

/// What errors in the loss are measured in.
public enum LossUnit: String, SettingChoice, Hashable {
  /// The unit of the network's outputs; with the scaler `instance`, that of the window.
  case scaled
  /// The unit of the series.
  case series
  /// The mean change of the series over a season, as in the mean absolute scaled error: all series weigh alike.
  case season
}

/// What intervals are made from.
public enum IntervalSource: String, SettingChoice, Hashable {
  /// The output distribution where there is one, else the errors on the validation part where there is one.
  case automatic = "auto"
  /// The output distribution.
  case distribution
  /// The errors on the validation part (split conformal).
  case conformal
}

/// The cycles of the calendar that a configuration can name.
public enum CalendarChoice: String, SettingChoice, Hashable {
  /// Those that go with the step between times.
  case automatic = "auto"
  /// The time of day.
  case hour
  /// The day of the week.
  case weekday
  /// The month of the year.
  case month
  /// The day of the year.
  case dayOfYear = "day-of-year"

  var feature: CalendarFeature? { CalendarFeature(rawValue: rawValue) }
}
