#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A new file that is being written and not yet in its place.
///
/// A class, because the optimiser of Swift 6.3.1 lets go of the path of a noncopyable struct too early when it is read before the
/// struct is consumed.
final class PendingFile {
  /// What the bytes are written with.
  var writer: FileWriter
  /// Where the file stands for now.
  let path: String

  private let reportedPath: String
  private let descriptor: Int32
  private let system: any FileSystem
  private let isDevice: Bool

  /// Makes the file at the first of `paths` that is free; errors name `reportedPath`.
  convenience init(
    creatingFirstOf paths: some Sequence<String>, mode: mode_t, reportedPath: String, system: any FileSystem,
    hashing: Bool = false
  ) throws(FileError) {
    for path in paths {
      do throws(SystemError) {
        let descriptor = try system.createFile(path, mode: mode)
        self.init(path, reportedPath, descriptor, system: system, isDevice: false, hashing: hashing)
        return
      } catch {
        guard error.code == EEXIST else { throw FileError(path: reportedPath, operation: .write, error) }
      }
    }
    throw FileError(path: reportedPath, operation: .write, reason: .alreadyExists)
  }

  /// Opens a device or pipe that is there already.
  convenience init(device path: String, system: any FileSystem) throws(FileError) {
    let descriptor = try attempt(.write, path) { () throws(SystemError) in try system.openForAppending(path) }
    self.init(path, path, descriptor, system: system, isDevice: true, hashing: false)
  }

  private init(
    _ path: String, _ reportedPath: String, _ descriptor: Int32, system: any FileSystem, isDevice: Bool, hashing: Bool
  ) {
    self.path = path
    self.reportedPath = reportedPath
    self.descriptor = descriptor
    self.system = system
    self.isDevice = isDevice
    writer = FileWriter(path: reportedPath, descriptor: descriptor, system: system, hashing: hashing)
  }

  /// Puts everything on the device and closes the file; where that fails, the file is removed.
  /// - Returns: the SHA-256 as hexadecimal digits, empty where hashing is off.
  func finish() throws(FileError) -> String {
    do throws(FileError) {
      try writer.flush()
      if !isDevice {
        try attempt(.write, reportedPath) { () throws(SystemError) in try system.synchronize(descriptor) }
      }
    } catch {
      abandon()
      throw error
    }
    let digest = writer.hexadecimalDigest()
    do throws(SystemError) {
      try system.close(descriptor)
    } catch {
      if !isDevice { try? system.removeFile(path) }
      throw FileError(path: reportedPath, operation: .write, error)
    }
    return digest
  }

  /// Closes the file and removes it.
  func abandon() {
    try? system.close(descriptor)
    if !isDevice { try? system.removeFile(path) }
  }
}

/// Turns the error of a system call into one that names the file.
func attempt<Result>(
  _ operation: FileError.Operation, _ path: String, _ call: () throws(SystemError) -> Result
) throws(FileError) -> Result {
  do throws(SystemError) {
    return try call()
  } catch {
    throw FileError(path: path, operation: operation, error)
  }
}
