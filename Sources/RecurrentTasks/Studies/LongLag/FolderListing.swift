import Foundation

/// The names of the files in a folder.
enum FolderListing {
  /// In alphabetical order; none where the folder cannot be read.
  static func names(in path: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }
}
