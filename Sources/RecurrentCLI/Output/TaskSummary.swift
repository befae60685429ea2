import RecurrentTasks
import RecurrentTraining

/// What a training command tells at its end: how good the model is, where everything is, and what to do next.
struct TaskSummary {
  private let report: TaskReport
  private let folder: String
  private let nextCommands: [String]

  init(_ report: TaskReport, folder: String, nextCommands: [String]) {
    self.report = report
    self.folder = folder
    self.nextCommands = nextCommands
  }

  /// Tells it, as text and, where it is wanted, as JSON.
  func show(on console: Console) throws {
    let next = "next:\n" + nextCommands.map { "  \($0)\n" }.joined()
    let findings = FindingsText(report.findings).text(on: console.resultTerminal)
    try console.result([findings, places, next].filter { !$0.isEmpty }.joined(separator: "\n"))
    for note in report.findings.notes { console.note("note: \(note)") }
    if console.isJSON { try console.json(report.json) }
  }

  private var places: String {
    let size =
      "\(report.parameterCount) parameters, \(report.epochs) \(report.epochs == 1 ? "epoch" : "epochs") in \(NumberText.significant(report.seconds, digits: 3)) s"
    var lines = [("model", report.modelPath + "  (\(size))")]
    lines += report.findings.pictures.map { ("picture", $0.path) }
    lines.append(("run", "\(folder)  (config.yaml, metrics.csv, checkpoints/)"))
    return lines.map { $0.padded(to: 9) + $1 + "\n" }.joined()
  }
}
