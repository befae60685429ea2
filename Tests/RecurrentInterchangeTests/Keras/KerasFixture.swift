import Foundation

/// The files under `Tests/Fixtures/Keras`, which the script beside them makes.
enum KerasFixture {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Fixtures/Keras").path

  static func path(_ name: String) -> String { folder + "/" + name }

  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name))))
  }

  /// The names of the files of a folder, without their endings.
  static func names(in name: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path(name)).map { $0.prefix { $0 != "." } }.map(String.init)
      .sorted()
  }
}
