#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A stream of bytes that is read once from front to back.
public protocol ByteSource: AnyObject {
  /// What error messages call the stream: as a rule the path.
  var name: String { get }

  /// Puts the next bytes at the start of `buffer` and returns their number: at least 1, or 0 at the end of the stream.
  ///
  /// - Precondition: `buffer` is not empty.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int
}

extension ByteSource {
  /// Puts the next bytes at `offset` of an array, up to its end, and returns their number.
  func read(into bytes: inout [UInt8], from offset: Int) throws(InputError) -> Int {
    try bytes.withUnsafeMutableBufferPointer { buffer throws(InputError) -> Int in
      try read(into: UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[offset...])))
    }
  }
}

/// The bytes of an array as a stream.
public final class MemorySource: ByteSource {
  /// What error messages call the stream.
  public let name: String
  private let bytes: [UInt8]
  private var position = 0

  /// A stream of `bytes`, called `name` in error messages.
  public init(_ bytes: [UInt8], name: String) {
    self.bytes = bytes
    self.name = name
  }

  /// Puts the next bytes into `buffer`, which is not empty, and returns their number; 0 at the end of the stream.
  public func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    precondition(!buffer.isEmpty)
    let count = min(buffer.count, bytes.count - position)
    buffer.copyBytes(from: bytes[position..<position + count])
    position += count
    return count
  }
}

/// The bytes of a file as a stream. The file is closed when the source goes away.
public final class FileSource: ByteSource {
  /// What error messages call the stream.
  public let name: String
  /// The first bytes of the file (fewer when it is shorter), which tell its kind; `read` delivers them as well.
  public private(set) var signature: [UInt8]
  private var signaturePosition = 0
  private let descriptor: Int32

  /// Opens the file at `path` for reading.
  public init(path: String) throws(InputError) {
    name = path
    signature = []
    do throws(FileError) {
      descriptor = try attempt(.read, path) { () throws(SystemError) in
        try checked { open(path, O_RDONLY | O_CLOEXEC) }
      }
    } catch {
      throw .file(error)
    }
    signature = try firstBytes(8)
  }

  deinit {
    close(descriptor)
  }

  /// Puts the next bytes into `buffer`, which is not empty, and returns their number; 0 at the end of the stream.
  public func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    precondition(!buffer.isEmpty)
    if signaturePosition < signature.count {
      let count = min(buffer.count, signature.count - signaturePosition)
      buffer.copyBytes(from: signature[signaturePosition..<signaturePosition + count])
      signaturePosition += count
      return count
    }
    return try readDescriptor(into: buffer)
  }

  /// A pipe may deliver fewer bytes than asked for, hence the loop.
  private func firstBytes(_ wanted: Int) throws(InputError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: wanted)
    var filled = 0
    while filled < wanted {
      let count = try read(into: &bytes, from: filled)
      if count == 0 { break }
      filled += count
    }
    return Array(bytes[..<filled])
  }

  private func readDescriptor(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    do throws(FileError) {
      return try attempt(.read, name) { () throws(SystemError) in
        try checked { systemRead(descriptor, buffer) }
      }
    } catch {
      throw .file(error)
    }
  }
}

/// `read(2)`, reachable beside the method of the same name.
private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
  read(descriptor, buffer.baseAddress, buffer.count)
}

/// Opens text files, plain or compressed.
public enum TextFile {
  /// Opens `path` as a stream of its text: a gzip file, told by its content and not by its name, is expanded on the way.
  ///
  /// - Parameter expansionLimit: the most bytes a compressed file may expand to.
  /// - Throws: `InputError` when the file is missing, unreadable or of another kind (an archive, a workbook).
  public static func open(
    _ path: String, expansionLimit: Int = GzipReader.defaultExpansionLimit
  ) throws(InputError) -> any ByteSource {
    let file = try FileSource(path: path)
    if file.signature.starts(with: GzipReader.signature) {
      return GzipReader(file, expansionLimit: expansionLimit)
    }
    for (signature, format) in foreignSignatures where file.signature.starts(with: signature) {
      throw .foreignFormat(file: path, format: format)
    }
    return file
  }

  private static let foreignSignatures: [(signature: [UInt8], format: String)] = [
    (Array("PK\u{3}\u{4}".utf8), "a ZIP archive or an Excel workbook"),
    ([0xD0, 0xCF, 0x11, 0xE0], "an old Office document"),
    (Array("BZh".utf8), "a bzip2 file"),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], "an xz file"),
    ([0x28, 0xB5, 0x2F, 0xFD], "a zstd file"),
    (Array("PAR1".utf8), "a Parquet file"),
    ([0xFF, 0xFE], "UTF-16 text"),
    ([0xFE, 0xFF], "UTF-16 text"),
  ]
}
