/// Which mean of the models that training passes through is used, as settings.
public struct AveragingConfiguration: Settings, Hashable {
  /// Which models are in the mean.
  public enum Kind: String, SettingChoice, Hashable {
    /// Only the last: no mean.
    case none
    /// Those after all steps, older ones less and less.
    case exponential
    /// Those after the last few epochs.
    case last
  }

  /// Which models are in the mean.
  public var kind = Kind.none
  /// How much of the mean is kept at each step.
  public var decay = 0.999
  /// How many epochs.
  public var count = 5

  /// No mean.
  public init() {}

  /// All settings, in the order in which they are shown.
  public static var fields: [SettingField<Self>] {
    [
      SettingField("averaging", \.kind, "of weights: none, exponential (all steps) or last (some epochs)"),
      SettingField("averaging_decay", \.decay, "of exponential: part of the mean that each step keeps", .within(0..<1)),
      SettingField("averaging_count", \.count, "of last: how many epochs", .within(1...1000)),
    ]
  }

  /// The mean to compute.
  var average: WeightAverageKind? {
    switch kind {
    case .none: nil
    case .exponential: .exponential(decay: decay)
    case .last: .last(count)
    }
  }
}
