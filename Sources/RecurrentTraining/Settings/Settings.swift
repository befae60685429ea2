public import RecurrentFormats

/// A configuration: a plain struct and the one list of its settings.
///
/// The list gives everything else: defaults, reading from files and the command line with messages that name the place,
/// and a complete `config.yaml`.
///
/// ```swift
/// struct ForecastConfiguration: Settings {
///   var lookBack = 24
///   var training = TrainingConfiguration()
///
///   static var fields: [SettingField<Self>] {
///     SettingField.group("Data", [
///       SettingField("look_back", \.lookBack, "steps of the past that the model sees", .atLeast(1))
///     ]) + TrainingConfiguration.fields.map { $0.nested(in: \.training) }
///   }
/// }
/// ```
public protocol Settings: Sendable {
  /// A configuration with all defaults.
  init()
  /// All settings, in the order in which they are shown; no key stands twice.
  static var fields: [SettingField<Self>] { get }
  /// Named sets of values.
  static var presets: [SettingPreset] { get }
}

/// A named set of values for settings. No code asks for its name: all that it does stands in its values.
public struct SettingPreset: Hashable, Sendable {
  /// The name after `--preset`.
  public let name: String
  /// What it is for, in one line.
  public let summary: String
  /// The settings that it changes, and their values.
  public let values: JSONObject

  /// A named set of values.
  public init(_ name: String, _ summary: String, _ values: JSONObject) {
    self.name = name
    self.summary = summary
    self.values = values
  }

  /// The values, to be resolved with those of other sources.
  public var assignments: [SettingAssignment] {
    values.map { SettingAssignment($0.key, $0.value, from: .preset(name)) }
  }
}

/// A setting whose value differs between two configurations.
public struct SettingDifference: Hashable, Sendable {
  /// The name of the setting.
  public let key: String
  /// The value in the first configuration.
  public let old: JSONValue
  /// The value in the second.
  public let new: JSONValue
}

extension Settings {
  /// No presets.
  public static var presets: [SettingPreset] { [] }

  /// The configuration that defaults and the given values make: a flag wins over `--set`, that over a file, that over a
  /// preset, that over the default; of equals the later one wins.
  public init(resolving assignments: [SettingAssignment]) throws(SettingError) {
    self.init()
    try apply(assignments)
  }

  /// Changes the settings that `assignments` name, those of the highest rank last.
  public mutating func apply(_ assignments: [SettingAssignment]) throws(SettingError) {
    let fields = Self.fields
    let places = Dictionary(fields.enumerated().map { ($1.key, $0) }, uniquingKeysWith: { first, _ in first })
    precondition(places.count == fields.count, "\(Self.self) has two settings of the same name")
    let byRank = assignments.enumerated().sorted { a, b in
      (a.element.source.rank, a.offset) < (b.element.source.rank, b.offset)
    }
    for (_, assignment) in byRank {
      guard let place = places[assignment.key] else {
        throw SettingError(
          source: assignment.source,
          reason: .unknownKey(
            assignment.key, suggestion: Suggestion.nearest(to: assignment.key, among: fields.map(\.key))))
      }
      try fields[place].assign(assignment.value, to: &self, from: assignment.source)
    }
  }

  /// The preset of a name.
  public static func preset(named name: String) throws(SettingError) -> SettingPreset {
    if let preset = presets.first(where: { $0.name == name }) { return preset }
    throw SettingError(source: .flag("--preset"), reason: .unknownPreset(name, known: presets.map(\.name)))
  }

  /// The settings whose values differ between this configuration and another, in the order of the list.
  public func differences(from other: Self) -> [SettingDifference] {
    Self.fields.compactMap { field in
      let (old, new) = (other.value(of: field), value(of: field))
      return old == new ? nil : SettingDifference(key: field.key, old: old, new: new)
    }
  }

  /// The configuration of a run that is resumed: its own, with the given changes to settings that have no influence on
  /// its results.
  ///
  /// - Parameter assignments: What was given on the command line.
  /// - Throws: `SettingError` that lists every setting of influence that would change.
  public func resumed(with assignments: [SettingAssignment]) throws(SettingError) -> Self {
    var changed = self
    try changed.apply(assignments)
    let fixed = Set(Self.fields.filter { $0.effect == .results }.map(\.key))
    let contradictions = changed.differences(from: self).filter { fixed.contains($0.key) }
    guard contradictions.isEmpty else {
      throw SettingError(source: .flag("--resume"), reason: .contradiction(contradictions))
    }
    return changed
  }

  /// The values of all settings that have an influence on results, to be kept with a model.
  public var resultSettings: JSONObject {
    var object = JSONObject()
    for field in Self.fields where field.effect == .results { object[field.key] = value(of: field) }
    return object
  }

  private func value(of field: SettingField<Self>) -> JSONValue { field.value(in: self) }
}
