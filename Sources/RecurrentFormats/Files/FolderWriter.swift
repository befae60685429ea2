#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Writes the files of a folder that is being made, and its manifest.
public struct FolderWriter: ~Copyable {
  /// Where the folder stands for now.
  let path: String

  private let reportedPath: String
  private let system: any FileSystem
  private var manifest = FolderManifest()

  init(for location: FileLocation, reportedPath: String, system: any FileSystem) throws(FileError) {
    for _ in 0..<100 {
      let path = location.temporaryPath()
      do throws(SystemError) {
        try system.createFolder(path)
        self.path = path
        self.reportedPath = reportedPath
        self.system = system
        return
      } catch {
        guard error.code == EEXIST else { throw FileError(path: reportedPath, operation: .write, error) }
      }
    }
    throw FileError(path: reportedPath, operation: .write, reason: .alreadyExists)
  }

  /// Writes a file of the folder.
  /// - Parameter name: a plain name, without `/`, `\` and control characters, that no other file of the folder has.
  public mutating func writeFile(_ name: String, _ bytes: [UInt8]) throws(FileError) {
    manifest.add(name: name, digest: try digestOfWritten(name, bytes))
  }

  /// Writes a file that the manifest does not name: one that people may change.
  /// - Parameter name: a plain name that no other file of the folder has.
  public mutating func writeUnlistedFile(_ name: String, _ bytes: [UInt8]) throws(FileError) {
    _ = try digestOfWritten(name, bytes)
  }

  private func digestOfWritten(_ name: String, _ bytes: [UInt8]) throws(FileError) -> String {
    let file = try pendingFile(name)
    do throws(FileError) {
      try file.writer.write(bytes)
    } catch {
      file.abandon()
      throw error
    }
    return try file.finish()
  }

  /// Writes `text` as UTF-8 to a file of the folder.
  public mutating func writeFile(_ name: String, _ text: String) throws(FileError) {
    try writeFile(name, Array(text.utf8))
  }

  /// Writes to a file of the folder what `body` writes.
  public mutating func writeFile(_ name: String, _ body: (inout FileWriter) throws -> Void) throws {
    let file = try pendingFile(name)
    do {
      try body(&file.writer)
    } catch {
      file.abandon()
      throw error
    }
    manifest.add(name: name, digest: try file.finish())
  }

  /// Writes the manifest and puts the names on the device.
  mutating func finish() throws(FileError) {
    let file = try newFile(FolderManifest.fileName)
    do throws(FileError) {
      try file.writer.write(manifest.text)
    } catch {
      file.abandon()
      throw error
    }
    _ = try file.finish()
    try attempt(.write, reportedPath) { [path, system] () throws(SystemError) in
      try system.synchronizeFolder(path)
    }
  }

  private func pendingFile(_ name: String) throws(FileError) -> PendingFile {
    precondition(FolderManifest.isPlainName(name), "\(name.printable()) is not a plain file name")
    precondition(manifest.digest(of: name) == nil, "\(name) is written twice")
    return try newFile(name)
  }

  private func newFile(_ name: String) throws(FileError) -> PendingFile {
    try PendingFile(
      creatingFirstOf: CollectionOfOne(FileLocation.join(path, name)), mode: 0o666,
      reportedPath: FileLocation.join(reportedPath, name), system: system, hashing: true)
  }
}
