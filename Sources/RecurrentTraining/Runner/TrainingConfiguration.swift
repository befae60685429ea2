/// The settings that every task shares: how long, how fast and how carefully a model is trained.
public struct TrainingConfiguration: Settings {
  /// Passes over the training part.
  public var epochs = 100
  /// The optimiser and its settings.
  public var optimizer = OptimizerConfiguration()
  /// How the learning rate changes.
  public var schedule = ScheduleConfiguration()
  /// Which mean of weights is used.
  public var averaging = AveragingConfiguration()
  /// The greatest length of all gradients as one vector.
  public var clipNorm: Double?
  /// The greatest absolute value in a gradient.
  public var clipValue: Double?
  /// The metric that early stopping and keeping the best model look at.
  public var monitor: String?
  /// Epochs without a better metric until training stops.
  public var patience: Int?
  /// What counts as better.
  public var minimumChange = 0.0
  /// Whether the model of the best epoch is kept rather than that of the last.
  public var keepBest = true
  /// What is done about numbers that are not finite.
  public var nonFinite = NonFinitePolicy.stop
  /// Seconds between checkpoints.
  public var checkpointSeconds: Double? = 30
  /// Steps between checkpoints.
  public var checkpointSteps: Int?
  /// The seed of all random numbers.
  public var seed = 42
  /// Whether results are the same for any number of processes up to eight; nil for where that costs little.
  public var deterministic: Bool?
  /// Whether processes sum gradients while the way back is still under way in the layers below.
  public var overlap = true
  /// Threads to compute with; nil for all cores.
  public var threads: Int?

  /// The defaults.
  public init() {}

  /// All settings, in the order in which they are shown.
  public static var fields: [SettingField<Self>] {
    SettingField.group(
      "Training",
      [SettingField("epochs", \.epochs, "passes over the training part", .atLeast(1))]
        + OptimizerConfiguration.fields.map { $0.nested(in: \.optimizer) }
        + ScheduleConfiguration.fields.map { $0.nested(in: \.schedule) }
        + [
          SettingField("clip_norm", \.clipNorm, "greatest length of all gradients together", .above(0)),
          SettingField("clip_value", \.clipValue, "greatest absolute value in a gradient", .above(0)),
        ] + AveragingConfiguration.fields.map { $0.nested(in: \.averaging) }
        + [
          SettingField("seed", \.seed, "of all random numbers; the same seed gives the same model", .atLeast(0)),
          SettingField(
            "deterministic", \.deterministic,
            "same results with 1 to 8 processes; null: where that costs little"),
          SettingField(
            "overlap", \.overlap, "sum gradients over processes while earlier layers still compute",
            effect: .execution),
          SettingField("threads", \.threads, "to compute with; null: all cores", .atLeast(1), effect: .execution),
        ]) + SettingField.group("Stopping and saving", savingFields)
  }

  private static var savingFields: [SettingField<Self>] {
    [
      SettingField("monitor", \.monitor, "metric that decides; null: the first of the validation part", .notEmpty),
      SettingField("patience", \.patience, "epochs without a better metric until training stops", .atLeast(1)),
      SettingField("minimum_change", \.minimumChange, "of the metric that counts as better", .atLeast(0)),
      SettingField("keep_best", \.keepBest, "keep the model of the best epoch rather than of the last"),
      // It may change when a run is resumed, above all one that it has stopped: results depend on it only where numbers
      // are not finite.
      SettingField(
        "nonfinite", \.nonFinite, "on numbers that are infinite or none: stop, skip (the batch) or lower_rate",
        effect: .execution),
      SettingField(
        "checkpoint_seconds", \.checkpointSeconds, "seconds between checkpoints", .above(0), effect: .execution),
      SettingField("checkpoint_steps", \.checkpointSteps, "steps between checkpoints", .atLeast(1), effect: .execution),
    ]
  }
}
