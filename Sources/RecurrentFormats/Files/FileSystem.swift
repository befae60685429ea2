#if canImport(Darwin)
  package import Darwin
#elseif canImport(Glibc)
  package import Glibc
#elseif canImport(Musl)
  package import Musl
#endif

/// The `errno` of a failed system call.
package struct SystemError: Error, Hashable, Sendable {
  package let code: Int32

  package init(code: Int32) {
    self.code = code
  }

  /// The error of the system call that has just failed on this thread.
  package static var last: SystemError { SystemError(code: errno) }

  /// The system's own words for the error.
  package var message: String {
    guard let text = strerror(code) else { return "system error \(code)" }
    return String(cString: text)
  }
}

/// The system calls by which files are written. Every write of this package goes through this seam, so that tests can make any
/// one call fail.
package protocol FileSystem: Sendable {
  /// Makes a file that must not exist yet, open for writing.
  func createFile(_ path: String, mode: mode_t) throws(SystemError) -> Int32
  /// Opens a file or device that exists, for writing at its end.
  func openForAppending(_ path: String) throws(SystemError) -> Int32
  /// Writes some of the bytes and returns how many.
  func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws(SystemError) -> Int
  /// Puts what was written to a file on the device.
  func synchronize(_ descriptor: Int32) throws(SystemError)
  /// Puts the names in a folder on the device.
  func synchronizeFolder(_ path: String) throws(SystemError)
  /// Closes a descriptor; it is closed even where this throws.
  func close(_ descriptor: Int32) throws(SystemError)
  /// Puts a file or folder in another place, over a file or empty folder that may be there.
  func rename(_ source: String, to destination: String) throws(SystemError)
  /// Swaps two files or folders in one step.
  func exchange(_ a: String, with b: String) throws(SystemError)
  /// Makes a folder that must not exist yet.
  func createFolder(_ path: String) throws(SystemError)
  /// Removes a file.
  func removeFile(_ path: String) throws(SystemError)
  /// Removes an empty folder.
  func removeFolder(_ path: String) throws(SystemError)
}

/// The operating system's own calls.
package struct OperatingSystem: FileSystem {
  package init() {}

  package func createFile(_ path: String, mode: mode_t) throws(SystemError) -> Int32 {
    try checked { open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode) }
  }

  package func openForAppending(_ path: String) throws(SystemError) -> Int32 {
    try checked { open(path, O_WRONLY | O_APPEND | O_CLOEXEC) }
  }

  package func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws(SystemError) -> Int {
    // Some systems refuse a single write of 2 GiB and more.
    let count = min(bytes.count, 1 << 26)
    #if canImport(Darwin)
      return try checked { Darwin.write(descriptor, bytes.baseAddress, count) }
    #elseif canImport(Glibc)
      return try checked { Glibc.write(descriptor, bytes.baseAddress, count) }
    #else
      return try checked { Musl.write(descriptor, bytes.baseAddress, count) }
    #endif
  }

  package func synchronize(_ descriptor: Int32) throws(SystemError) {
    #if canImport(Darwin)
      // On Darwin fsync leaves the bytes in the drive's cache; file systems without the stronger call fall back to it.
      if fcntl(descriptor, F_FULLFSYNC) == 0 { return }
    #endif
    _ = try checked { fsync(descriptor) }
  }

  package func synchronizeFolder(_ path: String) throws(SystemError) {
    let descriptor = try checked { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    defer { _ = closeDescriptor(descriptor) }
    do {
      try synchronize(descriptor)
    } catch  where error.code == EINVAL || error.code == ENOTSUP {
      // File systems that cannot synchronize a folder (some network and user-space ones) say so; there is no more to do.
    }
  }

  package func close(_ descriptor: Int32) throws(SystemError) {
    guard closeDescriptor(descriptor) != 0, errno != EINTR else { return }
    throw SystemError.last
  }

  package func rename(_ source: String, to destination: String) throws(SystemError) {
    #if canImport(Darwin)
      _ = try checked { Darwin.rename(source, destination) }
    #elseif canImport(Glibc)
      _ = try checked { Glibc.rename(source, destination) }
    #else
      _ = try checked { Musl.rename(source, destination) }
    #endif
  }

  package func exchange(_ a: String, with b: String) throws(SystemError) {
    #if canImport(Darwin)
      _ = try checked { renamex_np(a, b, UInt32(RENAME_SWAP)) }
    #elseif canImport(Glibc)
      guard let renameat2 else { throw SystemError(code: ENOSYS) }
      let swapFlag: UInt32 = 2  // RENAME_EXCHANGE of linux/fs.h
      _ = try checked { renameat2(AT_FDCWD, a, AT_FDCWD, b, swapFlag) }
    #else
      throw SystemError(code: ENOSYS)
    #endif
  }

  package func createFolder(_ path: String) throws(SystemError) {
    _ = try checked { mkdir(path, 0o777) }
  }

  package func removeFile(_ path: String) throws(SystemError) {
    _ = try checked { unlink(path) }
  }

  package func removeFolder(_ path: String) throws(SystemError) {
    _ = try checked { rmdir(path) }
  }
}

#if canImport(Glibc)
  /// `renameat2`, looked up at run time: the headers show it only to sources that ask for GNU extensions, which Swift cannot,
  /// and C libraries before glibc 2.28 lack it.
  private let renameat2 = dlsym(nil, "renameat2").map {
    unsafeBitCast(
      $0, to: (@convention(c) (Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>, UInt32) -> Int32).self)
  }
#endif

/// Calls again while a signal interrupts; throws where the result is negative.
func checked<Result: SignedInteger>(_ call: () -> Result) throws(SystemError) -> Result {
  while true {
    let result = call()
    if result >= 0 { return result }
    let error = SystemError.last
    guard error.code == EINTR else { throw error }
  }
}

private func closeDescriptor(_ descriptor: Int32) -> Int32 {
  #if canImport(Darwin)
    Darwin.close(descriptor)
  #elseif canImport(Glibc)
    Glibc.close(descriptor)
  #else
    Musl.close(descriptor)
  #endif
}
