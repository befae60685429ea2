import RecurrentFormats

/// Walks through the structure of an HDF5 file ("HDF5 File Format Specification Version 3.0"): superblock, object headers, groups.
///
/// In a file that is whole no two parts overlap, so all that is read together is never more than the file. The reader keeps count:
/// cycles, groups that are linked twice and data sets that share their bytes end there, and time and memory stay bounded.
struct HDF5Reader {
  let region: ByteRegion
  /// How many bytes of the file no part has claimed yet.
  private var unclaimed: Int
  /// The places of the headers that have been read.
  var headers: Set<Int> = []
  /// The collections of texts that have been read, and how many bytes of text were taken out of them.
  var collections: [Int: HDF5TextCollection] = [:]
  var textCount = 0
  /// Half of the members that a table has room for, and of the children that a node of a tree has room for.
  private(set) var (tableRank, treeRank) = (0, 0)
  /// How many elements the attributes have that have been read.
  var attributeTextCount = 0

  static let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]
  static let depthLimit = 32
  /// The longest path from the root, in bytes.
  static let pathLimit = 1024
  private static let superblockLength = 96

  init(_ region: ByteRegion) {
    self.region = region
    unclaimed = region.count
  }

  /// The group at the root, with all that is in it.
  mutating func root() throws(HDF5Error) -> HDF5Group {
    let (start, copy) = try superblock()
    let object = try object(at: start, path: "", depth: 0, copy: copy)
    guard case .group(let group) = object else {
      throw HDF5Error(.malformed("the root is no group"), file: region.path, offset: start)
    }
    return group
  }

  func error(_ kind: HDF5Error.Kind, _ path: String? = nil, at offset: Int? = nil) -> HDF5Error {
    HDF5Error(kind, file: region.path, object: path, offset: offset)
  }

  /// Counts bytes of the file as used.
  mutating func claim(_ count: Int, at offset: Int) throws(HDF5Error) {
    guard count <= unclaimed else { throw error(.partsOverlap, at: offset) }
    unclaimed -= count
  }

  /// The bytes of one part of the file.
  mutating func block(_ what: String, at offset: Int, count: Int) throws(HDF5Error) -> HDF5Cursor {
    try claim(count, at: offset)
    guard let bytes = try region.hdf5Bytes(at: offset, count: count) else { throw error(.outside(what), at: offset) }
    return HDF5Cursor(bytes, what: what, at: offset, file: region.path)
  }

  /// Reads the superblock; returns the place of the root's header, and what is said of its members beside it.
  private mutating func superblock() throws(HDF5Error) -> (header: Int, copy: HDF5MemberTable?) {
    guard region.count >= Self.signature.count + 1 else { throw error(.notHDF5) }
    var head = try block("the superblock", at: 0, count: 9)
    guard try head.bytes(8) == Self.signature else { throw error(.notHDF5) }
    let version = try head.number(UInt8.self)
    guard version <= 1 else { throw error(.unsupported("version \(version) of the superblock"), at: 8) }

    var cursor = try block("the superblock", at: 9, count: Self.superblockLength - 9 + (version == 1 ? 4 : 0))
    let versions = try cursor.bytes(3)
    guard versions[0] == 0, versions[1] == 0 else { throw cursor.error(.unsupported("another superblock")) }
    let sharedVersion = try cursor.number(UInt8.self)
    let sizes = try cursor.bytes(3)
    guard sharedVersion == 0, sizes[0] == 8, sizes[1] == 8 else {
      throw cursor.error(.unsupported("addresses of other than 8 bytes"))
    }
    tableRank = Int(try cursor.number(UInt16.self))
    treeRank = Int(try cursor.number(UInt16.self))
    guard tableRank > 0, treeRank > 0 else { throw cursor.malformed("tables or trees without members") }
    guard try cursor.number(UInt32.self) == 0 else { throw cursor.error(.unsupported("a file that was not closed")) }
    if version == 1 { try cursor.skip(4) }
    guard try cursor.address() == 0 else { throw cursor.error(.unsupported("a block of other data in front")) }
    guard try cursor.address() == nil else { throw cursor.error(.unsupported("a list of free space")) }
    let end = try cursor.number(UInt64.self)
    guard end == UInt64(region.count) else { throw error(.wrongSize(expected: end, actual: region.count)) }
    guard try cursor.address() == nil else { throw cursor.error(.unsupported("a driver of its own")) }
    try cursor.skip(8)
    guard let root = try cursor.address() else { throw cursor.malformed("the root has no place") }
    return (root, try HDF5MemberTable(copyIn: &cursor))
  }
}

/// Where the members of a group are listed. Beside the place of a group's header there may be a copy of what it says, which other
/// readers use in its stead: both must agree, or a file would mean two things.
struct HDF5MemberTable: Hashable {
  let tree: Int
  let heap: Int

  /// Reads the symbol-table message of a header; nil where it points nowhere.
  init?(_ message: HDF5Cursor) throws(HDF5Error) {
    var message = message
    guard let tree = try message.address(), let heap = try message.address() else { return nil }
    (self.tree, self.heap) = (tree, heap)
  }

  /// Reads the copy in an entry, from its kind on; nil where there is none.
  init?(copyIn entry: inout HDF5Cursor) throws(HDF5Error) {
    let kind = try entry.number(UInt32.self)
    guard kind <= 1 else { throw entry.malformed("an entry of the kind \(kind)") }
    try entry.skip(4)
    guard kind == 1 else {
      try entry.skip(16)
      return nil
    }
    guard let tree = try entry.address(), let heap = try entry.address() else {
      throw entry.malformed("an entry points nowhere")
    }
    (self.tree, self.heap) = (tree, heap)
  }
}

extension ByteRegion {
  /// The bytes at a place, nil where they do not lie in the file.
  func hdf5Bytes(at offset: Int, count: Int) throws(HDF5Error) -> [UInt8]? {
    do throws(FileError) {
      return try bytes(at: offset, count: count)
    } catch {
      throw HDF5Error(.file(error), file: path)
    }
  }
}
