import ArgumentParser
import RecurrentFormats
import RecurrentTasks
import RecurrentTraining

/// `recurrent tag MODEL`.
struct TagCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tag",
    abstract: "Labels the words of sentences.",
    discussion: """
      The form of the input is found from its content, unless --format names it: CoNLL-U, of which only the column of the \
      labels changes; one word a line, with a column of labels that is replaced or added; word|TAG; or plain sentences, one a \
      line with spaces between words, which come out as word|TAG. Started by mpirun or srun, processes divide the sentences \
      among them, with the same output.

      EXAMPLES:
        echo 'The cat sat on the mat .' | recurrent tag runs/0001-tag
        recurrent tag runs/0001-tag < untagged.conllu > tagged.conllu
        recurrent tag runs/0001-tag --data sentences.txt --write columns --output tagged.txt
      """)

  @Argument(help: ArgumentHelp("the folder of a run, or of a model", valueName: "model"))
  var model: String

  @Option(help: ArgumentHelp("sentences (plain or .gz; default: standard input)", valueName: "file"))
  var data: String?

  @Option(
    help: ArgumentHelp("the form of the input: conllu, columns, bars or text (default: found)", valueName: "form"))
  var format: String?

  @Option(
    help: ArgumentHelp(
      "the column of the labels: upos, xpos, last or a number (default: as in training)", valueName: "column"))
  var column: String?

  @Option(help: ArgumentHelp("the form of the output: same, columns or bars", valueName: "form"))
  var write: WrittenForm = .same

  @Option(help: ArgumentHelp("where to write (default: standard output)", valueName: "file"))
  var output: String?

  @OptionGroup var ranks: RankOptions
  @OptionGroup var outputOptions: OutputOptions

  func run() throws { try RankSession.run(ranks) { try tag(over: $0) } }

  private func tag(over ranks: RankSession) throws {
    let console = ranks.console(outputOptions)
    let tagger = try Tagger(modelFolder: model, over: ranks.communicator)
    try ranks.shareStandardInput(ifNamedIn: [data ?? standardInputPath])
    let input = try TaggingInput(tagger, path: data, format: format, column: column, over: ranks)
    if let recognized = input.recognizedForm {
      console.note("the input looks like \(recognized); --format says otherwise")
    }
    guard ranks.isFirst else { return try input.forEachTagged { _, _ in } }
    if let output {
      try AtomicFile.write(to: output) { file in
        try input.forEachTagged { try file.write(write.bytes(of: $0, labels: $1)) }
      }
      console.note("tagged  \(output)")
    } else if !console.isJSON {
      try input.forEachTagged {
        try StandardOutput.write(String(decoding: write.bytes(of: $0, labels: $1), as: UTF8.self))
      }
    }
    guard console.isJSON else { return }
    try console.json(try json(input, hasFile: output != nil))
  }

  /// What was tagged; the sentences themselves where no file has them.
  private func json(_ input: TaggingInput, hasFile: Bool) throws -> JSONValue {
    var sentences: [JSONValue] = []
    if !hasFile {
      try input.forEachTagged { sentence, labels in
        if sentence.words.isEmpty { return }
        sentences.append([
          "words": .array(sentence.words.map { .string($0) }), "labels": .array(labels.map { .string($0) }),
        ])
      }
    }
    var object: JSONObject = [
      "task": .string(Tagger.task), "model": .string(model), "format": .string(input.format.rawValue),
      "sentence_count": .integer(input.sentenceCount), "word_count": .integer(input.wordCount),
    ]
    if let output { object["output"] = .string(output) } else { object["sentences"] = .array(sentences) }
    return .object(object)
  }
}

/// How tagged sentences are written.
enum WrittenForm: String, ExpressibleByArgument, CaseIterable {
  /// As they were read.
  case same
  /// A word and its label a line.
  case columns
  /// `word|TAG`, a sentence a line.
  case bars

  /// The bytes of a sentence.
  func bytes(of sentence: AnnotatedSentence, labels: [String]) -> [UInt8] {
    if self == .same { return sentence.bytes(withLabels: labels) }
    if sentence.words.isEmpty { return [] }
    let words = zip(sentence.words, labels)
    let text =
      self == .columns
      ? words.map { "\($0)\t\($1)\n" }.joined() + "\n" : words.map { "\($0)|\($1)" }.joined(separator: " ") + "\n"
    return Array(text.utf8)
  }
}
