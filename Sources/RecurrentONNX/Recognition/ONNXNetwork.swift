public import RecurrentInterchange
public import RecurrentLayers

/// An ONNX graph that is a chain of layers, as the network that it is: one that is saved, trained further and converted like any other.
///
/// ```swift
/// let found = try ONNXNetwork(ONNXModel(path: "model.onnx"))
/// let outputs = found.network(.sequence(batch))
/// ```
///
/// Graphs that this library writes are such chains, and those that PyTorch and converters for Keras write for recurrent layers,
/// embeddings, convolutions, linear maps and what stands between them. Whatever else a graph computes can still be run by `ONNXGraph`.
public struct ONNXNetwork: Sendable {
  /// The network.
  public let network: SequenceNetwork
  /// What became of each tensor of the file.
  public let audit: ConversionAudit
  /// Whether the graph takes the batch as the first axis of its input; the network always takes the steps first.
  public let isBatchMajor: Bool

  /// Recognises a graph.
  ///
  /// - Throws: `ONNXError` that names the first node that does not fit a chain of layers.
  public init(_ model: ONNXModel) throws(ONNXError) {
    var recognizer = NetworkRecognizer(model)
    try recognizer.readGraph()
    isBatchMajor = try recognizer.orderInput()
    (network, audit) = try recognizer.makeNetwork()
  }
}
