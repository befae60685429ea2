import RecurrentFormats
public import RecurrentInterchange
public import RecurrentLayers
import RecurrentTensor

/// ONNX graphs: those that are chains of layers are read, and networks are written as graphs over whole sequences or one step.
public struct ONNXFormat: InterchangeFormat {
  /// How networks are written.
  public var options: ONNXWritingOptions

  /// Graphs of the given form.
  public init(options: ONNXWritingOptions = ONNXWritingOptions()) { self.options = options }

  /// `onnx`
  public var name: String { "onnx" }
  /// What people call it.
  public var title: String { "ONNX" }
  /// The end of the names of its files.
  public var suffixes: [String] { [".onnx"] }

  /// Whether a file begins with the version of the format, the first field of ONNX' outermost message, or with another of its fields
  /// and is named after it.
  public func recognizes(_ sample: FileSample) -> Bool {
    guard let first = sample.bytes.first, !sample.isFolder else { return false }
    let versionField: UInt8 = 0x08
    return first == versionField && sample.bytes.count > 2 || sample.path.lowercased().hasSuffix(".onnx")
  }

  /// Reads a network.
  ///
  /// - Throws: `ONNXError`, `FileError`.
  public func read(_ path: String, layout: NetworkLayout?) throws -> ReadNetwork {
    let model = try ONNXModel(path: path)
    let found = try ONNXNetwork(model)
    var notes: [String] = []
    if found.isBatchMajor {
      notes.append("the graph takes the batch as first axis; the network takes the steps first, [T, N, C]")
    }
    var read = ReadNetwork(network: found.network, audit: found.audit, notes: notes)
    if !model.producer.isEmpty { read.source["producer"] = .string(model.producer) }
    return read
  }

  /// Writes a graph.
  ///
  /// - Throws: `ONNXWritingError`, `FileError`.
  public func write(_ network: ReadNetwork, to path: String) throws -> ConversionAudit {
    let file = try network.network.onnx(options)
    try AtomicFile.write(file.bytes, to: path)
    return file.audit
  }

  /// Runs the graph as it is, without taking it for a network: one of a step is run step after step.
  public func output(
    of path: String, for input: NetworkValue, as description: NetworkDescription
  ) throws -> NetworkValue {
    let graph = try ONNXGraph(ONNXModel(path: path))
    let run = GraphRun(graph, options)
    return try run.output(for: input, outputsSequence: description.output.isSequence)
  }

  /// The nodes and initialisers.
  ///
  /// - Throws: `ONNXError`, `FileError`.
  public func explain(_ path: String) throws -> FileExplanation {
    let model = try ONNXModel(path: path)
    var explanation = FileExplanation(format: self, path: path)
    explanation.facts["ir_version"] = .integer(model.version)
    explanation.facts["opset"] = .integer(model.opset)
    if !model.producer.isEmpty { explanation.facts["producer"] = .string(model.producer) }
    for (title, values) in [("inputs", model.inputs), ("outputs", model.outputs)] {
      explanation.facts[title] = .array(values.map { .string($0.text) })
    }
    for (key, value) in model.metadata.sorted(by: { $0.key < $1.key }).prefix(50) {
      explanation.facts[key] = .string(value)
    }
    explanation.layers = model.graph.node.map { node in
      "\(node.opType.printable()): \(node.input.joined(separator: ", ").printable(limit: 200)) → "
        + node.output.joined(separator: ", ").printable(limit: 200)
    }
    explanation.tensors = try model.graph.initializer.map { tensor in
      let type = try ONNXElementType(dataType: tensor.dataType, place: "tensor '\(tensor.name)'", path: path)
      return .init(name: tensor.name, type: type.rawValue, shape: tensor.dims.map { Int($0) })
    }
    return explanation
  }
}

extension NetworkDescription.Flow {
  fileprivate var isSequence: Bool { if case .sequence = self { true } else { false } }
}

extension ONNXValueInfo {
  fileprivate var text: String {
    "\(name.printable()) \(elementType.rawValue) [\((dimensions ?? []).map(\.description).joined(separator: ", "))]"
  }
}
