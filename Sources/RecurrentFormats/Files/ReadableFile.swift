#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A plain file that is open for reading at any place, from any thread. It is closed with its last reference.
public final class ReadableFile: Sendable {
  /// The path, as the caller named it.
  public let path: String
  /// The size of the file when it was opened.
  public let byteCount: Int

  private let descriptor: Int32

  /// Opens the file at `path`, which must be a plain file: no folder, pipe or device.
  public init(_ path: String) throws(FileError) {
    // O_NONBLOCK: opening a pipe must not wait for a writer.
    // Not yet `self.descriptor`: an initialiser that throws once everything is set runs `deinit`, which closes again.
    let descriptor = try attempt(.read, path) { () throws(SystemError) in
      try checked { open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    }
    self.path = path
    var info = stat()
    guard fstat(descriptor, &info) == 0 else {
      let error = SystemError.last
      close(descriptor)
      throw FileError(path: path, operation: .read, error)
    }
    byteCount = Int(info.st_size)
    guard info.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw FileError(
        path: path, operation: .read, reason: info.st_mode & S_IFMT == S_IFDIR ? .isFolder : .notRegularFile)
    }
    self.descriptor = descriptor
  }

  deinit {
    close(descriptor)
  }

  /// Fills `buffer` with the bytes from `offset` on.
  public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FileError) {
    precondition(offset >= 0, "an offset is not negative")
    var filled = 0
    while filled < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...].prefix(1 << 26))
      let count = try attempt(.read, path) { () throws(SystemError) in
        try checked { pread(descriptor, rest.baseAddress, rest.count, off_t(offset + filled)) }
      }
      guard count > 0 else { throw FileError(path: path, operation: .read, reason: .changedWhileReading) }
      filled += count
    }
  }

  /// The bytes in `range`, which must lie inside the file.
  public func bytes(in range: Range<Int>) throws(FileError) -> [UInt8] {
    precondition(range.lowerBound >= 0 && range.upperBound <= byteCount, "the range lies outside the file")
    var bytes = [UInt8](repeating: 0, count: range.count)
    try bytes.withUnsafeMutableBufferPointer { (buffer) throws(FileError) in
      try read(into: UnsafeMutableRawBufferPointer(buffer), at: range.lowerBound)
    }
    return bytes
  }

  /// All bytes of the file at `path`, which may also be a pipe.
  /// - Throws: `FileError`, with the reason `tooLarge` where it has more than `limit` bytes; at most that many are read.
  public static func bytes(ofFile path: String, limit: Int) throws(FileError) -> [UInt8] {
    let descriptor = try attempt(.read, path) { () throws(SystemError) in
      try checked { open(path, O_RDONLY | O_CLOEXEC) }
    }
    defer { close(descriptor) }
    var info = stat()
    guard fstat(descriptor, &info) == 0 else { throw FileError(path: path, operation: .read, SystemError.last) }
    guard info.st_mode & S_IFMT != S_IFDIR else { throw FileError(path: path, operation: .read, reason: .isFolder) }
    let expectedCount = Int(info.st_size)
    guard expectedCount <= limit else {
      throw FileError(path: path, operation: .read, reason: .tooLarge(limit: limit))
    }
    // One byte more than expected shows the end of the file without another round; pipes say 0 and grow.
    var bytes = [UInt8](repeating: 0, count: max(expectedCount, 4096) + 1)
    var count = 0
    while true {
      let read = try bytes.withUnsafeMutableBufferPointer { (buffer) throws(FileError) in
        let rest = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[count...]))
        return try attempt(.read, path) { () throws(SystemError) in
          try checked { systemRead(descriptor, rest) }
        }
      }
      count += read
      guard count <= limit else { throw FileError(path: path, operation: .read, reason: .tooLarge(limit: limit)) }
      if read == 0 { break }
      if count == bytes.count { bytes.append(contentsOf: repeatElement(0, count: bytes.count)) }
    }
    bytes.removeLast(bytes.count - count)
    return bytes
  }
}

private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
  read(descriptor, buffer.baseAddress, min(buffer.count, 1 << 26))
}
