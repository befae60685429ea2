import Foundation
public import RecurrentFormats
import RecurrentLayers
import RecurrentTensor
public import RecurrentTraining

/// A trained classifier, or regression, of sequences: the network, and everything needed to turn a text or a signal into its
/// inputs and its logits into labels.
///
/// ```swift
/// let classifier = try Classifier(modelFolder: "runs/0001-classify")
/// let answers = try classifier.classify(texts: ["a film worth seeing"])
/// print(classifier.labels[answers[0].label ?? 0])
/// ```
public struct Classifier: TaskModel {
  /// The settings it was trained with.
  public let configuration: ClassificationConfiguration
  let inputs: InputEncoding
  let target: TargetEncoding
  /// The network.
  public var network: ClassificationNetwork

  /// The name of the task in a model's `config.json`.
  public static let task = "classify"

  static let tokenizerName = "tokenizer.json"

  /// A classifier with random weights.
  init(_ configuration: ClassificationConfiguration, inputs: InputEncoding, target: TargetEncoding) {
    self.configuration = configuration
    self.inputs = inputs
    self.target = target
    network = Classifier.makeNetwork(configuration, inputs, target)
  }

  /// The labels, in the order of probabilities; none where the answer is a number.
  public var labels: [String] { target.labels }

  /// Whether it takes texts, and not signals.
  public var takesTexts: Bool {
    if case .text = inputs { return true }
    return false
  }

  private static func makeNetwork(
    _ configuration: ClassificationConfiguration, _ inputs: InputEncoding, _ target: TargetEncoding
  ) -> ClassificationNetwork {
    let key = RandomKey(seed: UInt64(configuration.training.seed))
    let (vocabularySize, channelCount): (Int?, Int) =
      switch inputs {
      case .text(let encoding): (encoding.tokenizer.vocabulary.count, 0)
      case .signal(let encoding): (nil, encoding.featureCount)
      }
    return ClassificationNetwork(
      configuration.network, vocabularySize: vocabularySize, channelCount: channelCount,
      outputCount: target.outputCount, key: key)
  }

  // MARK: Files

  /// Loads a classifier.
  ///
  /// - Throws: `ModelDataError`, `ModelFolderError`, `TokenizerError`.
  public init(_ folder: ModelFolder) throws {
    let configuration = try Self.configuration(of: folder)
    try configuration.check()
    let data = folder.description.data
    func problem(_ text: String) -> ModelDataError { ModelDataError(path: folder.path, problem: text) }
    switch configuration.target {
    case .label:
      let labels = data["labels"]?.array?.compactMap(\.string) ?? []
      guard labels.count > 1, Set(labels).count == labels.count else {
        throw problem("'data' lacks the labels of a classifier")
      }
      target = .labels(labels)
    case .number:
      guard let mean = data["target_mean"]?.number, let deviation = data["target_deviation"]?.number, deviation > 0
      else {
        throw problem("'data' lacks the mean and deviation of the target")
      }
      target = .number(mean: mean, deviation: deviation)
    }
    switch data["inputs"]?.string {
    case "text":
      let file = try JSONValue(parsing: try folder.bytes(of: Self.tokenizerName), file: Self.tokenizerName)
      inputs = .text(TextEncoding(try Tokenizer(json: file, file: Self.tokenizerName), configuration))
    case "signal":
      guard let encoding: SignalEncoding = try? data["signal"].decoded(), encoding.isValid else {
        throw problem("'data' lacks the scales of the channels")
      }
      inputs = .signal(encoding)
    default: throw problem("'data' does not say whether texts or signals are classified")
    }
    self.configuration = configuration
    network = Classifier.makeNetwork(configuration, inputs, target)
    try folder.load(into: &network)
  }

  /// The labels or the scale of the numbers, and what the inputs are.
  public func modelData() throws -> JSONObject {
    var data = JSONObject()
    switch target {
    case .labels(let labels): data["labels"] = .array(labels.map { .string($0) })
    case .number(let mean, let deviation):
      data["target_mean"] = .number(mean)
      data["target_deviation"] = .number(deviation)
    }
    switch inputs {
    case .text: data["inputs"] = "text"
    case .signal(let encoding):
      data["inputs"] = "signal"
      data["signal"] = try JSONValue(encoding: encoding)
    }
    return data
  }

  /// The vocabulary, where texts are classified.
  public var modelFiles: [ModelFile] {
    guard case .text(let encoding) = inputs, let file = try? ModelFile(Self.tokenizerName, encoding.tokenizer.json)
    else {
      return []
    }
    return [file]
  }

  /// What goes in and what comes out.
  public var information: [InformationSection] {
    var members = JSONObject()
    switch inputs {
    case .text(let encoding):
      members["inputs"] = .string(configuration.level.symbolName)
      members["vocabulary"] = .integer(encoding.tokenizer.vocabulary.count)
    case .signal(let encoding):
      members["inputs"] = "signals"
      members["channels"] = .integer(encoding.channels.count)
      if let window = configuration.window { members["window"] = .integer(window) }
    }
    switch target {
    case .labels(let labels): members["labels"] = .string(labels.printableList(limit: 20))
    case .number(let mean, let deviation):
      members["target"] = "a number"
      members["target_mean"] = .number(mean)
      members["target_deviation"] = .number(deviation)
    }
    return [InformationSection("classifier", members)]
  }
}

/// e^x; Foundation's, under a name that tensors do not have.
func exponential(_ x: Double) -> Double { Foundation.exp(x) }
