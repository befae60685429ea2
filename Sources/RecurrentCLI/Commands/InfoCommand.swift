import ArgumentParser
import RecurrentDistribution
import RecurrentFormats
import RecurrentInterchange
import RecurrentTasks
import RecurrentTensor
import RecurrentTraining

/// `recurrent info [MODEL]`.
struct InfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info",
    abstract: "Shows what a model or a file of weights is, or this program and machine.",
    discussion: """
      EXAMPLES:
        recurrent info
        recurrent info runs/0001-forecast
        recurrent info runs/0001-forecast --json
        recurrent info model.safetensors
      """)

  @Argument(help: ArgumentHelp("the folder of a run or of a model, or a file of weights", valueName: "model"))
  var model: String?

  @OptionGroup var ranks: RankOptions
  @OptionGroup var outputOptions: OutputOptions

  func run() throws {
    let console = outputOptions.console
    try RankSession.runOnFirst(ranks, console, "info") { try show(on: console) }
  }

  private func show(on console: Console) throws {
    guard let model else {
      try show(Self.program, on: console)
      return
    }
    if let explanation = try explanation(of: model) {
      let text = ExplanationText(explanation)
      try console.isJSON ? console.json(text.json) : console.result(text.text(on: console.resultTerminal))
      return
    }
    let folder = try ModelFolder(model)
    let information = ModelInformation(folder, try TaskModels.load(folder))
    if console.isJSON {
      try console.json(information.json)
    } else {
      try console.result(information.text(on: console.resultTerminal))
    }
  }

  /// What is known of a file of another system, or of a network without a task; nil for the model of a task.
  private func explanation(of path: String) throws -> FileExplanation? {
    // Where there is nothing, loading the model says so best.
    guard let sample = try? FileSample(path) else { return nil }
    let format = Formats.table.formats.first { $0.recognizes(sample) }
    guard let format else { return sample.isFolder ? nil : try Formats.table.recognize(path).explain(path) }
    if format is NativeFormat, try ModelFolder(path).description.task != NetworkFolder.task { return nil }
    return try format.explain(path)
  }

  /// The program and the machine.
  private static var program: JSONObject {
    [
      "version": .string(LibraryVersion.current),
      "swift": .string(BuildInformation.swiftVersion),
      "build": .string(BuildInformation.build),
      "platform": .string(BuildInformation.platform),
      "instruction_set": .string(ComputeEnvironment.instructionSet),
      "instruction_sets": .array(ComputeEnvironment.availableInstructionSets.map { .string($0) }),
      "threads": .integer(ComputeEnvironment.defaultThreads),
      "mpi": .array(MPILibrary.installed().map { .string("\($0.version) (\($0.path))") }),
    ]
  }

  private func show(_ members: JSONObject, on console: Console) throws {
    if console.isJSON { return try console.json(.object(members)) }
    var table = TextTable(["recurrent", ""], alignments: [.left, .left])
    for (key, value) in members { table.append([key.titled, value.plainText]) }
    try console.result(table.text(on: console.resultTerminal))
  }
}

extension String {
  /// A key of a file as it reads in a text: `look back` for `look_back`.
  var titled: String { String(map { $0 == "_" ? " " : $0 }) }
}

extension JSONValue {
  /// A value as it reads in a text, on one line.
  var plainText: String {
    switch self {
    case .null: "none"
    case .string(let text): text.printable(limit: 400)
    case .bool(let value): value ? "yes" : "no"
    case .integer(let value): String(value)
    case .number(let value): value.plainText
    case .array(let elements): elements.isEmpty ? "none" : elements.map(\.plainText).joined(separator: ", ")
    case .object(let members): members.map { "\($0.key) \($0.value.plainText)" }.joined(separator: ", ")
    }
  }
}

extension Double {
  /// The number as it was written where that is short, else rounded.
  fileprivate var plainText: String {
    let text = description.hasSuffix(".0") ? String(description.dropLast(2)) : description
    return text.count <= 8 ? text : NumberText.significant(self)
  }
}
