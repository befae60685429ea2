public import RecurrentFormats
public import RecurrentTraining

/// What was found about a model: figures, tables, pictures and what a reader of them should know.
public struct TaskFindings: Sendable {
  /// A table for people; programs find the same in `details`.
  public struct Table: Sendable {
    /// The line above it.
    public let title: String
    /// The rows.
    public let table: TextTable

    /// A table under a title.
    public init(_ title: String, _ table: TextTable) {
      self.title = title
      self.table = table
    }
  }

  /// A picture that was drawn.
  public struct Picture: Hashable, Sendable {
    /// Its name in the JSON object: `chart`.
    public let key: String
    /// Where it was written.
    public let path: String

    /// A picture that was drawn.
    public init(_ key: String, at path: String) {
      self.key = key
      self.path = path
    }
  }

  /// Figures that belong together, of a part of the data or of a simple rule.
  public struct Row: Hashable, Sendable {
    /// The name in the JSON object: `test`, `seasonal_naive`.
    public let name: String
    /// The figures.
    public let metrics: [Metric]

    /// Figures under a name.
    public init(_ name: String, _ metrics: [Metric]) {
      self.name = name
      self.metrics = metrics
    }

    /// Figures of a part of the data.
    public init(_ part: Part, _ metrics: [Metric]) { self.init(part.rawValue, metrics) }
  }

  /// The figures of the model on each part of the data.
  public var metrics: [Row] = []
  /// The figures of rules that need no model, on the test part.
  public var baselines: [Row] = []
  /// Tables for people.
  public var tables: [Table] = []
  /// Pictures that were drawn.
  public var pictures: [Picture] = []
  /// What a reader of the figures should know, such as rows that were skipped.
  public var notes: [String] = []
  /// What else programs want to know.
  public var details = JSONObject()

  /// Nothing found yet.
  public init() {}

  /// Adds the findings to a JSON object.
  public func add(to object: inout JSONObject) {
    object["metrics"] = .object(JSONObject(rows: metrics))
    if !baselines.isEmpty { object["baselines"] = .object(JSONObject(rows: baselines)) }
    for (key, value) in details { object[key] = value }
    for picture in pictures { object[picture.key] = .string(picture.path) }
    if !notes.isEmpty { object["notes"] = .array(notes.map { .string($0) }) }
  }
}

extension JSONObject {
  fileprivate init(rows: [TaskFindings.Row]) {
    self.init()
    for row in rows { self[row.name] = .object(row.metrics.json) }
  }
}

extension [Metric] {
  /// The figures by name; JSON has no infinite numbers, so those are null.
  public var json: JSONObject {
    var object = JSONObject()
    for metric in self { object[metric.name] = metric.value.isFinite ? .number(metric.value) : .null }
    return object
  }
}
