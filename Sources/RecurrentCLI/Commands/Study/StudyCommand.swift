import ArgumentParser

/// Experiments that show a property of recurrent networks; each kind is a command of its own below it.
struct StudyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "study",
    abstract: "Shows properties of recurrent networks by experiments, with pictures.",
    discussion: """
      Each kind writes its pictures (SVG), the numbers behind them (CSV) and its results (study.json) into a folder.

      EXAMPLES:
        recurrent study gradients
        recurrent study memory --problem adding --lags 50,100,200
        recurrent study counting --longest 200
        recurrent study dynamics --series mackey-glass
      """,
    subcommands: [
      StudyGradientsCommand.self, StudyMemoryCommand.self, StudyCountingCommand.self, StudyDynamicsCommand.self,
    ])
}
