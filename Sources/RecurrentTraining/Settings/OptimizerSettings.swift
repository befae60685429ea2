public import RecurrentFormats

extension OptimizerConfiguration.Kind: SettingChoice {}

extension ParameterGroup: SettingType {
  /// A pattern and options.
  public static var expectation: String { "a pattern and options such as '*bias* weight_decay=0' or '* max_norm=3'" }

  /// Reads the text of a group.
  public init?(setting value: JSONValue) {
    guard let text = value.string else { return nil }
    self.init(text)
  }

  /// The text of the group.
  public var settingValue: JSONValue { .string(description) }
}

extension OptimizerConfiguration: Settings {
  /// Adam with its defaults.
  public init() { self.init(.adam) }

  /// All settings, in the order in which they are shown. Those that the optimiser does not have are `null`.
  public static var fields: [SettingField<Self>] {
    [
      SettingField("optimizer", \.kind, "sgd, rmsprop, adagrad, adam or adamw"),
      field("learning_rate", \.learningRate, "size of the steps at the start", .above(0)),
      field("momentum", \.momentum, "of sgd and rmsprop: part of the last step that is kept", .atLeast(0)),
      field("dampening", \.dampening, "of sgd: part of the gradient left out of the momentum", .within(0...1)),
      field("nesterov", \.isNesterov, "of sgd: Nesterov's form of momentum"),
      field("alpha", \.alpha, "of rmsprop: how slowly the averages follow", .within(0..<1)),
      field("centered", \.isCentered, "of rmsprop: divide by the deviation rather than the size"),
      field("beta1", \.beta1, "of adam and adamw: how slowly the mean follows", .within(0..<1)),
      field("beta2", \.beta2, "of adam and adamw: how slowly the mean of squares follows", .within(0..<1)),
      field("epsilon", \.epsilon, "of all but sgd: keeps a divisor away from 0", .atLeast(0)),
      field("weight_decay", \.weightDecay, "how fast the parameters shrink", .atLeast(0)),
      SettingField(
        "parameter_groups", \.groups,
        "other settings by path, such as '*bias* weight_decay=0' or '* max_norm=3'"),
    ]
  }

  /// A setting that is shown with the default of the optimiser's kind where it is not given.
  private static func field<Value: SettingType>(
    _ key: String, _ path: any WritableKeyPath<Self, Value?> & Sendable, _ help: String,
    _ rule: SettingRule<Value>? = nil
  ) -> SettingField<Self> where Value.Scalar == Value {
    SettingField(key, path, help, rule) { configuration in
      ((try? configuration.resolved()) ?? configuration)[keyPath: path]
    }
  }
}
