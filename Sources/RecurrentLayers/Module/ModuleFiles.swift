public import RecurrentFormats
import RecurrentTensor

extension Module {
  /// Writes all parameters and running statistics to a safetensors file, named by their paths. A file that is there is replaced only once the new
  /// one is complete.
  ///
  /// - Throws: `SafetensorsError` where the file cannot be written.
  public func save(to path: String) throws(SafetensorsError) {
    var writer = SafetensorsWriter(metadata: ["format": "pt"])
    for (name, value) in tensors { try writer.add(name, value) }
    try writer.write(to: path)
  }

  /// Takes over the parameters and running statistics of a safetensors file that was written by `save(to:)`, or by another program under the same
  /// names and shapes.
  ///
  /// - Throws: `SafetensorsError` where the file is missing or damaged; `ParameterLoadingError`, which lists everything
  ///   missing, unused or of another shape. The model is then unchanged.
  public mutating func load(from path: String) throws {
    let file = try SafetensorsFile(path: path)
    var tensors: [String: Tensor] = [:]
    for entry in file.entries where !RunningStatistic.isBatchCount(entry.name) {
      tensors[entry.name] = try file.tensor(entry.name)
    }
    try load(tensors)
  }
}
