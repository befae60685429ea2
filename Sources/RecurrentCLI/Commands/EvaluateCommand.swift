import ArgumentParser
import RecurrentFormats
import RecurrentLayers
import RecurrentTasks
import RecurrentTraining

/// `recurrent evaluate MODEL`.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Judges a model by a backtest with rolling origin.",
    discussion: """
      From each of several origins near the end of every series a forecast is made as if nothing after it were known, and
      compared with what came and with forecasts that need no model.

      EXAMPLES:
        recurrent evaluate runs/0001-forecast --windows 5 --step 12
        recurrent evaluate runs/0001-forecast --data newer.csv --windows 10 --horizon 6 --json
      """,
    aliases: ["test"])

  @Argument(help: ArgumentHelp("the folder of a run, or of a model", valueName: "model"))
  var model: String

  @Option(help: ArgumentHelp("a table like that of training (default: that of training)", valueName: "file"))
  var data: String?

  @Option(help: ArgumentHelp("forecasts of each series", valueName: "number"))
  var windows = 5

  @Option(help: ArgumentHelp("rows from one origin to the next (default: the horizon)", valueName: "rows"))
  var step: Int?

  @Option(help: ArgumentHelp("steps of each forecast (default: as many as in training)", valueName: "steps"))
  var horizon: Int?

  @OptionGroup var outputOptions: OutputOptions

  func run() throws {
    let console = outputOptions.console
    let forecaster = try Forecaster(modelFolder: model)
    let history = try forecaster.readSeries(data)
    let horizon = horizon ?? forecaster.configuration.horizon
    let step = step ?? horizon
    let evaluation = try forecaster.backtest(history, windows: windows, step: step, horizon: horizon)

    var table = MetricsTable()
    table.append("model", evaluation.metrics, isCompared: true)
    for (baseline, metrics) in evaluation.baselines { table.append(baseline.title, metrics, isCompared: true) }
    let series = history.series.count == 1 ? "" : " of each of \(history.series.count) series"
    try console.result(
      "\(windows) \(windows == 1 ? "forecast" : "forecasts")\(series) over \(horizon) "
        + "\(horizon == 1 ? "row" : "rows"), \(step) \(step == 1 ? "row" : "rows") apart, on \(history.file.printable())\n\n"
        + table.text(on: console.resultTerminal))
    guard console.isJSON else { return }
    var baselines = JSONObject()
    for (baseline, metrics) in evaluation.baselines { baselines[baseline.rawValue] = metrics.json }
    var parts = JSONObject()
    if let metrics = evaluation.metrics { parts[Part.test.rawValue] = metrics.json }
    try console.json([
      "task": .string(Forecaster.task), "model": .string(model), "data": .string(history.file),
      "parameters": .integer(forecaster.network.parameterCount), "windows": .integer(windows), "step": .integer(step),
      "horizon": .integer(horizon), "metrics": .object(parts), "baselines": .object(baselines),
    ])
  }
}

extension Baseline {
  /// The name in tables.
  var title: String {
    switch self {
    case .naive: "naive"
    case .seasonalNaive: "seasonal naive"
    case .seasonalDrift: "seasonal drift"
    }
  }
}
