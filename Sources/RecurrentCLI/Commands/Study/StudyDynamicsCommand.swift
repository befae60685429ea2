import ArgumentParser
import RecurrentTasks

/// `recurrent study dynamics`.
struct StudyDynamicsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dynamics",
    abstract: "Draws how far networks foresee a chaotic series, and their Jacobians.",
    discussion: """
      Cells learn the next point of a series by gradients, an echo state network by ridge regression; then they run by \
      themselves. A second picture shows how long a state is felt before and after training.

      EXAMPLES:
        recurrent study dynamics
        recurrent study dynamics --series mackey-glass --cells GRU,ESN --horizon 600
      """)

  @Option(help: ArgumentHelp("\(names) (default: all)", valueName: "names"))
  var cells: String?

  @Option(help: ArgumentHelp("lorenz or mackey-glass", valueName: "name"))
  var series = ChaoticSeries.lorenz.rawValue

  @Option(help: ArgumentHelp("steps to forecast (default: what suits the series)", valueName: "steps"))
  var horizon: Int?

  @Option(help: ArgumentHelp("points to learn from", valueName: "number"))
  var length = 4000

  @Option(help: ArgumentHelp("units of the cells", valueName: "number"))
  var hidden = 48

  @Option(help: ArgumentHelp("units of the echo state network", valueName: "number"))
  var reservoir = 400

  @Option(help: ArgumentHelp("training steps of the cells", valueName: "number"))
  var steps = 4000

  @OptionGroup var options: StudyOptions

  private static let names = DynamicsStudy.Subject.allCases.map(\.rawValue).joined(separator: ", ")

  func run() throws {
    var study = DynamicsStudy()
    study.series = try WordList.readOne(series, option: "--series")
    if let cells { study.subjects = try WordList.read(cells, option: "--cells") }
    if let horizon { try StudyOptions.check(horizon, in: 2...100_000, "--horizon") }
    try StudyOptions.check(length, in: 500...1_000_000, "--length")
    try StudyOptions.check(hidden, in: 1...256, "--hidden")
    try StudyOptions.check(reservoir, in: 1...5000, "--reservoir")
    try StudyOptions.check(steps, in: 1...1_000_000, "--steps")
    (study.horizon, study.trainingCount) = (horizon, length)
    (study.hiddenSize, study.reservoirSize, study.stepLimit) = (hidden, reservoir, steps)
    study.seed = options.seed
    try options.run("dynamics") { (stop, observe) throws(StudyError) in try study.run(stop: stop, observe: observe) }
  }
}
