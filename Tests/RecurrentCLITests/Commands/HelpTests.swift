import RecurrentTasks
import RecurrentTraining
import Testing

struct HelpTests {
  private func help(_ arguments: String...) throws -> String { try help(arguments) }

  private func help(_ arguments: [String]) throws -> String {
    let result = try recurrent(arguments, in: TemporaryFolder())
    #expect(result.status == 0)
    #expect(result.errors.isEmpty)
    return result.output
  }

  @Test func tool() throws {
    let expected = """
      OVERVIEW: Trains, evaluates and uses recurrent neural networks.

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

      USAGE: recurrent <subcommand>

      OPTIONS:
        --version               Show the version.
        -h, --help              Show help information.

      SUBCOMMANDS:
        train, fit              Trains a model in a run folder.
        forecast                Forecasts past the end of the data, as CSV.
        classify                Gives a label, or a number, to each text or signal.
        tag                     Labels the words of sentences.
        translate               Translates lines of text.
        generate                Generates text or music, symbol by symbol.
        evaluate, test          Judges a model on data with the right answers.
        score                   Compares texts with references: BLEU, chrF, exact match, token error rate.
        convert                 Takes models from and to other systems, tensor by tensor.
        info                    Shows what a model or a file of weights is, or this program and machine.
        bench                   Times recurrent layers and whole training steps on this machine.
        study                   Shows properties of recurrent networks by experiments, with pictures.

        See 'recurrent help <subcommand>' for detailed help.

      EXIT CODES:
        0                       everything went well
        1                       something failed that has no number of its own
        3                       training ran into numbers that are not finite
        64                      the command line is wrong
        65                      data or a model file are wrong
        66                      an input does not exist or cannot be read
        69                      processes that belong together cannot work together, or one of them hangs
        70                      the program itself is wrong
        73                      an output cannot be made, or is there already
        74                      reading or writing failed
        75                      stopped by SIGUSR1 with a checkpoint: run again with --resume
        78                      a configuration file is wrong, or training needs more memory than there is
        130                     stopped by Ctrl-C (SIGINT) with a checkpoint
        143                     stopped by SIGTERM with a checkpoint

      """
    #expect(try help("--help") == expected)
    #expect(try help() == expected)
    #expect(try help("help") == expected)
  }

  @Test func forecast() throws {
    #expect(
      try help("forecast", "-h") == """
        OVERVIEW: Forecasts past the end of the data, as CSV.

        Started by mpirun or srun, processes divide series and paths among them, with the same output.

        EXAMPLES:
          recurrent forecast runs/0001-forecast --horizon 24
          recurrent forecast runs/0001-forecast --data newer.csv --output forecast.csv --plot forecast.svg
          recurrent forecast runs/0001-forecast --levels 80,95 --plot forecast.svg
          recurrent forecast runs/0001-forecast --samples 20 --seed 7

        USAGE: recurrent forecast <model> [--horizon <steps>] [--data <file>] [--output <file>] [--plot <file.svg>] [--levels <80,95>] [--samples <number>] [--seed <number>] [--no-mpi] [--json] [--quiet]

        ARGUMENTS:
          <model>                 the folder of a run, or of a model

        OPTIONS:
          --horizon <steps>       steps to forecast (default: as many as in training)
          --data <file>           a table like that of training (default: that of training)
          --output <file>         where to write the CSV (default: standard output)
          --plot <file.svg>       where to draw the end of the first series and its forecast
          --levels <80,95>        intervals that are to hold these percentages of what comes (default:
                                  those of training)
          --samples <number>      paths to draw from the forecast distribution
          --seed <number>         of the paths; the same seed gives the same paths
          --no-mpi                work as a single process, whatever mpirun or srun says
          --json                  one JSON object as the last line of standard output; all else goes to
                                  standard error
          -q, --quiet             nothing but results and errors
          --version               Show the version.
          -h, --help              Show help information.

        """)
  }

  /// What its settings say is theirs; that each is there, its default with it, is the command's.
  @Test func trainForecast() throws {
    let text = try help("train", "forecast", "--help")
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.dropFirst(2).first == "EXAMPLES:")
    for preset in ForecastConfiguration.presets { #expect(text.contains("\n  \(preset.name) ")) }
    for title in ["RUN:", "DATA:", "PREPARATION:", "TASK:", "MODEL:", "TRAINING:"] {
      #expect(lines.contains(Substring(title)))
    }
    let flat = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    for key in ["look_back", "horizon", "learning_rate", "clip_norm", "seed", "scaler"] {
      let field = try #require(ForecastConfiguration.fields.first { $0.key == key })
      #expect(flat.contains(field.help))
    }
    #expect(flat.contains("past values that a forecast sees (default: 24)"))
    for line in lines { #expect(line.count <= 100, "\(line)") }
  }

  @Test func everyCommandThatComputesCanWorkAlone() throws {
    let commands = [
      ["evaluate"], ["classify"], ["tag"], ["translate"], ["forecast"], ["generate"], ["score"], ["convert"], ["info"],
      ["bench"], ["study", "gradients"],
    ]
    for command in commands {
      #expect(try help(command + ["--help"]).contains("\n  --no-mpi "), "\(command)")
    }
  }

  @Test func everyCommandLeadsWithExamples() throws {
    for command in [
      ["train"], ["fit"], ["train", "forecast"], ["forecast"], ["evaluate"], ["test"], ["score"], ["info"],
      ["bench"],
    ] {
      let result = try recurrent(command + ["--help"], in: TemporaryFolder())
      #expect(result.status == 0)
      let examples = try #require(result.output.firstRange(of: "EXAMPLES:"))
      let usage = try #require(result.output.firstRange(of: "USAGE:"))
      #expect(examples.lowerBound < usage.lowerBound)
    }
  }
}
