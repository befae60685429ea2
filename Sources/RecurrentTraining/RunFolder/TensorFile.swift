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
    for (name, tensor) in tensors {
      let shape = tensor.shape.dimensions
      switch tensor.elementType {
      case .float32: try writer.add(name, shape: shape, floats: tensor.scalars)
      case .float64: try writer.add(name, shape: shape, doubles: tensor.doubles)
      }
    }
    try folder.writeFile(name) { file in try writer.write(to: &file) }
  }

  /// Reads all tensors of a file.
  static func read(_ path: String) throws(SafetensorsError) -> [String: Tensor] {
    let file = try SafetensorsFile(path: path)
    var tensors: [String: Tensor] = [:]
    for entry in file.entries {
      guard entry.shape.count <= Shape.maximumRank, entry.shape.allSatisfy({ $0 <= Int(Int32.max) }) else {
        throw SafetensorsError(.wrongShape(entry.shape, wanted: []), file: path, entry: entry.name)
      }
      let shape = Shape(entry.shape)
      tensors[entry.name] =
        entry.dtype == .float64
        ? Tensor(doubles: try file.doubles(entry.name), shape: shape)
        : Tensor(try file.floats(entry.name), shape: shape)
    }
    return tensors
  }
}

extension Module {
  /// The values of all parameters with their paths.
  var namedTensors: [(name: String, tensor: Tensor)] {
    parameters.map { ($0.path, $0.parameter.value) }
  }
}
