import ArgumentParser
import RecurrentFormats
import RecurrentInterchange
import RecurrentTraining

#if ONNX
  import RecurrentONNX
#endif

/// `recurrent convert IN OUT`.
struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Takes models from and to other systems, tensor by tensor.",
    discussion: """
      Makes OUT of IN and proves that both compute the same. The format of IN is told by its content, that of OUT by its name. Every tensor is accounted for: one that is left over, \
      missing or of another shape is an error. OUT is read again and compared on a random input before it is put in its place.

      State dicts of PyTorch do not tell what stands between their modules: --layout says it, layer by layer, as \
      'name=kind(options)'. Kinds: \(LayoutKind.words.joined(separator: ", ")).

      EXAMPLES:
        recurrent convert runs/0002-classify model.safetensors
        recurrent convert runs/0002-classify model.onnx
        recurrent convert runs/0003-generate step.onnx --one-step
        recurrent convert model.keras model
        recurrent convert lstm.safetensors model
        recurrent convert rnn.safetensors model --layout 'rnn(tanh)'
        recurrent convert model.safetensors model \\
          --layout 'emb=embedding, lstm, last, fc=linear, softmax'
      """)

  @Argument(help: ArgumentHelp("a file or folder", valueName: "in"))
  var input: String

  @Argument(help: ArgumentHelp("a file or folder", valueName: "out"))
  var output: String

  @Option(help: ArgumentHelp("the format of IN: \(Formats.table.names.joined(separator: ", "))", valueName: "format"))
  var from: String?

  @Option(help: ArgumentHelp("the format of OUT", valueName: "format"))
  var to: String?

  @Option(help: ArgumentHelp("the layers of IN, where its file does not tell them", valueName: "layers"))
  var layout: String?

  @Option(
    help: ArgumentHelp("what Keras' model.to_json() gives, where IN is .weights.h5", valueName: "file.json"))
  var kerasConfiguration: String?

  @Flag(help: "leave behind tensors of IN that no layer takes")
  var allowUnused = false

  @Flag(help: "replace a model that is there already")
  var overwrite = false

  @OptionGroup(title: "ONNX graphs to be written") var graphOptions: GraphOptions
  @OptionGroup var ranks: RankOptions
  @OptionGroup var outputOptions: OutputOptions

  func run() throws {
    let console = outputOptions.console
    try RankSession.runOnFirst(ranks, console, "converting") { try convert(on: console) }
  }

  private func convert(on console: Console) throws {
    let configuration = try kerasConfiguration.map { try JSONValue(contentsOfFile: $0) }
    let formats = Formats.table(
      keras: KerasFormat(configuration: configuration), onnx: ONNXFormat(options: graphOptions.options))
    var conversion = try Conversion(
      from: input, sourceFormat: from, to: output, targetFormat: to, formats: formats)
    if graphOptions.options != ONNXWritingOptions(), !(conversion.target is ONNXFormat) {
      throw UsageError("--one-step, --batch-major, --lengths and --states are for an output in ONNX")
    }
    conversion.layout = try layout.map { text throws(LayoutError) in try NetworkLayout(parsing: text) }
    conversion.allowsUnused = allowUnused
    conversion.overwrites = overwrite
    let report: Conversion.Report
    do {
      report = try conversion.run()
    } catch let error as ConversionError {
      if case .unexplained(_, let audit) = error {
        try console.result(AuditTable(audit).text(on: console.resultTerminal) + "\n")
      }
      throw error
    }
    try show(report, of: conversion, on: console)
  }

  private func show(_ report: Conversion.Report, of conversion: Conversion, on console: Console) throws {
    let table = AuditTable(report.audit)
    let summary =
      "\n\(conversion.source.title) → \(conversion.target.title): \(output.printable(limit: 400))\n"
      + "same outputs: \(report.difference)\n"
    try console.result(table.text(on: console.resultTerminal) + summary)
    for note in report.notes { console.note("note: \(note.printable(limit: 2000))") }
    guard console.isJSON else { return }
    try console.json([
      "input": .string(input), "from": .string(conversion.source.name), "output": .string(output),
      "to": .string(conversion.target.name), "tensors": table.json,
      "worst_difference": .number(report.difference.worst), "notes": .array(report.notes.map { .string($0) }),
    ])
  }
}
