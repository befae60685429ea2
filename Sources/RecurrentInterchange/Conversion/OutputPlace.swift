import Foundation
import RecurrentFormats

/// Where the result of a conversion goes: it is made in a folder of its own beside its place, and moved there in one step once
/// it has been proved.
struct OutputPlace {
  private let path: String
  private let parent: String
  private let name: String
  private let isReplacing: Bool
  private let system = OperatingSystem()

  /// A place that is free, or whose model may be replaced.
  ///
  /// - Parameters:
  ///   - path: The place.
  ///   - isAllowed: Whether a model may be replaced.
  ///   - input: What is read meanwhile.
  /// - Throws: `ConversionError`.
  init(_ path: String, replacing isAllowed: Bool, notOver input: String) throws(ConversionError) {
    var trimmed = path
    while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
    self.path = trimmed
    let url = URL(fileURLWithPath: trimmed).standardizedFileURL
    (parent, name) = (url.deletingLastPathComponent().path, url.lastPathComponent)
    isReplacing = FolderListing.exists(trimmed)
    if url.resolvingSymlinksInPath() == URL(fileURLWithPath: input).standardizedFileURL.resolvingSymlinksInPath() {
      throw .ontoItself(path: path)
    }
    if isReplacing {
      let isReplaceable = !FolderListing.isFolder(trimmed) || FolderListing.exists(trimmed + "/config.json")
      guard isReplaceable, isAllowed else { throw .exists(path: path, isReplaceable: isReplaceable) }
    }
  }

  /// Hands a path to `make`, which makes a file or folder there, and moves that to its place.
  func write(_ make: (String) throws -> Void) throws {
    let folder = parent + "/.tmp-convert-\(UUID().uuidString)"
    do throws(SystemError) {
      try system.createFolder(folder)
    } catch {
      throw FileError(path: path, operation: .write, error)
    }
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let made = folder + "/" + name
    try make(made)
    do throws(SystemError) {
      if isReplacing, FolderListing.isFolder(path) || FolderListing.isFolder(made) {
        // The old one is now in the folder that goes away.
        try system.exchange(made, with: path)
      } else {
        try system.rename(made, to: path)
      }
      try system.synchronizeFolder(parent)
    } catch {
      throw FileError(path: path, operation: .write, error)
    }
  }
}
