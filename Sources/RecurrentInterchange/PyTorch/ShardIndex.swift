import RecurrentFormats

/// `model.safetensors.index.json`, which says in which file beside it each tensor of a large model stands.
struct ShardIndex {
  static let fileName = "model.safetensors.index.json"

  /// More files than any model is split into, and fewer than a process may open.
  private static let fileLimit = 512

  private let path: String
  /// Tensors with the names of their files, in the order of the index.
  private let places: [(tensor: String, file: String)]

  /// Reads an index.
  ///
  /// - Throws: `FileError`, `JSONError`, `PyTorchError`.
  init(_ path: String) throws {
    self.path = path
    let json = try JSONValue(parsing: try ReadableFile.bytes(ofFile: path, limit: 1 << 26), file: path)
    guard let map = json["weight_map"]?.object else {
      throw PyTorchError(
        path: path,
        problem: "it is no index of safetensors files, 'weight_map' is missing; name the file with the weights")
    }
    places = try map.map { tensor, file in
      guard let name = file.string, Self.isHarmless(name) else {
        throw PyTorchError(
          path: path, place: tensor,
          problem:
            "'\(file.string?.printable() ?? "…")' is no name of a safetensors file beside the index; write the index again"
        )
      }
      return (tensor, name)
    }
  }

  /// Whether a name stands for a file in the folder of the index and nowhere else.
  private static func isHarmless(_ name: String) -> Bool {
    name.hasSuffix(".safetensors") && !name.hasPrefix(".") && name.utf8.count <= 255
      && name.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "\\") }
  }

  /// The files that the index names, each of which must hold the tensors that it says, and no others.
  ///
  /// - Throws: `SafetensorsError`, `PyTorchError`.
  func files() throws -> [SafetensorsFile] {
    let folder = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[...$0]) } ?? ""
    let names = Set(places.map(\.file)).sorted()
    guard names.count <= Self.fileLimit else {
      throw PyTorchError(path: path, problem: "it names \(names.count) files, the limit is \(Self.fileLimit)")
    }
    var files: [String: SafetensorsFile] = [:]
    for name in names { files[name] = try SafetensorsFile(path: folder + name) }
    var counts: [String: Int] = [:]
    for (tensor, name) in places {
      guard files[name]?[tensor] != nil else {
        throw PyTorchError(path: path, place: tensor, problem: "\(name) does not hold this tensor; get all files again")
      }
      counts[name, default: 0] += 1
    }
    for name in names where counts[name] != files[name]?.entries.count {
      throw PyTorchError(
        path: path, problem: "\(name) holds tensors that the index does not name, or has elsewhere; get all files again"
      )
    }
    return names.compactMap { files[$0] }
  }
}
