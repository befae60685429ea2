public import RecurrentFormats
public import RecurrentLayers
import RecurrentTensor

/// Writes a network for Keras 3: layers of Keras' own that compute the same, which `keras.saving.load_model` loads without code of
/// ours.
///
/// Where Keras has one bias and the network two, their sum is written; where the network has one and Keras two, zeros stand for the
/// other. The audit says so tensor by tensor. What Keras' layers cannot compute is refused.
public struct KerasWriter: Sendable {
  /// The name of the model in Keras.
  public let name: String

  private let description: NetworkDescription
  private let plan: KerasPlan

  /// The version of Keras whose form is written.
  private static let version = "3.15.1"

  /// A writer of networks of one description.
  /// - Throws: `KerasError` of the kind `inexpressible` where Keras' own layers cannot compute what one of the network does.
  public init(_ description: NetworkDescription, name: String = "model") throws(KerasError) {
    self.name = name
    self.description = description
    plan = try KerasPlan(description)
  }

  /// The configuration, as Keras' `model.to_json()` gives it.
  public func configuration() -> JSONValue { plan.configuration(name: name, of: description) }

  /// Writes a `.keras` archive of configuration and weights, complete or not at all.
  /// - Returns: What became of each of the network's tensors.
  public func write(_ network: SequenceNetwork, to path: String) throws -> ConversionAudit {
    let (archive, audit) = try archive(network)
    try archive.write(to: path)
    return audit
  }

  /// The archive in memory.
  public func bytes(_ network: SequenceNetwork) throws -> (bytes: [UInt8], audit: ConversionAudit) {
    let (archive, audit) = try archive(network)
    return (try archive.bytes(), audit)
  }

  /// Writes the weights alone (`.weights.h5`), for a model that Keras has made of the same layers.
  /// - Returns: What became of each of the network's tensors.
  public func writeWeights(_ network: SequenceNetwork, to path: String) throws -> ConversionAudit {
    let (bytes, audit) = weights(network)
    try AtomicFile.write(bytes, to: path)
    return audit
  }

  private func archive(_ network: SequenceNetwork) throws -> (ZipWriter, ConversionAudit) {
    let (weights, audit) = weights(network)
    let metadata: JSONValue = ["keras_version": .string(Self.version)]
    var archive = ZipWriter()
    try archive.add("metadata.json", Array(metadata.text(.oneLine).utf8))
    try archive.add("config.json", Array(configuration().text(.oneLine).utf8))
    try archive.add("model.weights.h5", weights)
    return (archive, audit)
  }

  func weights(_ network: SequenceNetwork) -> (bytes: [UInt8], audit: ConversionAudit) {
    precondition(network.description == description, "the network is of another description")
    var weights = KerasWeightWriter(network)
    weights.attach(name, to: "")
    var counts: [String: Int] = [:]
    for layer in plan.layers {
      let className = KerasLayer.snakeCase(layer.className)
      let count = counts[className, default: -1] + 1
      counts[className] = count
      weights.add(layer, at: "layers/" + (count == 0 ? className : "\(className)_\(count)"))
    }
    return (weights.bytes(), weights.audit)
  }
}
