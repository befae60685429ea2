#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Folders of files that appear complete or not at all, with a manifest of their digests.
///
/// The files are written into a temporary folder beside the place of the new one; each is synchronized with the device. The manifest
/// `MANIFEST.sha256`, which `sha256sum -c` reads, comes last. Then the folder is synchronized, moved to its place in one step, and the
/// parent is synchronized. Whatever fails leaves what stood there before, and removes the temporary folder.
public enum AtomicFolder {
  /// The name of the file that lists the digests of all others.
  public static let manifestName = FolderManifest.fileName

  /// Makes the folder at `path` with the files that `body` writes.
  /// - Parameter replacing: whether a folder that is there already is replaced, in one step; else it is an error.
  public static func write(
    to path: String, replacing: Bool = false, _ body: (inout FolderWriter) throws -> Void
  ) throws {
    try write(to: path, replacing: replacing, system: OperatingSystem(), body)
  }

  package static func write(
    to path: String, replacing: Bool = false, system: any FileSystem, _ body: (inout FolderWriter) throws -> Void
  ) throws {
    let location = try destination(path, replacing: replacing)
    var writer = try FolderWriter(for: location, reportedPath: path, system: system)
    let temporaryPath = writer.path
    do {
      try body(&writer)
      try writer.finish()
      try attempt(.write, path) { () throws(SystemError) in try put(temporaryPath, at: location, system) }
    } catch {
      removeTree(temporaryPath, system)
      throw error
    }
    do throws(SystemError) {
      try system.synchronizeFolder(location.parent)
    } catch {
      // A folder that may vanish with the power is not a finished one: back to what stood there. Where even that fails, nothing
      // is removed: the new folder is in place and complete.
      if (try? putBack(temporaryPath, from: location, system)) != nil { removeTree(temporaryPath, system) }
      throw FileError(path: path, operation: .write, error)
    }
    // After a swap the temporary path holds the old folder.
    if location.kind == .folder { removeTree(temporaryPath, system) }
  }

  /// Puts right what a process that was killed while it wrote folders or files has left in `parent`: removes what was not complete,
  /// and puts back a folder that had been moved aside to be replaced. Nothing may be writing there meanwhile.
  public static func recover(in parent: String) throws(FileError) {
    try recover(in: parent, system: OperatingSystem())
  }

  package static func recover(in parent: String, system: any FileSystem) throws(FileError) {
    try attempt(.remove, parent) { () throws(SystemError) in
      for name in try folderContents(parent) {
        let path = FileLocation.join(parent, name)
        if name.hasPrefix(FileLocation.temporaryPrefix) {
          removeTree(path, system)
        } else if name.hasPrefix(asidePrefix) {
          let original = FileLocation.join(parent, String(name.dropFirst(asidePrefix.count)))
          if try FileKind.of(original, followingLinks: false) == .missing {
            try system.rename(path, to: original)
          } else {
            removeTree(path, system)
          }
        }
      }
    }
  }
}

extension AtomicFolder {
  /// The beginning of the name of an old folder while it is replaced where two folders cannot be swapped in one step.
  private static let asidePrefix = ".old-"

  private static func destination(_ path: String, replacing: Bool) throws(FileError) -> FileLocation {
    var trimmed = path
    while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
    let location = try attempt(.write, path) { () throws(SystemError) in try FileLocation(trimmed) }
    switch location.kind {
    case .missing where !location.name.isEmpty: return location
    case .folder where replacing: return location
    case .file where replacing, .special where replacing:
      throw FileError(path: path, operation: .write, reason: .notFolder)
    default: throw FileError(path: path, operation: .write, reason: .alreadyExists)
    }
  }

  private static func put(
    _ temporaryPath: String, at location: FileLocation, _ system: any FileSystem
  ) throws(SystemError) {
    if location.kind == .folder {
      try swap(temporaryPath, location, system)
    } else {
      try system.rename(temporaryPath, to: location.path)
    }
  }

  private static func putBack(
    _ temporaryPath: String, from location: FileLocation, _ system: any FileSystem
  ) throws(SystemError) {
    if location.kind == .folder {
      try swap(temporaryPath, location, system)
    } else {
      try system.rename(location.path, to: temporaryPath)
    }
  }

  /// Exchanges the folder at the temporary path and the one in place.
  private static func swap(_ temporaryPath: String, _ location: FileLocation, _ system: any FileSystem)
    throws(SystemError)
  {
    do throws(SystemError) {
      return try system.exchange(temporaryPath, with: location.path)
    } catch  where [ENOSYS, EINVAL, ENOTSUP, EOPNOTSUPP].contains(error.code) {
      // No swap in one step on this system: the old folder steps aside under a name that `recover` knows.
    }
    let aside = FileLocation.join(location.parent, asidePrefix + location.name)
    try system.rename(location.path, to: aside)
    do throws(SystemError) {
      try system.rename(temporaryPath, to: location.path)
    } catch {
      try? system.rename(aside, to: location.path)
      throw error
    }
    try? system.rename(aside, to: temporaryPath)
  }

  /// Removes a file, link or folder with all in it, as far as it can; what stays is left to `recover`.
  private static func removeTree(_ path: String, _ system: any FileSystem, depth: Int = 0) {
    guard depth < 64, let kind = try? FileKind.of(path, followingLinks: false) else { return }
    guard kind == .folder else {
      if kind != .missing { try? system.removeFile(path) }
      return
    }
    for name in (try? folderContents(path)) ?? [] {
      removeTree(FileLocation.join(path, name), system, depth: depth + 1)
    }
    try? system.removeFolder(path)
  }
}
