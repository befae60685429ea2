public import RecurrentFormats

/// What a setting has an influence on.
public enum SettingEffect: Hashable, Sendable {
  /// The trained model. Such a setting is kept with the model and cannot change when a run is resumed.
  case results
  /// Only how the run goes, such as its threads: never the bytes of its results.
  case execution
}

/// One setting of a configuration: its name, what it is for, and where its value is kept.
public struct SettingField<Root: Sendable>: Sendable {
  /// The name in files, after `--set`, and in messages: `learning_rate`.
  public let key: String
  /// The heading it stands under.
  public internal(set) var group: String
  /// What it is for, in one line.
  public let help: String
  /// What it has an influence on.
  public let effect: SettingEffect
  /// What a value has to be: "a number above 0".
  public let expectation: String
  /// The words that are allowed, where they can be listed.
  public let choices: [String]

  private let read: @Sendable (Root) -> JSONValue
  private let write: @Sendable (inout Root, JSONValue) -> Bool

  /// A setting kept at `path`.
  ///
  /// - Parameters:
  ///   - key: The name, in lower case with underscores.
  ///   - path: Where the value is kept.
  ///   - help: What it is for, in one line.
  ///   - rule: What the value has to satisfy beside its type.
  ///   - effect: What it has an influence on.
  public init<Value: SettingType>(
    _ key: String, _ path: any WritableKeyPath<Root, Value> & Sendable, _ help: String,
    _ rule: SettingRule<Value.Scalar>? = nil, effect: SettingEffect = .results
  ) {
    self.init(key, path, help, rule, effect: effect) { $0[keyPath: path] }
  }

  /// A setting kept at `path` and shown as what `shown` makes of it.
  init<Value: SettingType>(
    _ key: String, _ path: any WritableKeyPath<Root, Value> & Sendable, _ help: String,
    _ rule: SettingRule<Value.Scalar>?, effect: SettingEffect = .results, shown: @escaping @Sendable (Root) -> Value
  ) {
    self.key = key
    self.help = help
    self.effect = effect
    group = ""
    expectation = rule.map { SettingField.expectation(Value.self, $0.text) } ?? Value.expectation
    choices = Value.choices
    read = { shown($0).settingValue }
    write = { root, json in
      guard let value = Value(setting: json) else { return false }
      if let rule, !value.settingScalars.allSatisfy(rule.isSatisfied) { return false }
      root[keyPath: path] = value
      return true
    }
  }

  private init<Inner: Sendable>(
    _ inner: SettingField<Inner>, at path: any WritableKeyPath<Root, Inner> & Sendable, of part: String?
  ) {
    key = part.map { "\($0)_\(inner.key)" } ?? inner.key
    group = inner.group
    help = part.map { "\($0): \(inner.help)" } ?? inner.help
    effect = inner.effect
    expectation = inner.expectation
    choices = inner.choices
    read = { inner.read($0[keyPath: path]) }
    write = { inner.write(&$0[keyPath: path], $1) }
  }

  /// Puts the rule's words behind the type's: "a number above 0, or none".
  private static func expectation<Value: SettingType>(_ type: Value.Type, _ rule: String) -> String {
    let noneSuffix = ", or none"
    guard type.expectation.hasSuffix(noneSuffix) else { return type.expectation + " " + rule }
    return type.expectation.dropLast(noneSuffix.count) + " " + rule + noneSuffix
  }

  /// The value in a configuration.
  public func value(in configuration: Root) -> JSONValue { read(configuration) }

  /// Changes the value in a configuration.
  ///
  /// - Parameters:
  ///   - value: The new value.
  ///   - configuration: What is changed; it stays as it was on an error.
  ///   - source: Where the value comes from, for the message.
  public func assign(_ value: JSONValue, to configuration: inout Root, from source: SettingSource) throws(SettingError)
  {
    guard write(&configuration, value) else {
      throw SettingError(
        source: source, reason: .invalidValue(key: key, value: value, expectation: expectation, choices: choices))
    }
  }

  /// The setting of a configuration that holds this one's configuration at `path`.
  ///
  /// - Parameter part: What stands before the name where a configuration holds several of a kind: `encoder` makes
  ///   `encoder_cell` of `cell`.
  public func nested<Outer: Sendable>(
    in path: any WritableKeyPath<Outer, Root> & Sendable, of part: String? = nil
  ) -> SettingField<Outer> {
    SettingField<Outer>(self, at: path, of: part)
  }

  /// Puts settings under one heading.
  public static func group(_ name: String, _ fields: [SettingField]) -> [SettingField] {
    fields.map { field in
      var field = field
      field.group = name
      return field
    }
  }
}
