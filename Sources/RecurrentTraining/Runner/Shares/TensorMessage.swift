import RecurrentFormats
import RecurrentLayers
import RecurrentTensor

/// Tensors on their way from rank to rank, in the form of a safetensors file.
struct TensorMessage {
  private(set) var tensors: [String: Tensor]
  private(set) var texts: [String: String]
  private var writer: SafetensorsWriter

  /// Tensors with their names, and texts.
  init(_ tensors: NamedTensors, texts: [String: String] = [:]) throws(SafetensorsError) {
    writer = SafetensorsWriter(metadata: texts)
    for (name, tensor) in tensors { try writer.add(name, tensor) }
    self.tensors = Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0.tensor) })
    self.texts = texts
  }

  /// What was sent.
  init(bytes: [UInt8]) throws(SafetensorsError) {
    let file = try SafetensorsFile(bytes: bytes)
    tensors = [:]
    for entry in file.entries { tensors[entry.name] = try file.tensorAsStored(entry.name) }
    texts = file.metadata
    writer = SafetensorsWriter()
  }

  /// What is sent.
  var bytes: [UInt8] {
    get throws(SafetensorsError) { try writer.bytes() }
  }
}

extension LoadedCheckpoint {
  private static let pathKey = "path"
  private static let stateKey = "state"

  private static let rollbackKey = "rollback"

  /// Everything in one message.
  func message() throws -> [UInt8] {
    let named = tensors.named(below: "run") + (rollback?.named(below: Self.rollbackKey) ?? [])
    let texts = [
      Self.pathKey: path, Self.stateKey: try description.json.text(.oneLine),
      Self.rollbackKey: rollback == nil ? "none" : "kept",
    ]
    return try TensorMessage(named, texts: texts).bytes
  }

  /// Reads a message.
  init(message bytes: [UInt8]) throws {
    let message = try TensorMessage(bytes: bytes)
    let path = message.texts[Self.pathKey] ?? ""
    let text = message.texts[Self.stateKey] ?? ""
    let hasRollback = message.texts[Self.rollbackKey] == "kept"
    self.init(
      path: path, description: try CheckpointState(JSONValue(parsing: Array(text.utf8), file: path), file: path),
      tensors: RunTensors(message.tensors.below("run")),
      rollback: hasRollback ? RunTensors(message.tensors.below(Self.rollbackKey)) : nil)
  }
}

extension RunTensors<[String: Tensor]> {
  /// All tensors, each with what it belongs to before its name.
  fileprivate func named(below prefix: String) -> NamedTensors {
    let parts = [("model", model), ("optimizer", optimizer), ("best", best), ("average", average), ("carry", carry)]
    return parts.flatMap { part, tensors in tensors.map { ("\(prefix).\(part).\($0.key)", $0.value) } }
  }

  /// Takes them apart again.
  fileprivate init(_ tensors: [String: Tensor]) {
    self.init(
      model: tensors.below("model"), optimizer: tensors.below("optimizer"), best: tensors.below("best"),
      average: tensors.below("average"), carry: tensors.below("carry"))
  }
}
