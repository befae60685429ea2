public import RecurrentFormats
public import RecurrentTraining

/// What a study found: pictures, the numbers behind them, and the main results.
public struct StudyReport: Sendable {
  /// The kind of study: `gradients`, `memory`, `counting` or `dynamics`.
  public let kind: String
  /// The pictures with their names, without ending.
  public internal(set) var pictures: [(name: String, chart: LineChart)] = []
  /// The tables with their names, without ending.
  public internal(set) var tables: [(name: String, table: CSVWriter)] = []
  /// The settings and the main results.
  public internal(set) var json: JSONObject
  /// The main results for people: a header and rows.
  public internal(set) var summary: [[String]] = []
  /// Why the study ended early, if it did; it then holds what was found until then.
  public internal(set) var stopReason: StopReason?

  init(kind: String) {
    self.kind = kind
    json = ["study": .string(kind)]
  }

  /// Writes the pictures (`NAME.svg`), the tables (`NAME.csv`) and `study.json` into a folder that is there.
  ///
  /// - Returns: The paths of the files, pictures first.
  /// - Throws: `FileError`; a file is complete or not there.
  @discardableResult
  public func write(to folder: String) throws -> [String] {
    var paths: [String] = []
    for (name, chart) in pictures {
      paths.append("\(folder)/\(name).svg")
      try chart.write(to: "\(folder)/\(name).svg")
    }
    for (name, table) in tables {
      paths.append("\(folder)/\(name).csv")
      try AtomicFile.write(table.bytes, to: "\(folder)/\(name).csv")
    }
    paths.append("\(folder)/study.json")
    try AtomicFile.write(try JSONValue.object(json).text(.pretty) + "\n", to: "\(folder)/study.json")
    return paths
  }
}

/// How a study goes, for whoever waits for it.
public enum StudyEvent: Hashable, Sendable {
  /// Something new began, such as the training of a cell.
  case began(String)
  /// One line about how far it is.
  case progress(String)
}
