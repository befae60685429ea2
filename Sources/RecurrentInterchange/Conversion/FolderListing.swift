#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
import Foundation
import RecurrentFormats

/// What stands in a folder.
enum FolderListing {
  /// The names, sorted; nil where the path is that of no folder.
  ///
  /// - Throws: `FileError` where the folder cannot be read.
  static func names(in path: String) throws(FileError) -> [String]? {
    guard isFolder(path) else { return nil }
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
      throw FileError(path: path, operation: .read, reason: .permissionDenied)
    }
    return names.sorted()
  }

  /// Whether a folder stands at a path, links followed.
  static func isFolder(_ path: String) -> Bool { mode(of: path).map { $0 & S_IFMT == S_IFDIR } ?? false }

  /// Whether anything stands at a path.
  static func exists(_ path: String) -> Bool { mode(of: path) != nil }

  private static func mode(of path: String) -> mode_t? {
    var info = stat()
    return stat(path, &info) == 0 ? info.st_mode : nil
  }
}
