public import RecurrentFormats
public import RecurrentLayers

/// Models of Keras: `.keras` archives, the older `.h5`, and weights alone (`.weights.h5`), whose model is given beside them.
public struct KerasFormat: InterchangeFormat {
  /// What Keras' `model.to_json()` gives, for weights alone; nil for files that say it themselves.
  public var configuration: JSONValue?

  /// Models that say what they are, or weights of the model that `configuration` is.
  public init(configuration: JSONValue? = nil) { self.configuration = configuration }

  private static let weightsSuffix = ".weights.h5"

  /// `keras`
  public var name: String { "keras" }
  /// What people call it.
  public var title: String { "Keras" }
  /// The ends of the names of its files.
  public var suffixes: [String] { [".keras", Self.weightsSuffix] }

  /// Whether a file is HDF5, or a zip archive of the members of Keras.
  public func recognizes(_ sample: FileSample) -> Bool {
    sample.isHDF5 || sample.isZip && sample.zipNames.contains { $0 == "metadata.json" || $0 == "config.json" }
  }

  /// Reads a model.
  ///
  /// - Throws: `KerasError`.
  public func read(_ path: String, layout: NetworkLayout?) throws -> ReadNetwork {
    let file = try KerasFile(path: path)
    let model =
      try file.configuration == nil ? configuration.map(file.model(configuration:)) ?? file.model() : file.model()
    var read = ReadNetwork(network: model.network, audit: model.audit, notes: model.notes)
    if let version = file.kerasVersion { read.source["keras_version"] = .string(version) }
    return read
  }

  /// Writes an archive, or weights alone where the path ends so.
  ///
  /// - Throws: `KerasError`, `FileError`.
  public func write(_ network: ReadNetwork, to path: String) throws -> ConversionAudit {
    let writer = try KerasWriter(network.network.description)
    if path.hasSuffix(Self.weightsSuffix) { return try writer.writeWeights(network.network, to: path) }
    return try writer.write(network.network, to: path)
  }

  /// Reads the model, weights alone as those of `description`, and runs it.
  public func output(
    of path: String, for input: NetworkValue, as description: NetworkDescription
  ) throws -> NetworkValue {
    let file = try KerasFile(path: path)
    return try (file.configuration == nil ? file.model(of: description) : file.model()).network(input)
  }

  /// The layers and weights.
  ///
  /// - Throws: `KerasError`.
  public func explain(_ path: String) throws -> FileExplanation {
    let file = try KerasFile(path: path)
    var explanation = FileExplanation(format: self, path: path)
    explanation.facts["form"] = .string(file.form.rawValue)
    if let version = file.kerasVersion { explanation.facts["keras_version"] = .string(version) }
    explanation.layers = (file.configuration?["config"]?["layers"]?.array ?? []).map { layer in
      let name = layer["config"]?["name"]?.string ?? "?"
      return "\(name.printable()): \((layer["class_name"]?.string ?? "?").printable())"
    }
    explanation.tensors = file.datasets.map { .init(name: $0.path, type: $0.type.description, shape: $0.shape) }
    return explanation
  }
}
