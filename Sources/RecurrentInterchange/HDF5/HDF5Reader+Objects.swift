extension HDF5Reader {
  private static let prefixLength = 16
  private static let messageHeaderLength = 8

  /// The group or data set whose header stands at a place.
  ///
  /// - Parameter copy: What is said of its members where it is named.
  mutating func object(
    at offset: Int, path: String, depth: Int, copy: HDF5MemberTable? = nil
  ) throws(HDF5Error) -> HDF5Object {
    guard depth <= Self.depthLimit, path.utf8.count <= Self.pathLimit else {
      throw error(.tooDeep(limit: Self.depthLimit), path, at: offset)
    }
    guard headers.insert(offset).inserted else {
      throw error(.unsupported("an object under two names"), path, at: offset)
    }
    let header = try header(at: offset, path)
    try header.checkAttributes(region.path, offset)
    var attributes: [HDF5Attribute] = []
    for message in header.attributes { attributes.append(try attribute(message, path)) }
    if header[.externalFiles] != nil { throw error(.unsupported("data in other files"), path, at: offset) }
    if header[.filters] != nil { throw error(.unsupported("compressed data"), path, at: offset) }
    if header[.linkInformation] != nil || header[.link] != nil || header[.attributeInformation] != nil {
      throw error(.unsupported("groups of the newer form"), path, at: offset)
    }
    guard copy == nil || header[.symbolTable] != nil else {
      throw error(.malformed("an object has members, and its header says that it has none"), path, at: offset)
    }
    guard let table = header[.symbolTable] else { return .dataset(try dataset(header, attributes, path, at: offset)) }
    guard header[.layout] == nil else { throw error(.malformed("a group has data"), path, at: offset) }
    guard let table = try HDF5MemberTable(table) else {
      throw error(.malformed("a group has no table of members"), path, at: offset)
    }
    guard copy == nil || copy == table else {
      throw error(
        .malformed("the header of a group and its name say different things of its members"), path, at: offset)
    }
    return .group(
      HDF5Group(path: path, members: try members(table, path, depth), attributes: attributes))
  }

  /// Gathers the messages of a header, which may go on in other places.
  private mutating func header(at offset: Int, _ path: String) throws(HDF5Error) -> HDF5Header {
    var prefix = try block("an object header", at: offset, count: Self.prefixLength)
    let version = try prefix.number(UInt8.self)
    guard version == 1 else {
      let isNewer = version == UInt8(ascii: "O")
      throw error(
        isNewer ? .unsupported("object headers of the newer form") : .malformed("no object begins here"), path,
        at: offset)
    }
    try prefix.skip(1)
    let messageCount = Int(try prefix.number(UInt16.self))
    try prefix.skip(4)
    let size = Int(try prefix.number(UInt32.self))

    var header = HDF5Header()
    var count = 0
    // Each block is counted against the file, so a circle of them comes to an end.
    var blocks = [(offset: offset + Self.prefixLength, count: size)]
    while let next = blocks.popLast() {
      var cursor = try block("an object header", at: next.offset, count: next.count)
      // What is too short for a message is a gap.
      while cursor.count >= Self.messageHeaderLength, count < messageCount {
        count += 1
        let type = try cursor.number(UInt16.self)
        let size = Int(try cursor.number(UInt16.self))
        guard size % 8 == 0 else { throw cursor.malformed("a header message of \(size) bytes, no multiple of 8") }
        let flags = try cursor.number(UInt8.self)
        try cursor.skip(3)
        let start = cursor.offset
        var message = HDF5Cursor(
          try cursor.bytes(size), what: "a header message", at: start, file: region.path)
        if type == HDF5Header.continuation {
          guard let offset = try message.address() else { throw message.malformed("a header goes on nowhere") }
          blocks.append((offset, try message.size()))
        } else {
          try header.add(type, flags: flags, message)
        }
      }
    }
    guard count == messageCount else {
      throw error(.malformed("a header has \(count) of \(messageCount) messages"), path, at: offset)
    }
    return header
  }

  private mutating func dataset(
    _ header: HDF5Header, _ attributes: [HDF5Attribute], _ path: String, at offset: Int
  ) throws(HDF5Error) -> HDF5Dataset {
    guard var typeMessage = header[.datatype], var space = header[.dataspace], var layout = header[.layout] else {
      throw error(.malformed("an object is neither group nor data set"), path, at: offset)
    }
    let type = try HDF5ElementType(&typeMessage)
    let shape = try HDF5Dataspace.shape(&space)
    guard let byteCount = HDF5Dataspace.byteCount(shape, of: type) else {
      throw error(.malformed("the shape \(shape) gives no size that fits"), path, at: offset)
    }
    let start = try dataStart(&layout, byteCount, path)
    return HDF5Dataset(
      path: path, type: type, shape: shape, start: start, byteCount: byteCount, attributes: attributes)
  }

  /// Where the elements of a data set stand in the file.
  private mutating func dataStart(
    _ layout: inout HDF5Cursor, _ byteCount: Int, _ path: String
  ) throws(HDF5Error) -> Int {
    try layout.version(3...4)
    let kind = try layout.number(UInt8.self)
    let offset = layout.offset
    switch kind {
    case 0:
      let count = Int(try layout.number(UInt16.self))
      guard count >= byteCount, count <= layout.count else {
        throw error(.malformed("the data are shorter than the shape asks for"), path, at: offset)
      }
      // The header that holds them has been counted.
      return layout.offset
    case 1:
      let address = try layout.address()
      let count = try layout.size()
      guard byteCount > 0 else { return 0 }
      guard let address else { throw error(.unsupported("data that were never written"), path, at: offset) }
      guard count == byteCount else {
        throw error(.malformed("the data have \(count) bytes, their shape asks for \(byteCount)"), path, at: offset)
      }
      try claim(byteCount, at: address)
      guard region.part(at: address, count: byteCount) != nil else {
        throw error(.outside("the data"), path, at: address)
      }
      return address
    case 2: throw error(.unsupported("data in chunks"), path, at: offset)
    default: throw error(.unsupported("data put together from elsewhere"), path, at: offset)
    }
  }
}
