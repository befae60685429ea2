import ArgumentParser
import RecurrentFormats
import RecurrentTasks
import RecurrentTensor

/// `recurrent generate MODEL`.
struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Generates text or music, symbol by symbol.",
    discussion: """
      The filters act in the order of llama.cpp: repeat penalty, top-k, top-p, min-p, temperature. The same seed gives the \
      same text. Symbols of the prompt that the model does not know count as its unknown symbol, which it never writes. \
      Started by mpirun or srun, processes divide the texts of --count among them, with the same output.

      EXAMPLES:
        recurrent generate runs/0001-generate --prompt "ROMEO:" --max-tokens 300 --temperature 0.8
        recurrent generate runs/0001-generate --count 5 --stop "." --seed 7
        recurrent generate runs/0001-generate --prompt "the" --beam-size 8
        recurrent generate runs/0002-generate --format abc --count 20 --output tunes.abc
        recurrent generate runs/0003-generate --condition mood=sad
      """)

  /// What the texts are.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, abc
  }

  @Argument(help: ArgumentHelp("the folder of a run, or of a model", valueName: "model"))
  var model: String

  @Option(help: ArgumentHelp("text to go on with (default: begin anew)", valueName: "text"))
  var prompt = ""

  @Option(
    name: .customLong("condition"),
    help: ArgumentHelp("what the text depends on; can be repeated", valueName: "name=value"))
  var conditions: [String] = []

  @OptionGroup(title: "Choice of symbols") var sampling: SamplingOptions

  @Option(
    help: ArgumentHelp("most symbols of a text (default: 500, of tunes 2000)", valueName: "number"))
  var maxTokens: Int?

  @Option(help: ArgumentHelp("text that ends the output and is left out; can be repeated", valueName: "text"))
  var stop: [String] = []

  @Option(help: ArgumentHelp("texts to make", valueName: "number"))
  var count = 1

  @Option(help: "text, or abc: a tune book, and how many of its tunes are well formed")
  var format = Format.text

  @Option(help: ArgumentHelp("where to write (default: standard output)", valueName: "file"))
  var output: String?

  @Option(help: ArgumentHelp("threads to compute with (default: all cores); the text does not depend on it"))
  var threads: Int?

  @OptionGroup var ranks: RankOptions
  @OptionGroup var outputOptions: OutputOptions

  func validate() throws {
    if let threads, threads < 1 { throw ValidationError("--threads is at least 1") }
    if let maxTokens, maxTokens < 1 { throw ValidationError("--max-tokens is at least 1") }
    guard (1...10_000).contains(count) else { throw ValidationError("--count is from 1 to 10000") }
    if sampling.beamSize != nil, count > sampling.beamSize ?? 0 {
      throw ValidationError("a search finds at most as many texts as --beam-size; make --count smaller")
    }
  }

  func run() throws { try RankSession.run(ranks) { try generate(over: $0) } }

  private func generate(over ranks: RankSession) throws {
    let console = ranks.console(outputOptions)
    if let threads { ComputeEnvironment.threads = threads }
    let language = try LanguageModel(modelFolder: model, over: ranks.communicator)
    let request = try request(for: language)
    let isLive = format == .text && output == nil && sampling.beamSize == nil && ranks.size == 1
    let texts: [WrittenText]
    if let beamSize = sampling.beamSize {
      guard ranks.isFirst else { return }
      ranks.noteUndivided("a search", console)
      let found = try language.search(request, beamSize: beamSize, lengthPenalty: sampling.lengthPenalty ?? 1)
      noteUnknownSymbols(language, console)
      texts = found.map(WrittenText.init)
    } else if isLive {
      texts = try showLive(request, language, console)
    } else {
      texts = try language.generate(request, over: ranks.communicator).map(WrittenText.init)
      guard ranks.isFirst else { return }
      noteUnknownSymbols(language, console)
      if count == 1 { ranks.noteUndivided("a single text", console) } else { ranks.noteFewer(count, "texts", console) }
    }
    try show(texts, console, isShown: isLive)
    if console.isJSON { try console.json(json(texts)) }
  }

  /// Shows the first text while it is made.
  private func showLive(
    _ request: GenerationRequest, _ language: LanguageModel, _ console: Console
  ) throws -> [WrittenText] {
    var texts = [GeneratedText](repeating: GeneratedText(), count: count)
    let generation = try language.generate(request)
    noteUnknownSymbols(language, console)
    try console.result(prompt)
    for token in generation {
      texts[token.row].append(token)
      if token.row == 0 { try console.result(token.text) }
    }
    return texts.map(WrittenText.init)
  }

  private func noteUnknownSymbols(_ language: LanguageModel, _ console: Console) {
    let unknown = language.tokenizer.unknownSymbols(in: prompt)
    guard !unknown.isEmpty else { return }
    let list = unknown.map { "'\($0)'" }.printableList(limit: 10)
    console.note("note: the model does not know \(list) of the prompt; it reads <unk> there")
  }

  private func request(for language: LanguageModel) throws -> GenerationRequest {
    var request = GenerationRequest(prompt: prompt, limit: maxTokens ?? (format == .abc ? 2000 : 500))
    request.conditions = try language.conditions(from: conditions)
    request.count = count
    request.stop = stop.filter { !$0.isEmpty }
    request.seed = sampling.seed
    request.sampling = sampling.settings
    if format == .abc, !language.configuration.hasRecords {
      // A model of running text knows tunes by what stands between them.
      if prompt.isEmpty { request.prompt = "X:" }
      request.stop.append("\n\n")
    }
    return request
  }

  // MARK: Output

  /// - Parameter isShown: Whether the first text was written while it was made.
  private func show(_ texts: [WrittenText], _ console: Console, isShown: Bool) throws {
    if format == .abc { return try showTunes(texts, console) }
    let whole = texts.map { prompt + $0.text }
    if let output {
      try AtomicFile.write(whole.map { $0 + "\n" }.joined(separator: "\n"), to: output)
      return console.note("text  \(output)")
    }
    for (number, text) in whole.enumerated() {
      if number > 0 { try console.result("\n") }
      try console.result((isShown && number == 0 ? "" : text) + (text.hasSuffix("\n") ? "" : "\n"))
    }
  }

  private func showTunes(_ texts: [WrittenText], _ console: Console) throws {
    let book = book(texts)
    if let output {
      try AtomicFile.write(book.text, to: output)
      console.note("tunes  \(output)")
    } else {
      try console.result(book.text)
    }
    console.note("\(book.wellFormedCount) of \(book.tunes.count) tunes are well formed")
  }

  private func book(_ texts: [WrittenText]) -> TuneBook {
    TuneBook(texts.map { (prompt.isEmpty && $0.text.first != "X" ? "X:" : prompt) + $0.text })
  }

  private func json(_ texts: [WrittenText]) -> JSONValue {
    var object: JSONObject = [
      "task": .string(LanguageModel.task), "model": .string(model), "prompt": .string(prompt),
      "seed": .integer(sampling.seed), "texts": .array(texts.map(\.json)),
    ]
    if format == .abc {
      let book = book(texts)
      object["tunes"] = .integer(book.tunes.count)
      object["well_formed"] = .integer(book.wellFormedCount)
    }
    return .object(object)
  }
}

/// A text that was generated or found.
private struct WrittenText {
  let text: String
  let symbols: Int
  let ending: GenerationEnding?
  var logProbability: Double?

  init(_ generated: GeneratedText) {
    (text, symbols, ending) = (generated.text, generated.symbolCount, generated.ending)
  }

  init(_ found: FoundText) {
    (text, symbols, ending) = (found.text, found.symbols.count, found.ending)
    logProbability = found.logProbability
  }

  var json: JSONValue {
    var object: JSONObject = [
      "text": .string(text), "symbols": .integer(symbols), "ending": ending.map { .string($0.rawValue) } ?? .null,
    ]
    if let logProbability { object["log_probability"] = .number(logProbability) }
    return .object(object)
  }
}
