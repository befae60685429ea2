/// A safetensors file that is open for reading. Its header has been read and checked; the bytes of a tensor are read when they are
/// asked for.
public struct SafetensorsFile: Sendable {
  /// The path of the file, or nil where the bytes came from memory.
  public let path: String?

  private let header: SafetensorsHeader
  private let source: Source
  private let dataStart: Int

  private enum Source {
    case memory([UInt8])
    case file(ReadableFile)
  }

  /// Opens the file at `path` and reads its header.
  public init(path: String) throws(SafetensorsError) {
    let file: ReadableFile
    let prefix: [UInt8]
    do throws(FileError) {
      file = try ReadableFile(path)
      prefix = try file.bytes(in: 0..<min(file.byteCount, SafetensorsHeader.prefixLength))
    } catch {
      throw SafetensorsError(.file(error), file: path)
    }
    let length = try SafetensorsHeader.length(prefix: prefix[...], byteCount: file.byteCount, file: path)
    dataStart = SafetensorsHeader.prefixLength + length
    let text: [UInt8]
    do throws(FileError) {
      text = try file.bytes(in: SafetensorsHeader.prefixLength..<dataStart)
    } catch {
      throw SafetensorsError(.file(error), file: path)
    }
    header = try SafetensorsHeader(text[...], dataCount: file.byteCount - dataStart, file: path)
    source = .file(file)
    self.path = path
  }

  /// Reads a file that is in memory.
  public init(bytes: [UInt8]) throws(SafetensorsError) {
    let prefix = bytes.prefix(SafetensorsHeader.prefixLength)
    let length = try SafetensorsHeader.length(prefix: prefix, byteCount: bytes.count, file: nil)
    dataStart = SafetensorsHeader.prefixLength + length
    header = try SafetensorsHeader(
      bytes[SafetensorsHeader.prefixLength..<dataStart], dataCount: bytes.count - dataStart, file: nil)
    source = .memory(bytes)
    path = nil
  }

  /// The map of strings in the header, empty where there is none.
  public var metadata: [String: String] { header.metadata }

  /// What the file says of its tensors, in the order of their data.
  public var entries: [SafetensorsEntry] { header.entries }

  /// The names of the tensors, sorted.
  public var names: [String] { header.names }

  /// What the file says of a tensor, or nil where it has none of this name.
  public subscript(name: String) -> SafetensorsEntry? { header.entry(named: name) }

  /// What the file says of a tensor.
  /// - Throws: `SafetensorsError` of the kind `noSuchTensor`.
  public func entry(_ name: String) throws(SafetensorsError) -> SafetensorsEntry {
    guard let entry = self[name] else { throw SafetensorsError(.noSuchTensor, file: path, entry: name) }
    return entry
  }

  /// The bytes of a tensor as they stand in the file: row-major, little-endian.
  public func bytes(_ name: String) throws(SafetensorsError) -> [UInt8] {
    let range = try place(of: entry(name))
    switch source {
    case .memory(let bytes): return Array(bytes[range])
    case .file(let file):
      do throws(FileError) {
        return try file.bytes(in: range)
      } catch {
        throw SafetensorsError(.file(error), file: path, entry: name)
      }
    }
  }

  /// Fills `buffer`, as large as the tensor, with its bytes.
  func read(_ entry: SafetensorsEntry, into buffer: UnsafeMutableRawBufferPointer) throws(SafetensorsError) {
    let range = place(of: entry)
    switch source {
    case .memory(let bytes):
      bytes.withUnsafeBytes { buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[range])) }
    case .file(let file):
      do throws(FileError) {
        try file.read(into: buffer, at: range.lowerBound)
      } catch {
        throw SafetensorsError(.file(error), file: path, entry: entry.name)
      }
    }
  }

  private func place(of entry: SafetensorsEntry) -> Range<Int> {
    dataStart + entry.range.lowerBound..<dataStart + entry.range.upperBound
  }
}
