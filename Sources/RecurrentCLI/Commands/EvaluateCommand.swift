import ArgumentParser
import RecurrentFormats
import RecurrentLayers
import RecurrentTasks
import RecurrentTraining

/// `recurrent evaluate MODEL`.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Judges a model on data with the right answers.",
    discussion: """
      A forecaster is judged by a backtest with rolling origin: from each of several origins near the end of every series a \
      forecast is made as if nothing after it were known, and compared with what came and with forecasts that need no model.

      Started by mpirun or srun, processes judge the model together, with the same figures.

      EXAMPLES:
        recurrent evaluate runs/0001-forecast --windows 5 --step 12
        recurrent evaluate runs/0001-forecast --data newer.csv --windows 10 --horizon 6 --json
      """,
    aliases: ["test"])

  @Argument(help: ArgumentHelp("the folder of a run, or of a model", valueName: "model"))
  var model: String

  @Option(help: ArgumentHelp("data like those of training (default: those of training)", valueName: "file"))
  var data: String?

  @Option(help: ArgumentHelp("where to draw what the task draws", valueName: "file.svg"))
  var plot: String?

  @OptionGroup(title: "Forecasters") var backtest: BacktestOptions
  @OptionGroup var ranks: RankOptions
  @OptionGroup var outputOptions: OutputOptions

  func run() throws { try RankSession.run(ranks) { try evaluate(over: $0) } }

  private func evaluate(over ranks: RankSession) throws {
    let console = ranks.console(outputOptions)
    let folder = try ModelFolder(model)
    let judged = try TaskModels.load(folder)
    try judged.requireAgreement(over: ranks.communicator)
    try ranks.shareStandardInput(ifNamedIn: [data])
    if let forecaster = judged as? Forecaster {
      if plot != nil { throw UsageError("--plot has nothing to draw for a forecaster; draw with recurrent forecast") }
      return try backtest.evaluate(forecaster, at: model, data: data, over: ranks, on: console)
    }
    try backtest.refuse(for: folder.description.task)
    guard let judged = judged as? any EvaluableModel else {
      throw UsageError("a model of the task '\(folder.description.task)' cannot be judged on a file")
    }
    var progress: CountProgress?
    var counted = 0
    let findings = try judged.evaluate(on: data, drawing: plot, over: ranks.communicator) { done, total in
      var line = progress ?? CountProgress(of: total, "sequences", isQuiet: console.isQuiet)
      line.add(done - counted)
      (progress, counted) = (line, done)
    }
    progress?.finish()
    if ranks.isFirst { try show(findings, of: judged, on: console) }
  }

  private func show(_ findings: TaskFindings, of judged: some EvaluableModel, on console: Console) throws {
    let pictures = findings.pictures.map { "picture  \($0.path)\n" }.joined()
    let texts = [FindingsText(findings).text(on: console.resultTerminal), pictures]
    try console.result(texts.filter { !$0.isEmpty }.joined(separator: "\n"))
    for note in findings.notes { console.note("note: \(note)") }
    guard console.isJSON else { return }
    var object: JSONObject = [
      "task": .string(type(of: judged).task), "model": .string(model),
      "parameters": .integer(judged.network.parameterCount),
    ]
    if let data { object["data"] = .string(data) }
    findings.add(to: &object)
    try console.json(.object(object))
  }
}
