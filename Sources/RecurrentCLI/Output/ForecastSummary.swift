import RecurrentFormats
import RecurrentTasks
import RecurrentTraining

/// What `train forecast` tells at its end: the errors, where everything is, and what to do next.
struct ForecastSummary {
  private let run: ForecastRun
  private let report: ForecastReport

  init(_ run: ForecastRun, _ report: ForecastReport) {
    self.run = run
    self.report = report
  }

  /// Tells it, as text and, where it is wanted, as JSON.
  func show(on console: Console) throws {
    try console.result([table(on: console.resultTerminal), places, nextCommands].joined(separator: "\n"))
    for note in report.notes { console.note("note: \(note)") }
    if console.isJSON { try console.json(report.json) }
  }

  private func table(on terminal: Terminal) -> String {
    var table = MetricsTable()
    table.append(heading: "model")
    for (part, metrics) in report.metrics {
      table.append("  " + part.title, metrics, isCompared: part == .test && !report.baselines.isEmpty)
    }
    if !report.baselines.isEmpty {
      table.append(heading: "without a model, on the test part")
      for (baseline, metrics) in report.baselines { table.append("  " + baseline.title, metrics, isCompared: true) }
    }
    return table.text(on: terminal)
  }

  private var places: String {
    let size =
      "\(report.parameterCount) parameters, \(report.epochs) \(report.epochs == 1 ? "epoch" : "epochs") in \(NumberText.significant(report.seconds, digits: 3)) s"
    var lines = [("model", report.modelPath + "  (\(size))")]
    if let chart = report.chartPath { lines.append(("picture", chart)) }
    lines.append(("run", "\(run.folder.path)  (config.yaml, metrics.csv, checkpoints/)"))
    return lines.map { $0.padded(to: 9) + $1 + "\n" }.joined()
  }

  // MARK: Next commands

  private var nextCommands: String {
    let commands = [forecastCommand, evaluateCommand, CommandText("info", run.folder.path)].compactMap { $0?.text }
    return "next:\n" + (commands + [futureHint].compactMap { $0 }).map { "  \($0)\n" }.joined()
  }

  /// What a forecast takes where the table does not know the future that it needs.
  private var futureHint: String? {
    guard forecastCommand == nil else { return nil }
    let columns = schema.futureCovariates.joined(separator: ", ").printable(limit: 200)
    return CommandText("forecast", run.folder.path, "--data").text
      + " FILE, a table with \(columns) past its last value"
  }

  private var schema: SeriesSchema { run.training.data.frame.schema }
  private var horizon: Int { run.training.initial.configuration.horizon }

  /// None where the table does not know the future that a forecast needs.
  private var forecastCommand: CommandText? {
    let known = run.training.data.frame.series.map(\.futureCount).min() ?? 0
    // Two seasons, where nothing but the forecasts themselves is needed.
    let wanted = schema.seasonalPeriod > 1 ? 2 * schema.seasonalPeriod : 24
    let steps = schema.pastCovariates.isEmpty ? min(wanted, known) : horizon
    guard steps >= 1, known >= steps else { return nil }
    return CommandText("forecast", run.folder.path, "--horizon", String(steps), "--plot", "forecast.svg")
  }

  /// As many windows as the data allow, at most five.
  private var evaluateCommand: CommandText? {
    let rows = run.training.data.frame.series.map(\.count).min() ?? 0
    // A season ahead, where forecasts can be fed back.
    let steps = schema.pastCovariates.isEmpty ? max(horizon, schema.seasonalPeriod) : horizon
    let windows = min(5, (rows - run.training.initial.requiredRows - steps) / steps + 1)
    guard rows >= run.training.initial.requiredRows + steps else { return nil }
    return CommandText(
      "evaluate", run.folder.path, "--horizon", String(steps), "--windows", String(windows), "--step", String(steps))
  }
}

extension Part {
  /// The name in tables.
  fileprivate var title: String {
    switch self {
    case .train: "training"
    case .validation: "validation"
    case .test: "test"
    }
  }
}
