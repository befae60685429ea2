import ArgumentParser
import RecurrentFormats
import RecurrentTasks
import RecurrentTraining

/// `recurrent forecast MODEL`.
struct ForecastCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "forecast",
    abstract: "Forecasts past the end of the data, as CSV.",
    discussion: """
      Started by mpirun or srun, processes divide series and paths among them, with the same output.

      EXAMPLES:
        recurrent forecast runs/0001-forecast --horizon 24
        recurrent forecast runs/0001-forecast --data newer.csv --output forecast.csv --plot forecast.svg
        recurrent forecast runs/0001-forecast --levels 80,95 --plot forecast.svg
        recurrent forecast runs/0001-forecast --samples 20 --seed 7
      """)

  @Argument(help: ArgumentHelp("the folder of a run, or of a model", valueName: "model"))
  var model: String

  @Option(help: ArgumentHelp("steps to forecast (default: as many as in training)", valueName: "steps"))
  var horizon: Int?

  @Option(help: ArgumentHelp("a table like that of training (default: that of training)", valueName: "file"))
  var data: String?

  @Option(help: ArgumentHelp("where to write the CSV (default: standard output)", valueName: "file"))
  var output: String?

  @Option(help: ArgumentHelp("where to draw the end of the first series and its forecast", valueName: "file.svg"))
  var plot: String?

  @Option(
    help: ArgumentHelp(
      "intervals that are to hold these percentages of what comes (default: those of training)", valueName: "80,95"))
  var levels: String?

  @Option(help: ArgumentHelp("paths to draw from the forecast distribution", valueName: "number"))
  var samples: Int?

  @Option(help: ArgumentHelp("of the paths; the same seed gives the same paths", valueName: "number"))
  var seed: Int?

  @OptionGroup var ranks: RankOptions
  @OptionGroup var outputOptions: OutputOptions

  func run() throws { try RankSession.run(ranks) { try forecast(over: $0) } }

  private func forecast(over ranks: RankSession) throws {
    let console = ranks.console(outputOptions)
    let forecaster = try Forecaster(modelFolder: model, over: ranks.communicator)
    try ranks.shareStandardInput(ifNamedIn: [data])
    let history = try forecaster.readSeries(data)
    let levels = try levels.map(IntervalLevels.parse) ?? forecaster.standardLevels(horizon: horizon)
    let forecasts = try forecaster.forecast(
      history, horizon: horizon, levels: levels, over: ranks.communicator)
    let paths = try paths(forecaster, history, over: ranks)
    guard ranks.isFirst else { return }
    if samples == nil { ranks.noteFewer(history.series.count, "series", console) }
    for note in history.repairs.notes { console.note("note: \(note)") }
    if let plot, let picture = forecaster.chart(history, forecasts, levels: levels) {
      try AtomicFile.write(picture, to: plot)
      console.note("picture  \(plot)")
    }
    let csv = forecaster.csv(history, forecasts, levels: levels, paths: paths)
    if let output {
      try AtomicFile.write(csv, to: output)
      console.note("forecast  \(output)")
    }
    if console.isJSON {
      try console.json(json(forecaster, history, forecasts, levels: levels, paths: paths))
    } else if output == nil {
      try StandardOutput.write(csv)
    }
  }

  /// The paths that were asked for, of each series.
  private func paths(
    _ forecaster: Forecaster, _ history: SeriesFrame, over ranks: RankSession
  ) throws -> [[[[Double]]]] {
    guard let samples else {
      if seed != nil { throw UsageError("--seed is that of --samples; name how many") }
      return []
    }
    guard 1...10_000 ~= samples, seed ?? 0 >= 0 else {
      throw UsageError("--samples takes 1 to 10000, and --seed a number of at least 0")
    }
    return try forecaster.samplePaths(
      history, count: samples, horizon: horizon, seed: seed, over: ranks.communicator)
  }

  /// The rows of the CSV as objects with the same names.
  private func json(
    _ forecaster: Forecaster, _ history: SeriesFrame, _ forecasts: [SeriesForecast], levels: [Double],
    paths: [[[[Double]]]]
  ) throws -> JSONValue {
    var rows: [JSONValue] = []
    for (number, (series, forecast)) in zip(history.series, forecasts).enumerated() {
      let columns = forecaster.columns(of: forecast, levels: levels, paths: paths.isEmpty ? [] : paths[number])
      for step in forecast.values[0].indices {
        var row = JSONObject()
        if forecaster.schema.series != nil { row["unique_id"] = .string(series.id ?? "") }
        row["ds"] = .string(series.time.label(at: forecast.origin + step))
        for column in columns {
          let value = column.values[step]
          row[column.name] = value.isFinite ? .number(value) : .null
        }
        rows.append(.object(row))
      }
    }
    return [
      "task": .string(Forecaster.task), "model": .string(model),
      "horizon": .integer(forecasts.first?.values[0].count ?? 0), "forecast": .array(rows),
    ]
  }
}
