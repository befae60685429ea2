/// Reads one block of an HDF5 file from front to back. Nothing outside the block can be reached.
struct HDF5Cursor {
  /// What the block is, for messages.
  let what: String
  /// The file, for messages.
  let file: String?
  /// The place of the next byte in the file.
  var offset: Int { start + position }
  /// The number of bytes that are left.
  var count: Int { bytes.count - position }

  private let bytes: [UInt8]
  private let start: Int
  private var position = 0

  init(_ bytes: [UInt8], what: String, at start: Int, file: String?) {
    self.bytes = bytes
    self.what = what
    self.start = start
    self.file = file
  }

  func error(_ kind: HDF5Error.Kind) -> HDF5Error { HDF5Error(kind, file: file, offset: offset) }

  func malformed(_ reason: String) -> HDF5Error { error(.malformed(reason)) }

  mutating func bytes(_ count: Int) throws(HDF5Error) -> [UInt8] {
    guard count >= 0, count <= self.count else { throw malformed("\(what) ends too early") }
    defer { position += count }
    return Array(bytes[position..<position + count])
  }

  mutating func skip(_ count: Int) throws(HDF5Error) {
    guard count >= 0, count <= self.count else { throw malformed("\(what) ends too early") }
    position += count
  }

  /// Passes over what fills up to a multiple of 8 bytes from the start of the block; the last such gap may be left out.
  mutating func align() throws(HDF5Error) { try skip(min((8 - position % 8) % 8, count)) }

  mutating func number<Integer: FixedWidthInteger & UnsignedInteger>(
    _ type: Integer.Type = Integer.self
  ) throws(HDF5Error) -> Integer {
    let count = Integer.bitWidth / 8
    guard count <= self.count else { throw malformed("\(what) ends too early") }
    defer { position += count }
    return bytes.littleEndian(at: position)
  }

  /// A size or count, which fits the file's own size in any file that is whole.
  mutating func size() throws(HDF5Error) -> Int {
    let value = try number(UInt64.self)
    guard let size = Int(exactly: value) else { throw malformed("\(what) gives the size \(value)") }
    return size
  }

  /// A place in the file, or nil for the one that means none.
  mutating func address() throws(HDF5Error) -> Int? {
    let value = try number(UInt64.self)
    guard value != .max else { return nil }
    guard let address = Int(exactly: value) else { throw error(.outside(what)) }
    return address
  }

  mutating func expect(signature: String) throws(HDF5Error) {
    let found = try bytes(signature.utf8.count)
    guard found == Array(signature.utf8) else { throw malformed("\(what) does not begin with \(signature)") }
  }

  /// Reads a version and checks that it is one of those known.
  @discardableResult
  mutating func version(_ known: ClosedRange<UInt8>) throws(HDF5Error) -> UInt8 {
    let version = try number(UInt8.self)
    guard known.contains(version) else { throw error(.unsupported("version \(version) of \(what)")) }
    return version
  }
}
