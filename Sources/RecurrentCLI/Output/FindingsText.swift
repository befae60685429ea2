import RecurrentTasks
import RecurrentTraining

/// The figures and tables of a model as text for people.
struct FindingsText {
  private let findings: TaskFindings

  init(_ findings: TaskFindings) { self.findings = findings }

  /// The figures beside those of simple rules, then the tables.
  func text(on terminal: Terminal) -> String {
    var parts: [String] = []
    if !findings.metrics.isEmpty { parts.append(figures.text(on: terminal)) }
    parts += findings.tables.map { "\($0.title)\n" + $0.table.text(on: terminal) }
    return parts.joined(separator: "\n")
  }

  private var figures: MetricsTable {
    var table = MetricsTable()
    let isCompared = !findings.baselines.isEmpty
    table.append(heading: "model")
    for row in findings.metrics {
      table.append("  " + row.title, row.metrics, isCompared: isCompared && row.name == Part.test.rawValue)
    }
    guard isCompared else { return table }
    table.append(heading: "without a model, on the test part")
    for row in findings.baselines { table.append("  " + row.title, row.metrics, isCompared: true) }
    return table
  }
}

extension TaskFindings.Row {
  /// The name in tables.
  var title: String { name == Part.train.rawValue ? "training" : name.titled }
}
