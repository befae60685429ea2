import RecurrentFormats
import RecurrentTasks
import RecurrentTraining

/// What to do with a forecaster that was just trained: commands that work with its data.
struct ForecastNextCommands {
  private let run: TaskRun<ForecastTraining>

  init(_ run: TaskRun<ForecastTraining>) { self.run = run }

  /// The commands, and a hint where the table does not know the future that a forecast needs.
  var lines: [String] {
    let commands = [forecastCommand, evaluateCommand, CommandText("info", run.folder.path)].compactMap { $0?.text }
    return commands + [futureHint].compactMap { $0 }
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
