import ArgumentParser
import RecurrentTasks

/// `recurrent study gradients`.
struct StudyGradientsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gradients",
    abstract: "Draws how the gradient fades or grows on its way back through time.",
    discussion: """
      Networks with first weights read sequences of the adding problem. The picture shows the length of the loss' gradient \
      by the state against the lag: for tanh, for rectified units, for LSTM through its hidden and its cell state apart, \
      for GRU, and the bounds that the derivatives of tanh and of the sigmoid set.

      EXAMPLES:
        recurrent study gradients
        recurrent study gradients --lag 200 --hidden 64 --cells RNN,IRNN,LSTM
        recurrent study gradients --no-chrono
      """)

  @Option(help: ArgumentHelp("\(names) (default: all)", valueName: "names"))
  var cells: String?

  @Option(help: ArgumentHelp("steps to look back", valueName: "steps"))
  var lag = 100

  @Option(help: ArgumentHelp("units of each network", valueName: "number"))
  var hidden = 32

  @Option(help: ArgumentHelp("what the gradients of all parameters are clipped to", valueName: "length"))
  var clip = 1.0

  @Flag(inversion: .prefixedNo, help: "gates of LSTM and GRU that begin open for the whole lag")
  var chrono = true

  @OptionGroup var options: StudyOptions

  private static let names = GradientSubject.allCases.map(\.rawValue).joined(separator: ", ")

  func run() throws {
    var study = GradientStudy()
    if let cells { study.subjects = try WordList.read(cells, option: "--cells") }
    try StudyOptions.check(lag, in: 2...2000, "--lag")
    try StudyOptions.check(hidden, in: 1...256, "--hidden")
    try StudyOptions.check(clip, in: 1e-6...1e6, "--clip")
    (study.lag, study.hiddenSize, study.clipNorm) = (lag, hidden, clip)
    study.opensGates = chrono
    study.seed = options.seed
    try options.run("gradients") { (stop, observe) throws(StudyError) in try study.run(stop: stop, observe: observe) }
  }
}
