import RecurrentFormats

extension Settings {
  /// The complete configuration as YAML: every setting under its heading, what it is for beside it. The same
  /// configuration gives the same bytes.
  ///
  /// - Parameter title: A comment for the first line.
  public func yaml(title: String) -> String {
    var text = "# \(title)\n"
    var group: String?
    let fields = Self.fields
    let lines = fields.map { "\($0.key): \($0.value(in: self).yamlText)" }
    for (field, line) in zip(fields, lines) {
      if field.group != group {
        group = field.group
        text += field.group.isEmpty ? "\n" : "\n# \(field.group)\n"
      }
      text += line + String(repeating: " ", count: max(2, 34 - line.count)) + "# \(field.help)\n"
    }
    return text
  }
}

extension JSONValue {
  /// The value as a YAML scalar or flow list that YAML 1.1 and 1.2 read as the same value.
  var yamlText: String {
    switch self {
    case .null: return "null"
    case .bool(let value): return value ? "true" : "false"
    case .integer(let value): return String(value)
    case .number(let value): return Self.yamlNumber(value)
    case .string(let text): return text.isPlainYAML ? text : text.quotedYAML
    case .array(let elements): return "[" + elements.map(\.yamlText).joined(separator: ", ") + "]"
    case .object: preconditionFailure("a setting is a scalar or a list")
    }
  }

  /// YAML 1.1 takes `1e-05` for text: a number has a point.
  private static func yamlNumber(_ value: Double) -> String {
    let text = value.description
    guard let exponent = text.firstIndex(of: "e"), !text.contains(".") else { return text }
    return text[..<exponent] + ".0" + text[exponent...]
  }
}

extension String {
  /// Whether the text can stand without quotes and is not read as anything else.
  fileprivate var isPlainYAML: Bool {
    let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
    let capitals = UInt8(ascii: "A")...UInt8(ascii: "Z")
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    let isLetter: (UInt8) -> Bool = { letters.contains($0) || capitals.contains($0) }
    let isMiddle: (UInt8) -> Bool = { isLetter($0) || digits.contains($0) || "_-./:".utf8.contains($0) }
    guard let first = utf8.first, isLetter(first) || "/._".utf8.contains(first), utf8.last != UInt8(ascii: ":"),
      utf8.allSatisfy(isMiddle)
    else { return false }
    // A leading point may begin a number (.5, .inf); the words mean something else in some version of YAML.
    if first == UInt8(ascii: "."), !hasPrefix("./"), !hasPrefix("../") { return false }
    let words: Set = ["true", "false", "yes", "no", "on", "off", "y", "n", "null"]
    return !words.contains(lowercased())
  }

  /// The text in double quotes, with the escapes of JSON, which are YAML's too.
  fileprivate var quotedYAML: String {
    var result = "\""
    for scalar in unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      case _
      where scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) || [0x2028, 0x2029].contains(scalar.value):
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
