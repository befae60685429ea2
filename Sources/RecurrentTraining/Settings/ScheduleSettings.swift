/// How the learning rate changes while a model is trained, as settings.
public struct ScheduleConfiguration: Settings, Hashable {
  /// The course of the rate.
  public enum Kind: String, SettingChoice, Hashable {
    /// The first rate throughout.
    case constant
    /// Times a factor every few positions.
    case step
    /// Times a factor at every position.
    case exponential
    /// Half a wave of a cosine, to the end of training.
    case cosine
    /// Up and far down again, over the whole of training.
    case oneCycle = "one-cycle"
    /// Times a factor whenever the metric has not got better for a while.
    case plateau
  }

  /// What the settings count.
  public enum Unit: String, SettingChoice, Hashable {
    /// Passes over the training part.
    case epoch
    /// Batches.
    case step
  }

  /// The course of the rate.
  public var kind = Kind.constant
  /// What `warmUp` and `every` count, and how often the rate changes.
  public var unit = Unit.epoch
  /// Over how many positions the rate rises at the beginning.
  public var warmUp = 0
  /// The positions after the rise that the first rate is kept before its course begins.
  public var hold: Int?
  /// What the rate is multiplied by.
  public var factor: Double?
  /// The positions between two changes.
  public var every: Int?
  /// Epochs without a better metric before the rate falls.
  public var patience: Int?
  /// The rate at the end of a cosine.
  public var finalRate: Double?

  /// A constant rate.
  public init() {}

  /// All settings, in the order in which they are shown. Those that the schedule does not have are `null`.
  public static var fields: [SettingField<Self>] {
    [
      SettingField("schedule", \.kind, "constant, step, exponential, cosine, one-cycle or plateau"),
      SettingField("schedule_unit", \.unit, "epoch or step: what warm_up and schedule_every count"),
      SettingField("warm_up", \.warmUp, "length of the rise of the rate at the beginning", .atLeast(0)),
      field(
        "schedule_hold", \.hold, "of step, exponential and cosine: epochs or steps before the course begins",
        .atLeast(0)),
      field(
        "schedule_factor", \.factor, "of step, exponential and plateau: what the rate is multiplied by", .within(0...1)),
      field("schedule_every", \.every, "of step: epochs or steps between two falls", .atLeast(1)),
      field("schedule_patience", \.patience, "of plateau: epochs without a better metric before a fall", .atLeast(0)),
      field("final_learning_rate", \.finalRate, "of cosine: the rate at the end", .atLeast(0)),
    ]
  }

  /// A setting that is shown with the default of the schedule's kind where it is not given.
  private static func field<Value: SettingType>(
    _ key: String, _ path: any WritableKeyPath<Self, Value?> & Sendable, _ help: String, _ rule: SettingRule<Value>
  ) -> SettingField<Self> where Value.Scalar == Value {
    SettingField(key, path, help, rule) { configuration in configuration.resolved[keyPath: path] }
  }

  /// The same with every setting of the kind written out.
  var resolved: ScheduleConfiguration {
    var all = self
    switch kind {
    case .constant, .oneCycle: break
    case .step:
      all.hold = hold ?? 0
      all.factor = factor ?? 0.1
      all.every = every ?? 10
    case .exponential:
      all.hold = hold ?? 0
      all.factor = factor ?? 0.95
    case .cosine:
      all.hold = hold ?? 0
      all.finalRate = finalRate ?? 0
    case .plateau:
      all.factor = factor ?? 0.1
      all.patience = patience ?? 10
    }
    return all
  }

  /// Refuses settings that the kind does not have.
  func validate() throws(ScheduleConfigurationError) {
    let given: [(String, Bool, [Kind])] = [
      ("schedule_hold", hold != nil, [.step, .exponential, .cosine]),
      ("schedule_factor", factor != nil, [.step, .exponential, .plateau]), ("schedule_every", every != nil, [.step]),
      ("schedule_patience", patience != nil, [.plateau]), ("final_learning_rate", finalRate != nil, [.cosine]),
    ]
    for (setting, isGiven, owners) in given where isGiven && !owners.contains(kind) {
      throw ScheduleConfigurationError(setting: setting, kind: kind, owners: owners)
    }
  }

  /// The schedule.
  ///
  /// - Parameter length: Epochs, or steps, of the whole of training.
  func schedule(length: Int) -> LearningRateSchedule {
    let all = resolved
    let rise = min(warmUp, length)
    let hold = min(all.hold ?? 0, length - rise)
    let rest = max(1, length - rise - hold)
    let course: LearningRateSchedule.Course =
      switch kind {
      case .constant: .constant
      case .step: .step(every: all.every ?? 1, factor: all.factor ?? 1)
      case .exponential: .exponential(factor: all.factor ?? 1)
      case .cosine: .cosine(finalRate: all.finalRate ?? 0, length: rest)
      case .oneCycle: .oneCycle(OneCycle(length: rest))
      case .plateau: .onPlateau(ReduceOnPlateau(factor: all.factor ?? 1, patience: all.patience ?? 0))
      }
    return LearningRateSchedule(course, warmUp: rise == 0 ? nil : .init(length: rise), hold: hold)
  }
}

/// A setting that another schedule has.
public struct ScheduleConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The setting.
  public let setting: String
  /// The schedule that was chosen.
  public let kind: ScheduleConfiguration.Kind
  /// The schedules that have the setting.
  public let owners: [ScheduleConfiguration.Kind]

  /// One line: what, and the mend.
  public var description: String {
    "schedule \(kind.rawValue) has no \(setting); leave it out, or choose schedule "
      + owners.map(\.rawValue).joined(separator: ", ")
  }
}
