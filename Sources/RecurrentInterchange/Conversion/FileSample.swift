public import RecurrentFormats

/// The beginning of a file, or the names in a folder: what its format is recognised by.
public struct FileSample: Sendable {
  /// The path, as the caller named it.
  public let path: String
  /// Whether it is a folder.
  public let isFolder: Bool
  /// The names in a folder, sorted; none for a file.
  public let names: [String]
  /// The first bytes of a file, up to 64 KiB; none for a folder.
  public let bytes: [UInt8]
  /// The size of a file.
  public let byteCount: Int

  private static let length = 1 << 16

  /// Looks at a path.
  ///
  /// - Throws: `FileError` where nothing is there, or nothing that can be read.
  public init(_ path: String) throws(FileError) {
    self.path = path
    if let names = try FolderListing.names(in: path) {
      (isFolder, self.names, bytes, byteCount) = (true, names, [], 0)
      return
    }
    let file = try ReadableFile(path)
    (isFolder, names, byteCount) = (false, [], file.byteCount)
    bytes = try file.bytes(in: 0..<min(file.byteCount, Self.length))
  }

  /// Whether a file begins like one in safetensors: the length of a header that fits, and a brace.
  public var isSafetensors: Bool {
    guard bytes.count > 8, bytes[8] == UInt8(ascii: "{") else { return false }
    let length = bytes[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return length <= UInt64(byteCount - 8)
  }

  /// Whether a file begins like JSON.
  public var isJSONObject: Bool {
    bytes.first { ![0x20, 0x09, 0x0a, 0x0d].contains($0) } == UInt8(ascii: "{")
  }

  /// Whether a file begins like a zip archive with something in it.
  public var isZip: Bool { bytes.starts(with: [0x50, 0x4b, 3, 4]) }

  /// Whether a file begins like one in HDF5.
  public var isHDF5: Bool { bytes.starts(with: [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]) }

  /// The names of the first files of a zip archive, as far as they stand in the bytes that were read.
  public var zipNames: [String] {
    var names: [String] = []
    var place = 0
    func number(_ offset: Int, _ count: Int) -> Int {
      (0..<count).reduce(0) { $0 | Int(bytes[place + offset + $1]) << (8 * $1) }
    }
    while place + 30 <= bytes.count, bytes[place...].starts(with: [0x50, 0x4b, 3, 4]) {
      let (size, nameLength, extraLength) = (number(18, 4), number(26, 2), number(28, 2))
      guard place + 30 + nameLength <= bytes.count else { break }
      names.append(String(decoding: bytes[place + 30..<place + 30 + nameLength], as: UTF8.self))
      place += 30 + nameLength + extraLength + size
    }
    return names
  }
}
