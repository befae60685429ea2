import RecurrentFormats
public import RecurrentTraining

/// The `README.md` of a model's folder: what sites that show models read first, and how to use the model here and in Python.
public struct ModelCard {
  private let description: ModelDescription
  private let files: [String]

  static let fileName = "README.md"

  /// The card of a model.
  ///
  /// - Parameters:
  ///   - description: What the model is.
  ///   - files: The names of the files beside its weights.
  public init(_ description: ModelDescription, files: [String] = []) {
    self.description = description
    self.files = files
  }

  /// The card as a file, which people may change.
  public var file: ModelFile {
    var file = ModelFile(Self.fileName, Array(text.utf8))
    file.isForPeople = true
    return file
  }

  /// The text: a head in YAML, then Markdown.
  var text: String {
    [head, title, results, usage, python].filter { !$0.isEmpty }.joined(separator: "\n")
  }

  // MARK: Head

  private var head: String {
    var lines = ["---", "library_name: swift-recurrent"]
    if let pipeline { lines.append("pipeline_tag: \(pipeline)") }
    lines.append("tags:")
    lines += (["recurrent-neural-network"] + kinds).map { "- \($0)" }
    return (lines + ["---"]).joined(separator: "\n") + "\n"
  }

  /// The word that Hugging Face has for the task.
  private var pipeline: String? {
    switch description.task {
    case Forecaster.task: "time-series-forecasting"
    case Classifier.task: description.data["inputs"]?.string == "text" ? "text-classification" : nil
    case Tagger.task: "token-classification"
    case Translator.task: "translation"
    case LanguageModel.task: "text-generation"
    default: nil
    }
  }

  /// The kind of cell, as far as the settings tell.
  private var kinds: [String] {
    let cell = description.settings["cell"]?.string
    // Only words of ours stand in a head, so that nothing has to be quoted there.
    return CellKind.allCases.map(\.rawValue).filter { $0 == cell }
  }

  // MARK: Text

  private var title: String {
    let what =
      switch description.task {
      case Forecaster.task: "forecasts time series"
      case Classifier.task: "gives labels or numbers to sequences"
      case Tagger.task: "labels the words of sentences"
      case Translator.task: "translates"
      case LanguageModel.task: "writes text"
      default: "is a network without a task"
      }
    return """
      # A recurrent model that \(what)

      Written by swift-recurrent \(description.libraryVersion.printable()). `config.json` has its settings and what it must know of its
      data, `model.safetensors` its weights under the names that PyTorch's modules have.

      """
  }

  /// What is known of the training, as a table.
  private var results: String {
    let rows = description.training.compactMap { key, value -> String? in
      switch value {
      case .integer(let number): "| \(Self.cell(key)) | \(number) |"
      case .number(let number): "| \(Self.cell(key)) | \(NumberText.significant(number)) |"
      case .string(let text): "| \(Self.cell(key)) | \(Self.cell(text)) |"
      case .null, .bool, .array, .object: nil
      }
    }
    return rows.isEmpty ? "" : (["| training | |", "|---|---|"] + rows).joined(separator: "\n") + "\n"
  }

  /// A text that cannot leave its cell of a table.
  private static func cell(_ text: String) -> String {
    text.printable(limit: 200).map { $0 == "_" ? " " : $0 == "|" || $0 == "<" || $0 == "`" ? "·" : String($0) }.joined()
  }

  private var usage: String {
    let command =
      switch description.task {
      case Forecaster.task: "recurrent forecast ."
      case Classifier.task, Tagger.task, Translator.task: "recurrent \(description.task) . < input.txt"
      case LanguageModel.task: "recurrent generate . --prompt \"Once\""
      default: nil as String?
      }
    let commands = [command, "recurrent info ."].compactMap(\.self)
    return "## Use\n\n```\n" + commands.map { $0 + "\n" }.joined() + "```\n"
  }

  private var python: String {
    let tokenizers = files.filter { $0.hasSuffix("tokenizer.json") || $0 == "characters.json" }
    var lines = ["from safetensors.torch import load_file"]
    if !tokenizers.isEmpty { lines.append("from tokenizers import Tokenizer") }
    lines += ["", "weights = load_file(\"model.safetensors\")"]
    lines += tokenizers.map { "\($0.dropLast(".json".count)) = Tokenizer.from_file(\"\($0)\")" }
    return "## In Python\n\n```python\n" + lines.map { $0 + "\n" }.joined() + "```\n"
  }
}
