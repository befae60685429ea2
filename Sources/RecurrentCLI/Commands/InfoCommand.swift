import ArgumentParser
import RecurrentFormats
import RecurrentTasks
import RecurrentTensor
import RecurrentTraining

/// `recurrent info [MODEL]`.
struct InfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info",
    abstract: "Shows what a model is, or what this program and machine are.",
    discussion: """
      EXAMPLES:
        recurrent info
        recurrent info runs/0001-forecast
        recurrent info runs/0001-forecast --json
      """)

  @Argument(help: ArgumentHelp("the folder of a run, or of a model", valueName: "model"))
  var model: String?

  @OptionGroup var outputOptions: OutputOptions

  func run() throws {
    let console = outputOptions.console
    guard let model else {
      try show(Self.program, on: console)
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
