import Foundation

/// A folder for one test, removed with it.
final class TemporaryFolder {
  let path: String

  init() throws {
    // In memory where there is such a place: file systems wait for the disk when one file is moved over another.
    let parent = FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
    path = parent + "/recurrent-training-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  func path(_ name: String) -> String { path + "/" + name }

  /// The names in a folder, sorted.
  func names(in folder: String = "") -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path(folder))) ?? []).sorted()
  }

  func bytes(_ name: String) -> [UInt8]? { FileManager.default.contents(atPath: path(name)).map { [UInt8]($0) } }

  func text(_ name: String) -> String? { bytes(name).map { String(decoding: $0, as: UTF8.self) } }

  func put(_ bytes: [UInt8], in name: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
  }

  /// Changes one bit of a file.
  func flipBit(of name: String, atByte offset: Int) throws {
    var bytes = bytes(name) ?? []
    bytes[offset] ^= 1
    try put(bytes, in: name)
  }

  /// The content of all files in a folder, by name, manifests included.
  func files(in folder: String) -> [String: [UInt8]] {
    Dictionary(
      uniqueKeysWithValues: names(in: folder).compactMap { name in
        bytes(folder + "/" + name).map { (name, $0) }
      })
  }
}
