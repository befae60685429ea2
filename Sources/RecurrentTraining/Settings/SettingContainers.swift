public import RecurrentFormats

extension Optional: SettingType where Wrapped: SettingType, Wrapped.Scalar == Wrapped {
  /// The wrapped value, or none.
  public static var expectation: String { Wrapped.expectation + ", or none" }
  /// The words of the wrapped type, and `none`.
  public static var choices: [String] { Wrapped.choices.isEmpty ? [] : Wrapped.choices + ["none"] }

  /// Reads the wrapped value; `null` and the word `none` give nil.
  public init?(setting value: JSONValue) {
    switch value {
    case .null, .string("none"), .string("null"):
      self = Optional.none
    default:
      guard let wrapped = Wrapped(setting: value) else { return nil }
      self = wrapped
    }
  }

  /// The wrapped value, or `null`.
  public var settingValue: JSONValue { map(\.settingValue) ?? .null }
  /// The wrapped value, if there is one.
  public var settingScalars: [Wrapped] { map { [$0] } ?? [] }
}

extension Array: SettingType where Element: SettingType, Element.Scalar == Element {
  /// A list of the element's type.
  public static var expectation: String { "a list (such as [a, b]) of which each is " + Element.expectation }
  /// The words of the element.
  public static var choices: [String] { Element.choices }

  /// Reads a list, text with commas between the elements (`64,32` or `[64, 32]`), or a single element.
  public init?(setting value: JSONValue) {
    let parts: [JSONValue] =
      switch value {
      case .array(let elements): elements
      case .string(let text): Self.parts(of: text)
      default: [value]
      }
    var elements: [Element] = []
    for part in parts {
      guard let element = Element(setting: part) else { return nil }
      elements.append(element)
    }
    self = elements
  }

  private static func parts(of text: String) -> [JSONValue] {
    var text = Substring(text)
    if text.hasPrefix("["), text.hasSuffix("]") { text = text.dropFirst().dropLast() }
    let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { $0.trimmingSpaces }
    // Nothing at all is the empty list; an empty part beside others is left for the element to refuse.
    return parts == [""] ? [] : parts.map { .string(String($0)) }
  }

  /// An array.
  public var settingValue: JSONValue { .array(map(\.settingValue)) }
  /// The elements.
  public var settingScalars: [Element] { self }
}

extension Substring {
  /// The text without spaces and tabs at its ends.
  var trimmingSpaces: Substring {
    let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    var rest = drop(while: isSpace)
    while let last = rest.last, isSpace(last) { rest.removeLast() }
    return rest
  }
}
