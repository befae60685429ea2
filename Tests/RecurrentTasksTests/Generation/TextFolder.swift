import Foundation

/// A folder for one test, removed with it.
final class TextFolder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/recurrent-tasks-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  func path(_ name: String) -> String { path + "/" + name }

  func put(_ text: String, in name: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path(name)))
  }
}
