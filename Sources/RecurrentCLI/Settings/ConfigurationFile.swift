import RecurrentFormats
import RecurrentTraining
import Yams

/// A configuration file: YAML (of which JSON is a part) with one key and value for each setting.
///
/// Every plain value is handed on as text, which settings read as they read the text of a flag; so `0.8`, `1949-01` and `no`
/// mean what they look like, and no rule of a YAML version about them matters.
struct ConfigurationFile {
  /// The values with the places of their keys.
  let assignments: [SettingAssignment]

  private static let byteLimit = 1 << 20

  /// Reads the file at `path`; `-` stands for standard input.
  ///
  /// - Throws: `FileError`, `ConfigurationFileError`.
  init(_ path: String) throws {
    let bytes = try Self.bytes(of: path == "-" ? "/dev/stdin" : path)
    try self.init(bytes, name: path == "-" ? "standard input" : path)
  }

  /// What stands in the file at `path`.
  static func bytes(of path: String) throws(FileError) -> [UInt8] {
    try ReadableFile.bytes(ofFile: path, limit: byteLimit)
  }

  /// Reads the content of a file.
  init(_ bytes: [UInt8], name: String) throws(ConfigurationFileError) {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ConfigurationFileError(file: name, problem: "the file is not UTF-8", mend: "save it as UTF-8")
    }
    try Self.checkAliases(in: text, name: name)
    do {
      let parser = try Parser(yaml: text)
      // Nodes know their anchors only as long as their parser lives.
      assignments = try withExtendedLifetime(parser) {
        try parser.singleRoot().map { try Self.assignments(in: $0, file: name) } ?? []
      }
    } catch {
      throw error as? ConfigurationFileError ?? ConfigurationFileError(error, file: name)
    }
  }

  private static func assignments(in root: Node, file: String) throws(ConfigurationFileError) -> [SettingAssignment] {
    // A file of comments only.
    if case .scalar(let scalar) = root, scalar.string.isEmpty { return [] }
    guard case .mapping(let mapping) = root else {
      throw .at(root.mark, file, "the file holds no settings", "write lines of 'key: value'")
    }
    try checkAnchor(root, file)
    var assignments: [SettingAssignment] = []
    for (key, value) in mapping {
      try checkAnchor(key, file)
      guard case .scalar(let name) = key else {
        throw .at(key.mark, file, "a key is not a name", "write lines of 'key: value'")
      }
      let place = SettingSource.file(file, line: key.mark?.line, column: key.mark?.column)
      let json = try self.value(value, of: name.string.printable(), file: file)
      assignments.append(SettingAssignment(name.string, json, from: place))
    }
    return assignments
  }

  private static func value(_ node: Node, of key: String, file: String) throws(ConfigurationFileError) -> JSONValue {
    try checkAnchor(node, file)
    switch node {
    case .scalar(let scalar): return scalar.settingValue
    case .sequence(let sequence):
      var elements: [JSONValue] = []
      for element in sequence {
        try checkAnchor(element, file)
        guard case .scalar(let scalar) = element else {
          throw .at(
            element.mark, file, "'\(key)' holds a list or keys within a list", "write single values in the list")
        }
        elements.append(scalar.settingValue)
      }
      return .array(elements)
    case .mapping:
      throw .at(
        node.mark, file, "'\(key)' holds keys of its own", "write every setting as 'key: value' without indentation")
    case .alias:
      throw .at(node.mark, file, aliasProblem, aliasMend)
    }
  }

  // MARK: Anchors and aliases

  private static let aliasProblem = "anchors and aliases (&name, *name) are not read"
  private static let aliasMend = "write the value out, or put it in quotes if it is text"

  private static func checkAnchor(_ node: Node, _ file: String) throws(ConfigurationFileError) {
    if node.anchor != nil { throw .at(node.mark, file, aliasProblem, aliasMend) }
  }

  /// More of what looks like aliases than this is refused unread: a few dozen that double each other would take for ever.
  private static let mostAliases = 20

  private static func checkAliases(in text: String, name: String) throws(ConfigurationFileError) {
    var count = 0
    var previous = UInt8(ascii: " ")
    for byte in text.utf8 {
      if byte == UInt8(ascii: "*"), " \t\n\r[{,:-?".utf8.contains(previous) { count += 1 }
      previous = byte
    }
    guard count <= mostAliases else {
      throw ConfigurationFileError(file: name, problem: aliasProblem, mend: aliasMend)
    }
  }
}

extension Node.Scalar {
  /// The value as a setting takes it: nothing, or text.
  fileprivate var settingValue: JSONValue {
    let isPlain = style == .plain || style == .any
    return isPlain && ["", "~", "null", "Null", "NULL"].contains(string) ? .null : .string(string)
  }
}

/// A configuration file that cannot be read: where, what, and how to mend it.
struct ConfigurationFileError: DescribedFailure, Hashable {
  let file: String
  var line: Int?
  var column: Int?
  let problem: String
  let mend: String

  var exitStatus: ExitStatus { .configuration }

  var description: String {
    "\(SettingSource.file(file, line: line, column: column)): \(problem.printable(limit: 400)); \(mend)"
  }
}

extension ConfigurationFileError {
  static func at(_ mark: Mark?, _ file: String, _ problem: String, _ mend: String) -> ConfigurationFileError {
    ConfigurationFileError(file: file, line: mark?.line, column: mark?.column, problem: problem, mend: mend)
  }

  /// What the parser has found.
  init(_ error: any Error, file: String) {
    let mend = "write lines of 'key: value'"
    switch error as? YamlError {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      self = .at(mark, file, problem, mend)
    case .duplicatedKeysInMapping(let keys, let context):
      self = .at(context.mark, file, "'\(keys.first ?? "")' stands more than once", "keep one of the lines")
    case .reader(let problem, let offset, _, let yaml):
      let before = yaml.prefix(offset ?? 0)
      let line = before.count(where: \.isNewline) + 1
      self.init(file: file, line: offset == nil ? nil : line, problem: problem, mend: "remove the character")
    default:
      self.init(file: file, problem: "the file is no YAML", mend: mend)
    }
  }
}
