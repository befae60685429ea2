public import RecurrentFormats
import RecurrentTensor

extension Module {
  /// Writes all parameters to a safetensors file, named by their paths. A file that is there is replaced only once the new
  /// one is complete.
  ///
  /// - Throws: `SafetensorsError` where the file cannot be written.
  public func save(to path: String) throws(SafetensorsError) {
    var writer = SafetensorsWriter(metadata: ["format": "pt"])
    for (name, parameter) in parameters { try writer.add(name, parameter.value) }
    try writer.write(to: path)
  }

  /// Takes over the parameters of a safetensors file that was written by `save(to:)`, or by another program under the same
  /// names and shapes.
  ///
  /// - Throws: `SafetensorsError` where the file is missing or damaged; `ParameterLoadingError`, which lists everything
  ///   missing, unused or of another shape. The model is then unchanged.
  public mutating func load(from path: String) throws {
    let file = try SafetensorsFile(path: path)
    var tensors: [String: Tensor] = [:]
    for entry in file.entries { tensors[entry.name] = try file.tensor(entry.name) }
    try load(tensors)
  }
}
