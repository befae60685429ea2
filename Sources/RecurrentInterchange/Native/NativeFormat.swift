import RecurrentFormats
public import RecurrentLayers
import RecurrentTensor
public import RecurrentTraining

/// The folders of this library: networks without a task, and models of tasks, of which the network is taken.
public struct NativeFormat: InterchangeFormat {
  /// The network of a task's model.
  public struct TaskNetwork: Sendable {
    /// The network.
    public let network: SequenceNetwork
    /// The path that each of its tensors has in the model, by its path in the network.
    public let sources: [String: String]
    /// What whoever runs the network has to do around it; each is one sentence.
    public let notes: [String]

    /// A network with what is known of it.
    public init(network: SequenceNetwork, sources: [String: String], notes: [String]) {
      self.network = network
      self.sources = sources
      self.notes = notes
    }
  }

  private let taskNetwork: @Sendable (ModelFolder) throws -> TaskNetwork
  private let files: @Sendable (ModelDescription) -> [ModelFile]

  /// A format for networks without a task.
  public init() {
    self.init { folder in
      throw ModelFolderError(
        path: folder.path, reason: .otherTask(folder.description.task, wanted: NetworkFolder.task))
    }
  }

  /// A format for those who know the tasks.
  ///
  /// - Parameters:
  ///   - taskNetwork: Takes the network of a task's model.
  ///   - files: What is written beside a network, such as a card that tells people what it is.
  public init(
    taskNetwork: @escaping @Sendable (ModelFolder) throws -> TaskNetwork,
    files: @escaping @Sendable (ModelDescription) -> [ModelFile] = { _ in [] }
  ) {
    self.taskNetwork = taskNetwork
    self.files = files
  }

  /// `native`
  public var name: String { "native" }
  /// What people call it.
  public var title: String { "model folder of recurrent" }
  /// Folders have no ends.
  public var suffixes: [String] { [] }

  /// Whether a folder is that of a model, or of a run with one.
  public func recognizes(_ sample: FileSample) -> Bool {
    guard sample.isFolder else { return false }
    if sample.names.contains("model"), sample.names.contains("config.yaml") { return true }
    // Hugging Face's folders have files of the same names.
    guard sample.names.contains("config.json"),
      let file = try? JSONValue(contentsOfFile: sample.path + "/config.json")
    else { return false }
    return file["format"]?.string == "swift-recurrent model"
  }

  /// Reads a network, or takes that of a task's model.
  ///
  /// - Throws: `ModelFolderError`, `ModelDataError`, and what stands in the way of taking the network of a task's model.
  public func read(_ path: String, layout: NetworkLayout?) throws -> ReadNetwork {
    let folder = try ModelFolder(path)
    guard folder.description.task != NetworkFolder.task else {
      let network = try NetworkFolder.read(folder)
      return ReadNetwork(network: network, audit: audit(of: network) { $0 })
    }
    let exchanged = try taskNetwork(folder)
    var read = ReadNetwork(
      network: exchanged.network, audit: audit(of: exchanged.network) { exchanged.sources[$0] ?? $0 },
      notes: exchanged.notes)
    read.source["task"] = .string(folder.description.task)
    return read
  }

  /// Writes a network without a task.
  ///
  /// - Throws: `FileError`, `SafetensorsError`.
  public func write(_ network: ReadNetwork, to path: String) throws -> ConversionAudit {
    try NetworkFolder.write(network.network, from: network.source, files: files, to: path)
    return audit(of: network.network) { $0 }
  }

  /// The layers and tensors.
  ///
  /// - Throws: `ModelFolderError`, `SafetensorsError`.
  public func explain(_ path: String) throws -> FileExplanation {
    let folder = try ModelFolder(path)
    var explanation = FileExplanation(format: self, path: path)
    explanation.facts["task"] = .string(folder.description.task)
    explanation.facts["library_version"] = .string(folder.description.libraryVersion)
    for (key, value) in folder.description.training { explanation.facts[key] = value }
    if folder.description.task == NetworkFolder.task {
      explanation.layers = try NetworkFolder.description(folder).elements.map { "\($0.name): \($0.layer.summary)" }
    }
    let file = try SafetensorsFile(path: folder.path + "/model.safetensors")
    explanation.tensors = file.entries.map { .init(name: $0.name, type: $0.dtype.rawValue, shape: $0.shape) }
    return explanation
  }

  private func audit(of network: SequenceNetwork, source: (String) -> String) -> ConversionAudit {
    var audit = ConversionAudit()
    for (path, value) in network.tensors { audit.took([source(path)], as: path, shape: value.shape.dimensions) }
    return audit
  }
}
