/// A value that JSON cannot hold.
public enum JSONWritingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A number is infinite or not a number; `key` is its path, such as `metrics.test.rmse`.
  case notFinite(key: String)
  /// Arrays and objects are nested deeper than readers take.
  case tooDeep(limit: Int)

  /// One line: what cannot be written, and the mend.
  public var description: String {
    switch self {
    case .notFinite(let key):
      "JSON cannot hold the value of '\(key.printable())', which is not finite; write null or leave it out"
    case .tooDeep(let limit): "JSON would be nested deeper than \(limit) levels; flatten it"
    }
  }
}

extension JSONValue {
  /// How a value is laid out as text.
  public enum Layout: Hashable, Sendable {
    /// One line: `{"a": 1, "b": [1, 2]}`.
    case oneLine
    /// A line for each member of an object, indented by two spaces; arrays without objects and arrays in them on one line.
    case pretty
  }

  /// The value as JSON text, without a newline at its end. The same value gives the same text; numbers have the fewest digits that
  /// read back as the same number, and keys keep their order.
  public func text(_ layout: Layout) throws(JSONWritingError) -> String {
    var writer = JSONWriter(layout: layout)
    try writer.write(self, depth: 0)
    return writer.text
  }

  /// Writes the value as the file at `path`, pretty, with a newline at its end, complete or not at all.
  /// - Throws: `JSONWritingError` or `FileError`.
  public func write(to path: String) throws {
    try AtomicFile.write(text(.pretty) + "\n", to: path)
  }
}

/// Puts JSON text together.
struct JSONWriter {
  private(set) var text = ""
  private let layout: JSONValue.Layout
  private var path: [String] = []

  init(layout: JSONValue.Layout) {
    self.layout = layout
  }

  mutating func write(_ value: JSONValue, depth: Int) throws(JSONWritingError) {
    switch value {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .number(let value):
      guard value.isFinite else { throw .notFinite(key: path.joined(separator: ".")) }
      text += value.description
    case .string(let value): text += Self.quoted(value)
    case .array(let elements): try write(elements, depth: depth)
    case .object(let object): try write(object, depth: depth)
    }
  }

  private mutating func write(_ elements: [JSONValue], depth: Int) throws(JSONWritingError) {
    let isFlat = layout == .oneLine || elements.allSatisfy { $0.array == nil && $0.object == nil }
    try write(
      "[", elements.enumerated().map { (String($0.offset), nil, $0.element) }, "]", isFlat: isFlat, depth: depth)
  }

  private mutating func write(_ object: JSONObject, depth: Int) throws(JSONWritingError) {
    let members = object.map { ($0.key, Self.quoted($0.key) + ": ", $0.value) }
    try write("{", members, "}", isFlat: layout == .oneLine || object.isEmpty, depth: depth)
  }

  private mutating func write(
    _ open: String, _ members: [(name: String, label: String?, value: JSONValue)], _ close: String, isFlat: Bool,
    depth: Int
  ) throws(JSONWritingError) {
    guard depth < JSONValue.depthLimit else { throw .tooDeep(limit: JSONValue.depthLimit) }
    text += open
    for (index, member) in members.enumerated() {
      if index > 0 { text += isFlat ? ", " : "," }
      if !isFlat { startLine(depth + 1) }
      text += member.label ?? ""
      path.append(member.name)
      try write(member.value, depth: depth + 1)
      path.removeLast()
    }
    if !isFlat { startLine(depth) }
    text += close
  }

  private mutating func startLine(_ depth: Int) {
    text += "\n" + String(repeating: "  ", count: depth)
  }

  /// A string in quotes, with the escapes that JSON asks for and no others.
  static func quoted(_ string: String) -> String {
    var result = "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\u{8}": result += "\\b"
      case "\u{c}": result += "\\f"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\0"..."\u{1f}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
