import Foundation
import RecurrentFormats
import RecurrentTestSupport

/// A folder for one test, removed with it.
final class ConversionFolder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/recurrent-conversion-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func path(_ name: String) -> String { path + "/" + name }

  /// Writes a file; returns its path.
  @discardableResult
  func put(_ bytes: [UInt8], in name: String) throws -> String {
    try FileManager.default.createDirectory(
      atPath: (path(name) as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
    return path(name)
  }

  @discardableResult
  func put(_ text: String, in name: String) throws -> String { try put(Array(text.utf8), in: name) }

  func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name)))) }

  /// The names in the folder, hidden ones too.
  var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }

  /// The bytes of every tensor of a file by its name.
  func tensors(_ name: String) throws -> [String: [UInt8]] {
    let file = try SafetensorsFile(path: path(name))
    return try Dictionary(uniqueKeysWithValues: file.names.map { ($0, try file.bytes($0)) })
  }
}

/// The state dicts that PyTorch wrote, with inputs and outputs.
enum TorchFixture {
  static let folder: String = {
    let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    return parts.dropLast(3).joined(separator: "/") + "/Fixtures/PyTorchConversion"
  }()

  static func path(_ name: String) -> String { "\(folder)/\(name).safetensors" }

  /// The layouts by the names of the cases; nil where a file needs none.
  static let layouts: [String: String?] = {
    let object = (try? JSONValue(contentsOfFile: folder + "/layouts.json"))?.object ?? JSONObject()
    return Dictionary(uniqueKeysWithValues: object.map { ($0.key, $0.value.string) })
  }()

  static let names = layouts.keys.sorted()
}
