/// A named value that is attached to a group or data set.
public struct HDF5Attribute: Hashable, Sendable {
  /// The name.
  public let name: String
  /// The type of its elements.
  public let type: HDF5ElementType
  /// The lengths of its axes; none for a single value.
  public let shape: [Int]
  /// Its texts; nil for an attribute of another type. Of an attribute without elements, whatever their type, there are none: NumPy
  /// gives an empty list of names the type of numbers.
  public let texts: [String]?
}

/// An attribute as it stands in an object header.
struct HDF5AttributeMessage {
  let name: String
  let type: HDF5ElementType
  let shape: [Int]
  /// The elements as they stand in the file.
  let bytes: [UInt8]
  /// Where the message stands in the file.
  let offset: Int

  /// Reads an attribute message.
  init(_ cursor: inout HDF5Cursor) throws(HDF5Error) {
    offset = cursor.offset
    let version = try cursor.version(1...3)
    let flags = try cursor.number(UInt8.self)
    guard version == 1 || flags == 0 else { throw cursor.error(.unsupported("an attribute of a shared type")) }
    let nameCount = Int(try cursor.number(UInt16.self))
    let typeCount = Int(try cursor.number(UInt16.self))
    let spaceCount = Int(try cursor.number(UInt16.self))
    if version == 3 { try cursor.skip(1) }

    let nameBytes = try Self.part(&cursor, nameCount, isPadded: version == 1)
    guard let end = nameBytes.firstIndex(of: 0), end > 0,
      let name = String(validating: nameBytes[..<end], as: UTF8.self)
    else { throw cursor.malformed("an attribute has no name") }
    self.name = name
    let typeStart = cursor.offset
    var type = HDF5Cursor(
      try Self.part(&cursor, typeCount, isPadded: version == 1), what: "the type of an attribute", at: typeStart,
      file: cursor.file)
    self.type = try HDF5ElementType(&type)
    let spaceStart = cursor.offset
    var space = HDF5Cursor(
      try Self.part(&cursor, spaceCount, isPadded: version == 1), what: "the shape of an attribute", at: spaceStart,
      file: cursor.file)
    shape = try HDF5Dataspace.shape(&space)
    guard let count = HDF5Dataspace.byteCount(shape, of: self.type), count <= cursor.count else {
      throw cursor.malformed("an attribute has fewer bytes than its shape asks for")
    }
    bytes = try cursor.bytes(count)
  }

  private static func part(_ cursor: inout HDF5Cursor, _ count: Int, isPadded: Bool) throws(HDF5Error) -> [UInt8] {
    let bytes = try cursor.bytes(count)
    if isPadded { try cursor.skip((8 - count % 8) % 8) }
    return bytes
  }
}

/// The shape of a data set or attribute.
enum HDF5Dataspace {
  private static let rankLimit = 32

  /// Reads a dataspace message. A null space, which holds nothing, has one axis of length 0.
  static func shape(_ cursor: inout HDF5Cursor) throws(HDF5Error) -> [Int] {
    let version = try cursor.version(1...2)
    let rank = Int(try cursor.number(UInt8.self))
    let flags = try cursor.number(UInt8.self)
    let kind = try cursor.number(UInt8.self)
    guard rank <= rankLimit else { throw cursor.malformed("a shape has \(rank) axes") }
    guard flags & ~1 == 0 else { throw cursor.error(.unsupported("a shape with options \(flags)")) }
    if version == 1 { try cursor.skip(4) }
    if version == 2 && kind == 2 { return [0] }
    guard version == 1 || kind == (rank == 0 ? 0 : 1) else { throw cursor.malformed("a shape is of no known kind") }
    var shape: [Int] = []
    for _ in 0..<rank { shape.append(try cursor.size()) }
    return shape
  }

  /// The bytes that a shape takes, nil where the number does not fit.
  static func byteCount(_ shape: [Int], of type: HDF5ElementType) -> Int? {
    var count = type.byteCount
    // Zero first: an empty tensor may have axes whose product does not fit.
    if shape.contains(0) { return 0 }
    for length in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: length)
      guard !overflow else { return nil }
      count = product
    }
    return count
  }
}
