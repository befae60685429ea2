public import RecurrentFormats

/// Settings that cannot be used: which, where, and how to mend it, in one line.
public struct SettingError: Error, Hashable, Sendable {
  /// What is wrong.
  public enum Reason: Hashable, Sendable {
    /// No setting has this name; some may be meant.
    case unknownKey(String, suggestion: String?)
    /// The value is of another type or breaks the setting's rule.
    case invalidValue(key: String, value: JSONValue, expectation: String, choices: [String])
    /// No preset has this name.
    case unknownPreset(String, known: [String])
    /// The argument of `--set` is not `key=value`.
    case malformedOverride(String)
    /// A configuration file holds something else than keys and values.
    case notAnObject
    /// Settings of a run that is resumed would change.
    case contradiction([SettingDifference])
  }

  /// Where the value was given.
  public let source: SettingSource
  /// What is wrong.
  public let reason: Reason

  /// Makes the error from its parts.
  public init(source: SettingSource, reason: Reason) {
    self.source = source
    self.reason = reason
  }
}

extension SettingError: CustomStringConvertible {
  /// One line: where, what, and the mend.
  public var description: String { "\(source): \(explanation)" }

  private var explanation: String {
    switch reason {
    case .unknownKey(let key, let suggestion?):
      return "there is no setting '\(key.printable())'; did you mean '\(suggestion)'?"
    case .unknownKey(let key, nil):
      return "there is no setting '\(key.printable())'; remove it or correct its name"
    case .invalidValue(let key, let value, let expectation, let choices):
      let nearest = value.string.flatMap { Suggestion.nearest(to: $0, among: choices) }
      let hint = nearest.map { "; did you mean '\($0)'?" } ?? ""
      return "'\(key)' must be \(expectation), not \(value.settingText)\(hint)"
    case .unknownPreset(let name, let known):
      if known.isEmpty { return "there is no preset '\(name.printable())', this task has none; leave the option out" }
      let hint = Suggestion.nearest(to: name, among: known).map { "did you mean '\($0)'?" }
      return "there is no preset '\(name.printable())'; \(hint ?? "choose one of " + known.joined(separator: ", "))"
    case .malformedOverride(let argument):
      return "'\(argument.printable())' is not key=value; write for example --set epochs=20"
    case .notAnObject:
      return "the file holds no settings; write lines of 'key: value'"
    case .contradiction(let differences):
      let list = differences.map { "\($0.key) is \($0.old.settingText), not \($0.new.settingText)" }
      return "a resumed run keeps its settings (\(list.joined(separator: "; "))); "
        + "leave these options out, or train into another folder"
    }
  }
}

extension JSONValue {
  /// The value in a message, on one line and not too long.
  var settingText: String {
    switch self {
    case .null: "none"
    case .string(let text): "'\(text.printable())'"
    case .array(let elements):
      "[" + elements.prefix(8).map(\.settingText).joined(separator: ", ") + (elements.count > 8 ? ", …]" : "]")
    case .object: "an object"
    case .bool(let value): value ? "true" : "false"
    case .integer(let value): String(value)
    case .number(let value): value.description.suffix(2) == ".0" ? "\(value.description.dropLast(2))" : "\(value)"
    }
  }
}
