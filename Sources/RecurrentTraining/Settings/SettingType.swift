public import RecurrentFormats

/// A type that a setting can have: a scalar, an optional scalar, or a list of scalars.
///
/// Text is read the same way wherever it comes from, so that `--set epochs=20` and `epochs: 20` mean the same.
public protocol SettingType: Sendable, Equatable {
  /// The type of what rules are about: the wrapped value of an optional, the element of a list.
  associatedtype Scalar: Sendable = Self

  /// What a value has to be, for messages: "a whole number".
  static var expectation: String { get }
  /// The texts that are allowed, where they can be listed.
  static var choices: [String] { get }

  /// Reads a value, or gives nil where it is none of this type.
  init?(setting value: JSONValue)

  /// The value as it stands in files.
  var settingValue: JSONValue { get }
  /// The scalars in the value: none, one, or the elements of a list.
  var settingScalars: [Scalar] { get }
}

extension SettingType {
  /// Any text that can be read is allowed.
  public static var choices: [String] { [] }
}

extension SettingType where Scalar == Self {
  /// The value itself.
  public var settingScalars: [Self] { [self] }
}

extension Int: SettingType {
  /// A whole number.
  public static var expectation: String { "a whole number" }

  /// Reads a whole number, also where it is written as text or as `1e3`.
  public init?(setting value: JSONValue) {
    switch value {
    case .integer(let integer): self = integer
    case .number(let number): self.init(exactly: number)
    case .string(let text): self.init(text)
    default: return nil
    }
  }

  /// An integer.
  public var settingValue: JSONValue { .integer(self) }
}

extension Double: SettingType {
  /// A number.
  public static var expectation: String { "a number" }

  /// Reads a finite number, also where it is written as text.
  public init?(setting value: JSONValue) {
    let number = value.number ?? value.string.flatMap { Double($0) }
    guard let number, number.isFinite else { return nil }
    self = number
  }

  /// A number.
  public var settingValue: JSONValue { .number(self) }
}

extension Float: SettingType {
  /// A number.
  public static var expectation: String { "a number" }

  /// Reads a number that single precision can hold.
  public init?(setting value: JSONValue) {
    guard let number = Double(setting: value), Float(number).isFinite else { return nil }
    self = Float(number)
  }

  /// The number with the fewest digits that read back as the same `Float`: 0.1, not 0.10000000149011612.
  public var settingValue: JSONValue { .number(Double(description) ?? Double(self)) }
}

extension Bool: SettingType {
  /// One of two words.
  public static var expectation: String { "true or false" }

  /// Reads a truth value, also where it is written as text.
  public init?(setting value: JSONValue) {
    switch value {
    case .bool(let value): self = value
    case .string("true"): self = true
    case .string("false"): self = false
    default: return nil
    }
  }

  /// A truth value.
  public var settingValue: JSONValue { .bool(self) }
}

extension String: SettingType {
  /// Text.
  public static var expectation: String { "text (put it in quotes)" }

  /// Reads text. A whole number is taken as its digits, so that `target: 2` can name a column by its position.
  public init?(setting value: JSONValue) {
    switch value {
    case .string(let text): self = text
    case .integer(let integer): self = String(integer)
    default: return nil
    }
  }

  /// A string.
  public var settingValue: JSONValue { .string(self) }
}

/// A setting that is one of several words: an enumeration with a case for each.
public protocol SettingChoice: SettingType, CaseIterable, RawRepresentable where RawValue == String, Scalar == Self {}

extension SettingChoice {
  /// The words.
  public static var choices: [String] { allCases.map(\.rawValue) }
  /// Lists the words.
  public static var expectation: String { "one of " + choices.joined(separator: ", ") }

  /// Reads one of the words.
  public init?(setting value: JSONValue) {
    guard let word = value.string else { return nil }
    self.init(rawValue: word)
  }

  /// The word.
  public var settingValue: JSONValue { .string(rawValue) }
}
