import ArgumentParser

/// Training; each task is a command of its own below it.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Trains a model in a run folder.",
    discussion: """
      EXAMPLES:
        recurrent train forecast --data sales.csv --target revenue --horizon 12 --output runs/sales
        recurrent train classify --data train.tsv --validation dev.tsv --test test.tsv
        recurrent train tag --data train.conllu --validation dev.conllu
        recurrent train translate --source train.de --target train.en
        recurrent train generate --data input.txt
        recurrent train forecast --resume --output runs/sales
      """,
    subcommands: [
      TrainForecastCommand.self, TrainClassifyCommand.self, TrainTagCommand.self, TrainTranslateCommand.self,
      TrainGenerateCommand.self,
    ],
    aliases: ["fit"])
}
