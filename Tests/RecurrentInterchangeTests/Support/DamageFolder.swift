import Foundation

/// A folder for one test, removed with it.
final class DamageFolder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/recurrent-damage-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file; returns its path.
  @discardableResult
  func put(_ bytes: [UInt8], in name: String) throws -> String {
    let file = path + "/" + name
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    return file
  }

  @discardableResult
  func put(_ text: String, in name: String) throws -> String { try put(Array(text.utf8), in: name) }
}
