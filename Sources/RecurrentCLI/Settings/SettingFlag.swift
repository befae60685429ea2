import ArgumentParser
import RecurrentFormats
import RecurrentTraining
import Synchronization

/// Flags that are short names for settings.
///
/// A flag is the setting's key with hyphens, `--look-back` for `look_back`. Its text is handed on as it is: what it may be,
/// and what is said where it is not, is the setting's affair, so that it is the same on the command line and in files.
enum SettingFlag {
  /// The flag of a key.
  static func name(of key: String) -> String { String(key.map { $0 == "_" ? "-" : $0 }) }

  /// The key of the setting whose flag is kept in a property: `share_variables` in `shareVariables`.
  static func key(ofProperty name: some StringProtocol) -> String {
    name.reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) }
  }

  /// A value given by a flag.
  static func assignment(_ key: String, _ value: JSONValue) -> SettingAssignment {
    SettingAssignment(key, value, from: .flag("--" + name(of: key)))
  }

  /// The help of a flag: that of its setting, with what it is unless given.
  static func help<Configuration: Settings>(
    _ key: String, of configuration: Configuration.Type, value name: String?
  ) -> ArgumentHelp {
    guard let help = helps(of: configuration)[key] else {
      preconditionFailure("\(configuration) has no setting '\(key)'")
    }
    return ArgumentHelp(stringLiteral: help.text).naming(name ?? help.placeholder)
  }

  private typealias Helps = [String: (text: String, placeholder: String)]
  /// Made once for each kind: the argument parser makes its options anew dozens of times.
  private static let known = Mutex<[ObjectIdentifier: Helps]>([:])

  private static func helps<Configuration: Settings>(of configuration: Configuration.Type) -> Helps {
    known.withLock { known in
      if let helps = known[ObjectIdentifier(configuration)] { return helps }
      let standard = Configuration()
      let pairs = Configuration.fields.map { field in
        let value = field.value(in: standard)
        let text = value.standardText.map { "\(field.help) (default: \($0))" } ?? field.help
        return (field.key, (text, value.placeholder))
      }
      let helps = Helps(pairs, uniquingKeysWith: { first, _ in first })
      known[ObjectIdentifier(configuration)] = helps
      return helps
    }
  }
}

extension ArgumentHelp {
  fileprivate func naming(_ value: String) -> ArgumentHelp {
    var help = self
    help.valueName = value
    return help
  }
}

extension JSONValue {
  /// A default as it stands in help; nil where there is nothing to show.
  fileprivate var standardText: String? {
    switch self {
    case .null, .object: nil
    case .array(let elements): elements.isEmpty ? nil : elements.compactMap(\.standardText).joined(separator: ",")
    case .string(let text): text
    case .integer(let value): String(value)
    case .number(let value): value == value.rounded() && abs(value) < 1e6 ? String(Int(value)) : value.description
    case .bool(let value): value ? "yes" : "no"
    }
  }

  /// What stands for the value in help.
  fileprivate var placeholder: String {
    switch self {
    case .array: "list"
    case .integer, .number: "number"
    case .bool, .string, .null, .object: "word"
    }
  }
}

extension Option where Value == SettingAssignment? {
  /// A flag for the setting `key`.
  ///
  /// - Parameters:
  ///   - configuration: The settings that it is one of.
  ///   - key: The name of the setting.
  ///   - value: What stands for the value in help, where its type says too little.
  init<Configuration: Settings>(of configuration: Configuration.Type, setting key: String, value: String? = nil) {
    self.init(
      wrappedValue: nil, name: .customLong(SettingFlag.name(of: key)),
      help: SettingFlag.help(key, of: configuration, value: value),
      transform: { SettingFlag.assignment(key, .string($0)) })
  }
}

extension Option where Value == [SettingAssignment] {
  /// A flag for the setting `key`, which holds a list: it can be repeated, and its values be separated by commas.
  init<Configuration: Settings>(of configuration: Configuration.Type, list key: String, value: String? = nil) {
    self.init(
      wrappedValue: [], name: .customLong(SettingFlag.name(of: key)),
      help: SettingFlag.help(key, of: configuration, value: value),
      transform: { SettingFlag.assignment(key, .string($0)) })
  }
}

extension Flag where Value == Bool? {
  /// The flags `--key` and `--no-key` for the setting `key`, which is also the property's name in camel case.
  init<Configuration: Settings>(of configuration: Configuration.Type, setting key: String) {
    self.init(
      wrappedValue: nil, name: .customLong(SettingFlag.name(of: key)), inversion: .prefixedNo,
      exclusivity: .chooseLast, help: SettingFlag.help(key, of: configuration, value: nil))
  }
}

/// Options and flags that are all short names for settings.
protocol SettingFlags: ParsableArguments {}

extension SettingFlags {
  /// What was typed, found by reflection, as the argument parser finds it, so that there is no second list to keep.
  var assignments: [SettingAssignment] {
    Mirror(reflecting: self).children.flatMap { label, value -> [SettingAssignment] in
      switch value {
      case let option as Option<SettingAssignment?>:
        return option.wrappedValue.map { [$0] } ?? []
      case let option as Option<[SettingAssignment]>:
        return Self.joined(option.wrappedValue).map { [$0] } ?? []
      case let flag as Flag<Bool?>:
        // The wrapper of `shareVariables`, the flag of `share_variables`, is called `_shareVariables`.
        guard let value = flag.wrappedValue, let key = label?.dropFirst() else { return [] }
        return [SettingFlag.assignment(SettingFlag.key(ofProperty: key), .bool(value))]
      default:
        return []
      }
    }
  }

  /// A repeated list flag as one list: `--target a --target b,c`.
  private static func joined(_ assignments: [SettingAssignment]) -> SettingAssignment? {
    guard var first = assignments.first else { return nil }
    if assignments.count > 1 {
      first.value = .string(assignments.compactMap(\.value.string).joined(separator: ","))
    }
    return first
  }
}
