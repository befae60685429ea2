import ArgumentParser
import RecurrentFormats
import RecurrentTasks
import RecurrentTraining

/// `recurrent classify MODEL`.
struct ClassifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "classify",
    abstract: "Gives a label, or a number, to each text or signal.",
    discussion: """
      Of texts each line of the input gives a line of the output, in the same order; an empty line gives an empty one. Of \
      signals each sequence gives a line, or each window where the model was trained on windows. Started by mpirun or srun, \
      processes divide the work among them, with the same output.

      EXAMPLES:
        echo "a film worth seeing" | recurrent classify runs/0001-classify --probabilities
        recurrent classify runs/0001-classify reviews.txt --top-k 3 --json
        recurrent classify runs/0002-classify signals.ts
        recurrent classify runs/0003-classify segments.csv --frames recording.i16le
      """)

  @Argument(help: ArgumentHelp("the folder of a run, or of a model", valueName: "model"))
  var model: String

  @Argument(help: ArgumentHelp("texts, one a line, or signals (default: texts on standard input)", valueName: "file"))
  var file: String?

  @Option(help: ArgumentHelp("the raw frames that the file is an index of", valueName: "file"))
  var frames: String?

  @Flag(help: "the probability behind each label, after a tab")
  var probabilities = false

  @Option(help: ArgumentHelp("so many labels, the most probable first, with tabs between them", valueName: "number"))
  var topK: Int?

  @OptionGroup var ranks: RankOptions
  @OptionGroup var outputOptions: OutputOptions

  func run() throws { try RankSession.run(ranks) { try classify(over: $0) } }

  private func classify(over ranks: RankSession) throws {
    let console = ranks.console(outputOptions)
    let classifier = try Classifier(modelFolder: model, over: ranks.communicator)
    if let topK, topK < 1 { throw UsageError("--top-k \(topK) is no number of labels; ask for 1 or more") }
    if classifier.labels.isEmpty, topK != nil || probabilities {
      throw UsageError(
        "the model answers with a number, which has no probability; leave --top-k and --probabilities out")
    }
    let answers = try answers(classifier, over: ranks, console)
    guard ranks.isFirst else { return }
    let empty = answers.count { $0.prediction == nil }
    if empty > 0 { console.note("note: \(empty) \(empty == 1 ? "line is" : "lines are") empty and got no label") }
    if console.isJSON {
      try console.json([
        "task": .string(Classifier.task), "model": .string(model),
        "predictions": .array(answers.map { json($0, classifier) }),
      ])
    } else {
      try StandardOutput.write(answers.map { line($0, classifier) + "\n" }.joined())
    }
  }

  private func answers(
    _ classifier: Classifier, over ranks: RankSession, _ console: Console
  ) throws -> [Classifier.Answer] {
    if classifier.takesTexts {
      if frames != nil { throw UsageError("--frames is for signals, and the model takes texts; leave it out") }
      try ranks.shareStandardInput(ifNamedIn: [inputPath(file)])
      return try classifier.classify(linesOf: inputPath(file), over: ranks.communicator)
    }
    guard let file else { throw UsageError("the model takes signals; name a file of them") }
    try ranks.shareStandardInput(ifNamedIn: [file, frames])
    let (answers, notes) = try classifier.classify(signalsOf: file, frames: frames, over: ranks.communicator)
    for note in notes { console.note("note: \(note)") }
    return answers
  }

  /// The labels that are shown, the most probable first.
  private func shown(_ prediction: Prediction) -> ArraySlice<Int> { prediction.ranking.prefix(topK ?? 1) }

  private func line(_ answer: Classifier.Answer, _ classifier: Classifier) -> String {
    switch answer.prediction {
    case nil: return ""
    case .number(let value): return value.description
    case .probabilities(let values)?:
      guard let prediction = answer.prediction else { return "" }
      return shown(prediction).flatMap { label in
        let name = classifier.labels[label].printable(limit: 1000)
        return probabilities ? [name, NumberText.significant(values[label], digits: 6)] : [name]
      }.joined(separator: "\t")
    }
  }

  private func json(_ answer: Classifier.Answer, _ classifier: Classifier) -> JSONValue {
    switch answer.prediction {
    case nil: return .null
    case .number(let value): return ["number": .number(value)]
    case .probabilities(let values)?:
      guard let prediction = answer.prediction else { return .null }
      let labels = shown(prediction)
      var object = JSONObject()
      object["label"] = labels.first.map { .string(classifier.labels[$0]) }
      if topK != nil { object["labels"] = .array(labels.map { .string(classifier.labels[$0]) }) }
      if probabilities {
        var members = JSONObject()
        for label in topK == nil ? prediction.ranking[...] : labels {
          members[classifier.labels[label]] = .number(values[label])
        }
        object["probabilities"] = .object(members)
      }
      return .object(object)
    }
  }
}
