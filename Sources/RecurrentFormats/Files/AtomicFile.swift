#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Files that appear complete or not at all.
///
/// The bytes go to a temporary file in the same folder, which is synchronized with the device, moved over the old file in one
/// step, and made durable by synchronizing the folder. Whatever fails before the move leaves the old file as it was and removes
/// the temporary one. Where only the last step fails, the error is reported and the new file, complete, is in place.
///
/// A link is followed and kept, a file's mode is kept, and devices and pipes (`/dev/stdout`) are simply written to.
public enum AtomicFile {
  /// Writes `bytes` as the file at `path`.
  public static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
    try write(bytes, to: path, system: OperatingSystem())
  }

  /// Writes `text` as UTF-8 to the file at `path`.
  public static func write(_ text: String, to path: String) throws(FileError) {
    try write(Array(text.utf8), to: path)
  }

  /// Writes to the file at `path` what `body` writes. An error that `body` throws leaves the old file as it was.
  public static func write(to path: String, _ body: (inout FileWriter) throws -> Void) throws {
    try write(to: path, system: OperatingSystem(), body)
  }

  package static func write(_ bytes: [UInt8], to path: String, system: any FileSystem) throws(FileError) {
    let location = try writableLocation(path)
    let file = try pendingFile(for: location, path, system)
    do throws(FileError) {
      try file.writer.write(bytes)
    } catch {
      file.abandon()
      throw error
    }
    try complete(file, at: location, path, system)
  }

  package static func write(
    to path: String, system: any FileSystem, _ body: (inout FileWriter) throws -> Void
  ) throws {
    let location = try writableLocation(path)
    let file = try pendingFile(for: location, path, system)
    do {
      try body(&file.writer)
    } catch {
      file.abandon()
      throw error
    }
    try complete(file, at: location, path, system)
  }
}

extension AtomicFile {
  private static func writableLocation(_ path: String) throws(FileError) -> FileLocation {
    let location = try attempt(.write, path) { () throws(SystemError) in try FileLocation(path) }
    switch location.kind {
    case .missing where location.name.isEmpty, .folder:
      throw FileError(path: path, operation: .write, reason: .isFolder)
    case .file where !location.isWritable:
      throw FileError(path: path, operation: .write, reason: .permissionDenied)
    default:
      return location
    }
  }

  private static func pendingFile(
    for location: FileLocation, _ path: String, _ system: any FileSystem
  ) throws(FileError) -> PendingFile {
    if location.kind == .special { return try PendingFile(device: path, system: system) }
    let mode: mode_t = if case .file(let mode) = location.kind { mode } else { 0o666 }
    // A killed process with this number may have left a file of the same name: then the next name is tried.
    let paths = (0..<100).lazy.map { _ in location.temporaryPath() }
    return try PendingFile(creatingFirstOf: paths, mode: mode, reportedPath: path, system: system)
  }

  private static func complete(
    _ file: PendingFile, at location: FileLocation, _ path: String, _ system: any FileSystem
  ) throws(FileError) {
    let temporaryPath = file.path
    _ = try file.finish()
    guard location.kind != .special else { return }
    do throws(SystemError) {
      try system.rename(temporaryPath, to: location.path)
    } catch {
      try? system.removeFile(temporaryPath)
      throw FileError(path: path, operation: .write, error)
    }
    try attempt(.write, path) { () throws(SystemError) in try system.synchronizeFolder(location.parent) }
  }
}
