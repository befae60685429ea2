import ArgumentParser
import RecurrentFormats
import RecurrentTasks
import RecurrentTensor
import RecurrentTraining

/// `recurrent translate MODEL`.
struct TranslateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "translate",
    abstract: "Translates lines of text.",
    discussion: """
      Each line of the input gives a line of the output, in the same order; an empty line gives an empty one. With --n-best \
      several lines come for each, after its number. What stands beside a line never changes its translation. Started by \
      mpirun or srun, processes divide the lines among them, with the same output.

      EXAMPLES:
        recurrent translate runs/0001-translate < source.txt > target.txt
        echo "ein hund rennt ." | recurrent translate runs/0001-translate --n-best 3 --scores
        echo "ein hund rennt ." | recurrent translate runs/0001-translate --attention heat.svg
        recurrent translate runs/0001-translate --data source.txt --temperature 0.7 --seed 7
      """)

  @Argument(help: ArgumentHelp("the folder of a run, or of a model", valueName: "model"))
  var model: String

  @Option(help: ArgumentHelp("sources, one a line (plain or .gz; default: standard input)", valueName: "file"))
  var data: String?

  @Option(help: ArgumentHelp("raw frames that the data are an index of, for models of frames", valueName: "file"))
  var frames: String?

  @OptionGroup(title: "Search") var decoding: DecodingOptions

  @Flag(help: "the score of each translation before it, with a tab between them")
  var scores = false

  @Option(help: ArgumentHelp("draw where the model looks, of an input of one line", valueName: "file.svg"))
  var attention: String?

  @Option(help: ArgumentHelp("where to write (default: standard output)", valueName: "file"))
  var output: String?

  @Option(help: ArgumentHelp("most sources at a time (default: some thousand symbols); no result depends on it"))
  var batchSize: Int?

  @Option(help: ArgumentHelp("threads to compute with (default: all cores); no result depends on it"))
  var threads: Int?

  @OptionGroup var ranks: RankOptions
  @OptionGroup var outputOptions: OutputOptions

  func validate() throws {
    if let batchSize, batchSize < 1 { throw ValidationError("--batch-size is at least 1") }
    if let threads, threads < 1 { throw ValidationError("--threads is at least 1") }
  }

  func run() throws { try RankSession.run(ranks) { try translate(over: $0) } }

  private func translate(over ranks: RankSession) throws {
    let console = ranks.console(outputOptions)
    if let threads { ComputeEnvironment.threads = threads }
    let translator = try Translator(modelFolder: model, over: ranks.communicator)
    try ranks.shareStandardInput(ifNamedIn: [inputPath(data), frames])
    let sources = try translator.readSources(inputPath(data), frames: frames)
    var settings = decoding.settings
    if attention != nil {
      settings.keepsAttention = true
      if sources.count != 1 {
        throw UsageError("--attention draws one line, and the input has \(sources.count); give the one to be drawn")
      }
    }
    let start = ContinuousClock.now
    var progress = CountProgress(of: sources.count, "sources", isQuiet: console.isQuiet)
    let translated = try translator.translate(
      sources, settings, batchSize: batchSize, over: ranks.communicator
    ) { progress.add($0) }
    progress.finish()
    guard ranks.isFirst else { return }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    try show(translated, console)
    if let attention { try draw(translated, to: attention, console) }
    note(translated, console)
    if console.isJSON { try console.json(json(sources, translated, seconds)) }
  }

  private func show(_ translated: [TranslatedSource], _ console: Console) throws {
    let text = translated.enumerated().flatMap { number, source in lines(source, number: number + 1) }
      .map { $0 + "\n" }.joined()
    if let output {
      try AtomicFile.write(text, to: output)
      console.note("translations  \(output)")
    } else {
      try console.result(text)
    }
  }

  private func lines(_ source: TranslatedSource, number: Int) -> [String] {
    if decoding.nBest == 1, source.translations.isEmpty { return [""] }
    return source.translations.map { translation in
      var fields = decoding.nBest > 1 ? [String(number)] : []
      if scores { fields.append(NumberText.significant(translation.score, digits: 6)) }
      return (fields + [translation.text.onOneLine]).joined(separator: "\t")
    }
  }

  private func draw(_ translated: [TranslatedSource], to path: String, _ console: Console) throws {
    guard let source = translated.first, let best = source.translations.first else {
      throw UsageError("--attention has nothing to draw: the line is empty")
    }
    let ends = best.ending == .end ? best.symbols + ["</s>"] : best.symbols
    try AtomicFile.write(
      AttentionChart(source: source.symbols, target: ends, weights: best.attention).svg(), to: path)
    console.note("picture  \(path)")
  }

  private func note(_ translated: [TranslatedSource], _ console: Console) {
    let empty = translated.count { $0.translations.isEmpty }
    if empty > 0 { console.note("note: \(empty) \(empty == 1 ? "line is" : "lines are") empty and got no translation") }
    let unknown = translated.reduce(0) { $0 + $1.unknownCount }
    if unknown > 0 {
      console.note(
        "note: the model does not know \(unknown) of the symbols; it reads \(Vocabulary.unknownSymbol) there")
    }
    let cut = translated.count { $0.translations.first?.ending == .limit }
    if cut > 0 {
      console.note(
        "note: \(cut) \(cut == 1 ? "translation was" : "translations were") cut at the most symbols; see --max-length-ratio"
      )
    }
  }

  private func json(_ sources: TranslationSources, _ translated: [TranslatedSource], _ seconds: Double) -> JSONValue {
    var object: JSONObject = ["task": .string(Translator.task), "model": .string(model), "seconds": .number(seconds)]
    if let output { object["output"] = .string(output) }
    if let attention { object["attention"] = .string(attention) }
    object["sources"] = .array(
      zip(sources.names, translated).map { name, source in
        [
          "source": .string(name), "unknown_symbols": .integer(source.unknownCount),
          "translations": .array(source.translations.map { json($0) }),
        ]
      })
    return .object(object)
  }

  private func json(_ translation: Translation) -> JSONValue {
    var object: JSONObject = [
      "text": .string(translation.text), "symbols": .array(translation.symbols.map { .string($0) }),
      "score": .number(translation.score), "log_probability": .number(translation.logProbability),
      "ending": .string(translation.ending.rawValue),
    ]
    if !translation.attention.isEmpty {
      object["attention"] = .array(translation.attention.map { .array($0.map { .number(Double($0)) }) })
    }
    return .object(object)
  }
}

extension TranslationSources {
  /// The texts, or where sequences of frames are named.
  fileprivate var names: [String] {
    switch self {
    case .texts(let texts): texts
    case .frames(let series): series.items.map { "\($0.place.file):\($0.place.line)" }
    }
  }
}

extension String {
  /// The text without ends of lines, so that a line of the output belongs to a line of the input.
  fileprivate var onOneLine: String { contains(where: \.isNewline) ? String(map { $0.isNewline ? " " : $0 }) : self }
}
