public import RecurrentFormats

/// Where the value of a setting comes from. Of several values for one setting that of the highest rank wins.
public enum SettingSource: Hashable, Sendable {
  /// The value that the program gives it.
  case standard
  /// A named set of values.
  case preset(String)
  /// A place in a file; line and column count from 1.
  case file(String, line: Int? = nil, column: Int? = nil)
  /// The option `--set key=value`.
  case override
  /// An option of its own, as it is written: `--learning-rate`.
  case flag(String)

  /// What wins: flag, then `--set`, then file, then preset, then the default.
  var rank: Int {
    switch self {
    case .standard: 0
    case .preset: 1
    case .file: 2
    case .override: 3
    case .flag: 4
    }
  }

  /// Whether the value was typed on the command line.
  public var isCommandLine: Bool { rank >= 3 }
}

extension SettingSource: CustomStringConvertible {
  /// The place as it begins a message: `config.yaml:3:16`.
  public var description: String {
    switch self {
    case .standard: return "default"
    case .preset(let name): return "--preset \(name.printable())"
    case .file(let path, let line, let column):
      let place = [line, column].compactMap { $0 }.map { ":\($0)" }.joined()
      return path.printable(limit: 400) + place
    case .override: return "--set"
    case .flag(let flag): return flag.printable()
    }
  }
}

/// A value that somebody has given to a setting.
public struct SettingAssignment: Hashable, Sendable {
  /// The name of the setting.
  public var key: String
  /// The value as it was read; text is converted to the type of the setting later.
  public var value: JSONValue
  /// Where it was given.
  public var source: SettingSource

  /// A value for a setting.
  public init(_ key: String, _ value: JSONValue, from source: SettingSource) {
    self.key = key
    self.value = value
    self.source = source
  }

  /// Reads the argument of `--set`: `key=value`, everything after the first `=` being the value.
  public init(override argument: String) throws(SettingError) {
    guard let equals = argument.firstIndex(of: "="), equals != argument.startIndex else {
      throw SettingError(source: .override, reason: .malformedOverride(argument))
    }
    let key = argument[..<equals].trimmingSpaces
    let value = argument[argument.index(after: equals)...].trimmingSpaces
    self.init(String(key), .string(String(value)), from: .override)
  }

  /// The values of a configuration file: an object of keys and values.
  ///
  /// - Parameters:
  ///   - document: The content of the file; `null` stands for an empty file.
  ///   - file: Its path, for messages.
  ///   - places: Where each key stands, if known.
  public static func list(
    from document: JSONValue, file: String, places: [String: (line: Int, column: Int)] = [:]
  ) throws(SettingError) -> [SettingAssignment] {
    switch document {
    case .null: return []
    case .object(let members):
      return members.map { key, value in
        let place = places[key]
        return SettingAssignment(key, value, from: .file(file, line: place?.line, column: place?.column))
      }
    default: throw SettingError(source: .file(file), reason: .notAnObject)
    }
  }
}
