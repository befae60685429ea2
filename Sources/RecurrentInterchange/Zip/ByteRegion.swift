import RecurrentFormats

/// A file, an array, or a part of one of the two, that is read at any place: a member of an archive is read where it lies.
struct ByteRegion: Sendable {
  private enum Source: Sendable {
    case memory([UInt8])
    case file(ReadableFile)
  }

  /// The path of the file, or nil where the bytes came from memory.
  let path: String?
  private let source: Source
  private let range: Range<Int>

  /// All of the file at `path`.
  init(path: String) throws(FileError) {
    let file = try ReadableFile(path)
    self.path = path
    source = .file(file)
    range = 0..<file.byteCount
  }

  /// All of `bytes`, which errors say to be of the file at `path`.
  init(_ bytes: [UInt8], path: String? = nil) {
    self.path = path
    source = .memory(bytes)
    range = bytes.indices
  }

  private init(_ region: ByteRegion, _ range: Range<Int>) {
    path = region.path
    source = region.source
    self.range = range
  }

  /// The number of bytes.
  var count: Int { range.count }

  /// The `count` bytes from `offset` on as a region of their own, or nil where they do not all lie in this one.
  func part(at offset: Int, count: Int) -> ByteRegion? {
    guard contains(offset, count) else { return nil }
    let start = range.lowerBound + offset
    return ByteRegion(self, start..<start + count)
  }

  /// The `count` bytes from `offset` on, or nil where they do not all lie in the region.
  func bytes(at offset: Int, count: Int) throws(FileError) -> [UInt8]? {
    guard contains(offset, count) else { return nil }
    let start = range.lowerBound + offset
    switch source {
    case .memory(let bytes): return Array(bytes[start..<start + count])
    case .file(let file): return try file.bytes(in: start..<start + count)
    }
  }

  /// Fills `buffer` with the bytes from `offset` on.
  /// - Returns: false, with nothing read, where they do not all lie in the region.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FileError) -> Bool {
    guard contains(offset, buffer.count) else { return false }
    let start = range.lowerBound + offset
    switch source {
    case .memory(let bytes):
      bytes.withUnsafeBytes {
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[start..<start + buffer.count]))
      }
    case .file(let file):
      try file.read(into: buffer, at: start)
    }
    return true
  }

  /// Puts the bytes from `offset` on into the first `count` elements of an array.
  /// - Returns: false, with nothing read, where they do not all lie in the region.
  func read<Element: BitwiseCopyable>(
    into elements: inout [Element], count: Int, at offset: Int
  ) throws(FileError) -> Bool {
    try elements.withUnsafeMutableBufferPointer { (buffer) throws(FileError) in
      let part = UnsafeMutableBufferPointer(rebasing: buffer[..<count])
      return try read(into: UnsafeMutableRawBufferPointer(part), at: offset)
    }
  }

  private func contains(_ offset: Int, _ count: Int) -> Bool {
    offset >= 0 && count >= 0 && offset <= self.count && count <= self.count - offset
  }
}
