import ArgumentParser
import RecurrentTasks

/// `recurrent study counting`.
struct StudyCountingCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "counting",
    abstract: "Draws which cells learn to count, beyond the words they were trained on.",
    discussion: """
      Networks learn to predict words aⁿbⁿ, and are tested on longer ones: right is who finds exactly the symbols likely \
      that may follow, at every step.

      EXAMPLES:
        recurrent study counting
        recurrent study counting --cells LSTM --trained 30 --longest 1000 --networks 1 --json
        recurrent study counting --letters 3
      """)

  @Option(help: ArgumentHelp("\(names) (default: all)", valueName: "names"))
  var cells: String?

  @Option(help: ArgumentHelp("letters of a word, each n times: 2 for aⁿbⁿ, 3 for aⁿbⁿcⁿ", valueName: "number"))
  var letters = 2

  @Option(help: ArgumentHelp("the greatest n that is trained", valueName: "n"))
  var trained = 30

  @Option(help: ArgumentHelp("the greatest n that is tested", valueName: "n"))
  var longest = 100

  @Option(help: ArgumentHelp("networks of each cell, with seeds one after the other", valueName: "number"))
  var networks = 3

  @Option(help: ArgumentHelp("units of each network", valueName: "number"))
  var hidden: Int?

  @Option(help: ArgumentHelp("training steps", valueName: "number"))
  var steps: Int?

  @OptionGroup var options: StudyOptions

  private static let names = StudyCell.allCases.map(\.rawValue).joined(separator: ", ")

  func run() throws {
    try StudyOptions.check(letters, in: 2...8, "--letters")
    try StudyOptions.check(trained, in: 1...1000, "--trained")
    try StudyOptions.check(longest, in: trained...2000, "--longest")
    try StudyOptions.check(networks, in: 1...100, "--networks")
    if let hidden { try StudyOptions.check(hidden, in: 1...1024, "--hidden") }
    if let steps { try StudyOptions.check(steps, in: 1...10_000_000, "--steps") }
    var study = CountingStudy()
    if let cells { study.cells = try WordList.read(cells, option: "--cells") }
    study.problem = CountingProblem(
      CountingLanguage(letterCount: letters), trained: 1...trained, longest: longest)
    study.networkCount = networks
    study.seed = options.seed
    study.settings = { [hidden, steps] cell, seed in
      var settings = LongLagSettings.counting(cell, seed: seed)
      settings.hiddenSize = hidden ?? settings.hiddenSize
      settings.stepLimit = steps ?? settings.stepLimit
      return settings
    }
    let finished = study
    // Eight units are too few for two threads to share.
    try options.run("counting", usualThreads: 1) { (stop, observe) throws(StudyError) in
      try finished.run(stop: stop, observe: observe)
    }
  }
}
