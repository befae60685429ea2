import RecurrentFormats
import RecurrentLayers

/// State dicts of PyTorch in safetensors: files, indices of several, and the folders of Hugging Face that hold them.
public struct PyTorchFormat: InterchangeFormat {
  /// There is nothing to choose.
  public init() {}

  /// `pytorch`
  public var name: String { "pytorch" }
  /// What people call it.
  public var title: String { "PyTorch state dict (safetensors)" }
  /// The ends of the names of its files.
  public var suffixes: [String] { [".safetensors"] }
  /// State dicts do not tell what acts between their modules.
  public var takesLayout: Bool { true }

  /// Whether a file is in safetensors, an index of such files, a folder with one, or pickled by PyTorch.
  public func recognizes(_ sample: FileSample) -> Bool {
    if sample.isFolder {
      return sample.names.contains(StateDict.fileName) || sample.names.contains(ShardIndex.fileName)
    }
    return sample.isSafetensors || sample.path.hasSuffix(".safetensors.index.json") || PickledFile.isPickled(sample)
  }

  /// Reads a network.
  ///
  /// - Throws: `PyTorchError`, `SafetensorsError`, `ConversionError`, `LayoutError`, `JSONError`, `FileError`.
  public func read(_ path: String, layout: NetworkLayout?) throws -> ReadNetwork {
    let dict = try StateDict(path)
    let layout = try layout ?? NetworkLayout(inferredFrom: dict)
    var reader = PyTorchReader(dict, layout)
    let network = try reader.network()
    return ReadNetwork(network: network, audit: reader.audit, notes: ["layout: \(layout)"])
  }

  /// Writes a network.
  ///
  /// - Throws: `PyTorchError`, `SafetensorsError`.
  public func write(_ network: ReadNetwork, to path: String) throws -> ConversionAudit {
    let writer = try PyTorchWriter(network.network, for: path)
    try writer.file().write(to: path)
    return writer.audit
  }

  /// The tensors, and how to load them.
  ///
  /// - Throws: `PyTorchError`, `SafetensorsError`, `JSONError`, `FileError`.
  public func explain(_ path: String) throws -> FileExplanation {
    let dict = try StateDict(path)
    var explanation = FileExplanation(format: self, path: path)
    explanation.tensors = dict.entries.map { .init(name: $0.name, type: $0.dtype.rawValue, shape: $0.shape) }
    for (key, value) in dict.metadata.sorted(by: { $0.key < $1.key }).prefix(50) {
      explanation.facts[key] = .string(value)
    }
    if dict.metadata[PyTorchWriter.layoutKey] == nil, let layout = try? NetworkLayout(inferredFrom: dict) {
      explanation.facts["layout"] = .string(layout.description)
    }
    return explanation
  }
}
