import RecurrentFormats
import RecurrentTensor

/// The tensors of a PyTorch state dict in safetensors: one file, or several that an index joins.
struct StateDict {
  /// The file, or the index.
  let path: String
  private let files: [SafetensorsFile]

  /// The name of the file in a folder of Hugging Face.
  static let fileName = "model.safetensors"

  /// Opens a file, an index, or a folder that holds one of them. Only headers are read.
  ///
  /// - Throws: `SafetensorsError`, `PyTorchError`, `JSONError`, `FileError`.
  init(_ path: String) throws {
    var (path, sample) = (path, try FileSample(path))
    if sample.isFolder {
      let name = sample.names.contains(ShardIndex.fileName) ? ShardIndex.fileName : Self.fileName
      path += (path.hasSuffix("/") ? "" : "/") + name
      sample = try FileSample(path)
    }
    self.path = path
    if let mend = PickledFile.mend(of: sample) { throw PyTorchError(path: path, problem: mend) }
    files = sample.isJSONObject ? try ShardIndex(path).files() : [try SafetensorsFile(path: path)]
  }

  /// What the files say of their tensors, in the order of their data.
  var entries: [SafetensorsEntry] { files.flatMap(\.entries) }

  /// The strings in the headers; of several files those of the first.
  var metadata: [String: String] { files.first?.metadata ?? [:] }

  /// What the files say of a tensor; nil where there is none of this name.
  subscript(name: String) -> SafetensorsEntry? { files.lazy.compactMap { $0[name] }.first }

  /// The numbers of a tensor.
  ///
  /// - Throws: `SafetensorsError`: no such tensor, or one that is not of floating-point numbers.
  func tensor(_ name: String) throws(SafetensorsError) -> Tensor {
    guard let file = files.first(where: { $0[name] != nil }) else {
      throw SafetensorsError(.noSuchTensor, file: path, entry: name)
    }
    return try file.tensor(name)
  }
}
