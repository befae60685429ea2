/// What a setting's value has to satisfy beside its type. In a list every element has to.
public struct SettingRule<Value: Sendable>: Sendable {
  /// The rule in words that follow "a number": "above 0".
  public let text: String
  /// Whether a value satisfies the rule.
  public let isSatisfied: @Sendable (Value) -> Bool

  /// A rule of its own.
  public init(_ text: String, isSatisfied: @escaping @Sendable (Value) -> Bool) {
    self.text = text
    self.isSatisfied = isSatisfied
  }
}

extension SettingRule where Value: Comparable & SettingType {
  /// Greater than a bound.
  public static func above(_ bound: Value) -> SettingRule {
    SettingRule("above \(bound.settingText)") { $0 > bound }
  }

  /// A bound or greater.
  public static func atLeast(_ bound: Value) -> SettingRule {
    SettingRule("of at least \(bound.settingText)") { $0 >= bound }
  }

  /// Between two bounds, both allowed.
  public static func within(_ range: ClosedRange<Value>) -> SettingRule {
    SettingRule("from \(range.lowerBound.settingText) to \(range.upperBound.settingText)") { range.contains($0) }
  }

  /// Between two bounds, the upper one not allowed.
  public static func within(_ range: Range<Value>) -> SettingRule {
    SettingRule("from \(range.lowerBound.settingText) to below \(range.upperBound.settingText)") { range.contains($0) }
  }
}

extension SettingRule where Value == String {
  /// At least one character.
  public static var notEmpty: SettingRule { SettingRule("that is not empty") { !$0.isEmpty } }
}

extension SettingType {
  /// The value in a message.
  var settingText: String { settingValue.settingText }
}
