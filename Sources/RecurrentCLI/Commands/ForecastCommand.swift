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
      EXAMPLES:
        recurrent forecast runs/0001-forecast --horizon 24
        recurrent forecast runs/0001-forecast --data newer.csv --output forecast.csv --plot forecast.svg
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

  @OptionGroup var outputOptions: OutputOptions

  func run() throws {
    let console = outputOptions.console
    let forecaster = try Forecaster(modelFolder: model)
    let history = try forecaster.readSeries(data)
    let forecasts = try forecaster.forecast(history, horizon: horizon)
    if let plot, let picture = forecaster.chart(history, forecasts) {
      try AtomicFile.write(picture, to: plot)
      console.note("picture  \(plot)")
    }
    let csv = forecaster.csv(history, forecasts)
    if let output {
      try AtomicFile.write(csv, to: output)
      console.note("forecast  \(output)")
    }
    if console.isJSON {
      try console.json(json(forecaster, history, forecasts))
    } else if output == nil {
      try StandardOutput.write(csv)
    }
  }

  /// The rows of the CSV as objects with the same names.
  private func json(
    _ forecaster: Forecaster, _ history: SeriesFrame, _ forecasts: [SeriesForecast]
  ) throws -> JSONValue {
    var rows: [JSONValue] = []
    for (series, forecast) in zip(history.series, forecasts) {
      for step in forecast.values[0].indices {
        var row = JSONObject()
        if forecaster.schema.series != nil { row["unique_id"] = .string(series.id ?? "") }
        row["ds"] = .string(series.time.label(at: forecast.origin + step))
        for (name, values) in zip(forecaster.forecastColumns, forecast.values) { row[name] = .number(values[step]) }
        rows.append(.object(row))
      }
    }
    return [
      "task": .string(Forecaster.task), "model": .string(model),
      "horizon": .integer(forecasts.first?.values[0].count ?? 0), "forecast": .array(rows),
    ]
  }
}
