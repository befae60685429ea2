import RecurrentFormats
import RecurrentLayers
import RecurrentTensor

/// Named tensors and safetensors files.
enum TensorFile {
  /// Writes tensors to a file of a folder that is being made.
  static func write(
    _ tensors: [(name: String, tensor: Tensor)], to name: String, in folder: inout FolderWriter
  ) throws {
    var writer = SafetensorsWriter(metadata: ["format": "pt"])
    for (name, tensor) in tensors { try writer.add(name, tensor) }
    try folder.writeFile(name) { file in try writer.write(to: &file) }
  }

  /// Reads all tensors of a file.
  static func read(_ path: String) throws(SafetensorsError) -> [String: Tensor] {
    let file = try SafetensorsFile(path: path)
    var tensors: [String: Tensor] = [:]
    for entry in file.entries { tensors[entry.name] = try file.tensorAsStored(entry.name) }
    return tensors
  }
}

extension Module {
  /// The values of all parameters and running statistics with their paths.
  var namedTensors: [(name: String, tensor: Tensor)] {
    tensors.map { ($0.path, $0.value) }
  }
}
