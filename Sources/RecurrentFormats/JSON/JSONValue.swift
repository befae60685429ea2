/// A JSON value. Integers are exact; objects keep the order of their keys.
public enum JSONValue: Hashable, Sendable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A number written without fraction and exponent.
  case integer(Int)
  /// Any other number.
  case number(Double)
  /// A string.
  case string(String)
  /// An array.
  case array([JSONValue])
  /// An object.
  case object(JSONObject)
}

// MARK: - Reading

extension JSONValue {
  /// How deep arrays and objects may be nested.
  public static let depthLimit = 64

  /// Reads the JSON text in `bytes`, strictly by RFC 8259; keys that stand twice, numbers out of range and a byte order mark are errors.
  ///
  /// Keys are compared by code points: two that are written differently but mean the same characters are two keys.
  /// - Parameter file: where the text comes from, for the error.
  public init(parsing bytes: [UInt8], file: String? = nil) throws(JSONError) {
    var scanner = JSONScanner(bytes[...], depthLimit: Self.depthLimit, file: file)
    if bytes.starts(with: [0xef, 0xbb, 0xbf]) { throw scanner.error(.byteOrderMark) }
    self = try Self.value(&scanner)
    try scanner.end()
  }

  /// Reads the JSON in `text`.
  public init(parsing text: String, file: String? = nil) throws(JSONError) {
    try self.init(parsing: Array(text.utf8), file: file)
  }

  /// Reads the JSON file at `path`, of at most `limit` bytes.
  /// - Throws: `FileError` or `JSONError`.
  public init(contentsOfFile path: String, limit: Int = 1 << 26) throws {
    try self.init(parsing: ReadableFile.bytes(ofFile: path, limit: limit), file: path)
  }

  /// Takes a value; the scanner's depth limit bounds the recursion.
  private static func value(_ scanner: inout JSONScanner) throws(JSONError) -> JSONValue {
    switch scanner.nextAfterSpace() {
    case UInt8(ascii: "{"):
      return .object(try object(&scanner))
    case UInt8(ascii: "["):
      return .array(try array(&scanner))
    case UInt8(ascii: "\""):
      return .string(try scanner.string())
    case UInt8(ascii: "t"):
      try scanner.word("true")
      return .bool(true)
    case UInt8(ascii: "f"):
      try scanner.word("false")
      return .bool(false)
    case UInt8(ascii: "n"):
      try scanner.word("null")
      return .null
    default:
      return switch try scanner.number("a value") {
      case .integer(let value): .integer(value)
      case .real(let value): .number(value)
      }
    }
  }

  private static func object(_ scanner: inout JSONScanner) throws(JSONError) -> JSONObject {
    var object = JSONObject()
    try scanner.beginObject()
    while let key = try scanner.key(isFirst: object.isEmpty) {
      let place = scanner.keyPosition
      guard object.append(key, try value(&scanner)) else { throw scanner.error(.duplicateKey(key), at: place) }
    }
    return object
  }

  private static func array(_ scanner: inout JSONScanner) throws(JSONError) -> [JSONValue] {
    var elements: [JSONValue] = []
    try scanner.beginArray()
    while try scanner.hasElement(isFirst: elements.isEmpty) { elements.append(try value(&scanner)) }
    return elements
  }
}

// MARK: - Access

extension JSONValue {
  /// The value as a truth value, or nil where it is none.
  public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }

  /// The value as an exact integer, or nil where it is none.
  public var integer: Int? { if case .integer(let value) = self { value } else { nil } }

  /// The value as a number, also where it is written as an integer; nil where it is none.
  public var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// The value as a string, or nil where it is none.
  public var string: String? { if case .string(let value) = self { value } else { nil } }

  /// The value as an array, or nil where it is none.
  public var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }

  /// The value as an object, or nil where it is none.
  public var object: JSONObject? { if case .object(let value) = self { value } else { nil } }

  /// The member of an object, or nil where the key is absent or this is no object.
  public subscript(key: String) -> JSONValue? { object?[key] }
}

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// Makes `null`.
  public init(nilLiteral: ()) { self = .null }
  /// Makes a truth value.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// Makes an integer.
  public init(integerLiteral value: Int) { self = .integer(value) }
  /// Makes a number.
  public init(floatLiteral value: Double) { self = .number(value) }
  /// Makes a string.
  public init(stringLiteral value: String) { self = .string(value) }
  /// Makes an array.
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  /// Makes an object, in which no key may stand twice.
  public init(dictionaryLiteral members: (String, JSONValue)...) {
    var object = JSONObject()
    for (key, value) in members {
      let isNew = object.append(key, value)
      precondition(isNew, "the key '\(key)' stands twice")
    }
    self = .object(object)
  }
}
