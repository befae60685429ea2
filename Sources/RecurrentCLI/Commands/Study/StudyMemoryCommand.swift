import ArgumentParser
import RecurrentTasks
import RecurrentTensor

/// `recurrent study memory`.
struct StudyMemoryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "memory",
    abstract: "Draws how far back cells learn to remember.",
    discussion: """
      Each cell is trained at each lag, on new sequences at every step, until it has solved the problem or its steps are \
      used up. With --solve the sizes and rates are those that solve long lags, and take minutes.

      EXAMPLES:
        recurrent study memory
        recurrent study memory --problem copy --lags 5,10,20 --cells LSTM,GRU --steps 3000
        recurrent study memory --problem adding --cells LSTM --lags 400 --solve
        recurrent study memory --problem rows --data mnist --solve --json
      """)

  @Option(help: ArgumentHelp("adding, copy, or rows: pictures read row by row", valueName: "name"))
  var problem = MemoryStudy.ProblemKind.adding.rawValue

  @Option(help: ArgumentHelp("\(names) (default: all; of pictures GRU)", valueName: "names"))
  var cells: String?

  @Option(help: ArgumentHelp("steps over which to remember (default: four that suit the problem)", valueName: "steps"))
  var lags: String?

  @Flag(help: "train with what solves long lags rather than with what is over soon")
  var solve = false

  @Option(
    help: ArgumentHelp("train until the error or accuracy is this (default: the problem's goal)", valueName: "value"))
  var until: Double?

  @Option(help: ArgumentHelp("training steps at most", valueName: "number"))
  var steps: Int?

  @Option(help: ArgumentHelp("units of each network", valueName: "number"))
  var hidden: Int?

  @Option(help: ArgumentHelp("sequences of a training step", valueName: "number"))
  var batch: Int?

  @Option(help: ArgumentHelp("the learning rate of Adam", valueName: "rate"))
  var rate: Double?

  @Option(help: ArgumentHelp("what the gradients of all parameters are clipped to", valueName: "length"))
  var clip: Double?

  @Option(help: ArgumentHelp("the folder of the pictures, files as those of MNIST", valueName: "folder"))
  var data: String?

  @OptionGroup var options: StudyOptions

  private static let names = StudyCell.allCases.map(\.rawValue).joined(separator: ", ")

  func run() throws {
    let kind: MemoryStudy.ProblemKind = try WordList.readOne(problem, option: "--problem")
    try checkNumbers(kind)
    var study = MemoryStudy(kind, folder: data)
    if let cells { study.cells = try WordList.read(cells, option: "--cells") }
    if let lags {
      study.lags = try StudyOptions.numbers(lags, in: (kind == .adding ? 2 : 1)...100_000, "--lags")
      guard Set(study.lags).count == study.lags.count else { throw UsageError("--lags: a number stands twice") }
    }
    if let until { study.goal = until }
    let isSolving = solve
    let changes = { @Sendable [seed = options.seed, steps, hidden, batch, rate, clip] (settings: LongLagSettings) in
      var settings = settings
      settings.seed = seed
      settings.stepLimit = steps ?? settings.stepLimit
      settings.stepsBetweenEvaluations = min(settings.stepsBetweenEvaluations, settings.stepLimit)
      settings.hiddenSize = hidden ?? settings.hiddenSize
      settings.batchSize = batch ?? settings.batchSize
      settings.learningRate = rate ?? settings.learningRate
      settings.clipNorm = clip ?? settings.clipNorm
      return settings
    }
    study.settings = { cell, lag in
      changes(isSolving ? .solving(kind, cell, lag: lag) : .comparison(kind, cell, lag: lag))
    }
    let finished = study
    try options.run("memory") { (stop, observe) throws(StudyError) in
      try finished.run(stop: stop, observe: observe)
    }
  }

  private func checkNumbers(_ kind: MemoryStudy.ProblemKind) throws {
    if kind == .rows {
      guard data != nil else { throw UsageError("--problem rows needs the folder of the pictures; add --data FOLDER") }
      guard lags == nil else { throw UsageError("--lags: the rows of the pictures are their lag; leave it out") }
    } else if data != nil {
      throw UsageError("--data: the \(kind.rawValue) problem makes its own data; leave it out")
    }
    if let steps { try StudyOptions.check(steps, in: 1...10_000_000, "--steps") }
    if let hidden { try StudyOptions.check(hidden, in: 1...4096, "--hidden") }
    if let batch { try StudyOptions.check(batch, in: 1...4096, "--batch") }
    if let rate { try StudyOptions.check(rate, in: 1e-8...10, "--rate") }
    if let clip { try StudyOptions.check(clip, in: 1e-6...1e6, "--clip") }
    if let until { try StudyOptions.check(until, in: 0...1, "--until") }
  }
}
