import ArgumentParser
import RecurrentFormats
import RecurrentLayers
import RecurrentTasks
import RecurrentTraining

/// How a forecaster is judged: the options of `recurrent evaluate` that mean something for forecasters alone.
struct BacktestOptions: ParsableArguments {
  @Option(help: ArgumentHelp("forecasts of each series (default: 5)", valueName: "number"))
  var windows: Int?

  @Option(help: ArgumentHelp("rows from one origin to the next (default: the horizon)", valueName: "rows"))
  var step: Int?

  @Option(help: ArgumentHelp("steps of each forecast (default: as many as in training)", valueName: "steps"))
  var horizon: Int?

  @Option(
    help: ArgumentHelp(
      "intervals to judge, by the percentages that they are to hold (default: those of training)", valueName: "80,95"))
  var levels: String?

  /// Refuses the options for a model of another task.
  func refuse(for task: String) throws {
    let given = [
      ("windows", windows != nil), ("step", step != nil), ("horizon", horizon != nil), ("levels", levels != nil),
    ]
    for (name, isGiven) in given where isGiven {
      throw UsageError("--\(name) is for forecasters, and this model does the task '\(task)'; leave it out")
    }
  }

  /// Judges a forecaster and tells the result.
  func evaluate(
    _ forecaster: Forecaster, at model: String, data: String?, over ranks: RankSession, on console: Console
  ) throws {
    let history = try forecaster.readSeries(data)
    let windows = windows ?? 5
    let horizon = horizon ?? forecaster.configuration.horizon
    let step = step ?? horizon
    let evaluation = try forecaster.backtest(
      history, windows: windows, step: step, horizon: horizon, levels: try levels.map(IntervalLevels.parse),
      over: ranks.communicator)
    guard ranks.isFirst else { return }
    if forecaster.readsSeriesOnce(horizon: horizon) { ranks.noteFewer(history.series.count, "series", console) }
    var findings = TaskFindings()
    findings.notes = history.repairs.notes
    if let metrics = evaluation.metrics { findings.metrics.append(TaskFindings.Row(.test, metrics.list)) }
    findings.baselines = evaluation.baselines.map(TaskFindings.Row.init)

    let series = history.series.count == 1 ? "" : " of each of \(history.series.count) series"
    try console.result(
      "\(windows) \(windows == 1 ? "forecast" : "forecasts")\(series) over \(horizon) "
        + "\(horizon == 1 ? "row" : "rows"), \(step) \(step == 1 ? "row" : "rows") apart, "
        + "on \(history.file.printable())\n\n"
        + FindingsText(findings).text(on: console.resultTerminal))
    for note in findings.notes { console.note("note: \(note)") }
    guard console.isJSON else { return }
    var object: JSONObject = [
      "task": .string(Forecaster.task), "model": .string(model), "data": .string(history.file),
      "parameters": .integer(forecaster.network.parameterCount), "windows": .integer(windows), "step": .integer(step),
      "horizon": .integer(horizon),
    ]
    findings.add(to: &object)
    try console.json(.object(object))
  }
}
