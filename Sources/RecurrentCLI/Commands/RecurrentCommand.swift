import ArgumentParser

/// The tool.
struct RecurrentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recurrent",
    abstract: "Trains, evaluates and uses recurrent neural networks.",
    discussion: """
      EXAMPLES:
        Train on the built-in airline passengers and draw the forecast:
          recurrent train forecast
        Train on a table of your own, twelve steps ahead:
          recurrent train forecast --data sales.csv --target revenue --horizon 12
        Forecast past the end of the data, as CSV on standard output:
          recurrent forecast runs/0001-forecast --horizon 24
        Judge a model on newer data, as if nothing after each of five origins were known:
          recurrent evaluate runs/0001-forecast --data newer.csv --windows 5 --step 12
        Learn to tell texts or signals apart, and label what comes in:
          recurrent train classify --data reviews.tsv
          recurrent classify runs/0002-classify < new.txt
        Learn parts of speech from a treebank, and tag sentences:
          recurrent train tag --data train.conllu --validation dev.conllu
          recurrent tag runs/0003-tag < sentences.txt
        Learn to translate from pairs of lines, and translate:
          recurrent train translate --source train.de --target train.en
          recurrent translate runs/0004-translate < source.txt
        Train a language model on a text, and let it write:
          recurrent train generate --data input.txt
          recurrent generate runs/0005-generate --prompt "Once" --max-tokens 300
        Compare texts with their references as sacreBLEU does:
          recurrent score --references references.txt < translations.txt
        Take a model to PyTorch, or bring one from there:
          recurrent convert runs/0002-classify model.safetensors
          recurrent convert lstm.safetensors model
        Look at a model, or at the program and the machine:
          recurrent info runs/0001-forecast
          recurrent info
        See how fast recurrent layers are here, and how close to what the machine allows:
          recurrent bench --share
        See how gradients fade, what cells remember, and how they count:
          recurrent study gradients
      """,
    version: BuildInformation.versionText,
    subcommands: [
      TrainCommand.self, ForecastCommand.self, ClassifyCommand.self, TagCommand.self, TranslateCommand.self,
      GenerateCommand.self, EvaluateCommand.self, ScoreCommand.self, ConvertCommand.self, InfoCommand.self,
      BenchCommand.self, StudyCommand.self,
    ])
}
