import RecurrentFormats

/// Groups of the older form: a tree of tables of members, and a heap with their names.
extension HDF5Reader {
  private static let treeHeaderLength = 24
  private static let heapHeaderLength = 32
  private static let tableHeaderLength = 8
  private static let entryLength = 40
  /// No tree of tables that fits a file is higher.
  private static let heightLimit: UInt8 = 32

  /// What a table of members says of one of them.
  private typealias Entry = (name: String, header: Int, copy: HDF5MemberTable?)

  /// The members of a group.
  mutating func members(
    _ table: HDF5MemberTable, _ path: String, _ depth: Int
  ) throws(HDF5Error) -> [HDF5Group.Member] {
    let names = try self.names(at: table.heap)
    var entries: [Entry] = []
    for place in try tables(at: table.tree, path) {
      try addEntries(of: place, names, path, to: &entries)
    }
    var members: [HDF5Group.Member] = []
    for (name, header, copy) in entries {
      let memberPath = path.isEmpty ? name : path + "/" + name
      members.append((name, try object(at: header, path: memberPath, depth: depth + 1, copy: copy)))
    }
    return members
  }

  /// The heap of names of a group.
  private mutating func names(at offset: Int) throws(HDF5Error) -> [UInt8] {
    var cursor = try block("a local heap", at: offset, count: Self.heapHeaderLength)
    try cursor.expect(signature: "HEAP")
    try cursor.version(0...0)
    try cursor.skip(3)
    let size = try cursor.size()
    // The place of the first free bytes; 1 stands for none.
    let free = try cursor.number(UInt64.self)
    guard free == 1 || free < UInt64(size) else { throw cursor.malformed("the free bytes of a local heap lie outside") }
    guard let data = try cursor.address() else { throw cursor.malformed("a local heap has no data") }
    var contents = try block("the data of a local heap", at: data, count: size)
    return try contents.bytes(size)
  }

  /// The places of the tables below a tree, in order.
  private mutating func tables(at root: Int, _ path: String) throws(HDF5Error) -> [Int] {
    var nodes = [root]
    var level: UInt8?
    // One level after another, down to that whose children are tables.
    repeat {
      let expectedLevel = level.map { $0 - 1 }
      var children: [Int] = []
      for node in nodes {
        level = try addChildren(ofNodeAt: node, expectedLevel: expectedLevel, path, to: &children)
      }
      nodes = children
    } while level != 0
    return nodes
  }

  /// Adds the places that a node of a tree points to; returns its level.
  private mutating func addChildren(
    ofNodeAt offset: Int, expectedLevel: UInt8?, _ path: String, to children: inout [Int]
  ) throws(HDF5Error) -> UInt8 {
    var cursor = try block("a tree node", at: offset, count: Self.treeHeaderLength)
    try cursor.expect(signature: "TREE")
    guard try cursor.number(UInt8.self) == 0 else { throw cursor.malformed("a tree node is not one of a group") }
    let level = try cursor.number(UInt8.self)
    guard level == expectedLevel ?? level, level <= Self.heightLimit else {
      throw cursor.malformed("a tree node has the level \(level)")
    }
    let count = Int(try cursor.number(UInt16.self))
    guard count > 0 || level == 0 else { throw cursor.malformed("a tree node has no children") }
    var body = try block("a tree node", at: offset + Self.treeHeaderLength, count: count * 16)
    for _ in 0..<count {
      try body.skip(8)
      guard let child = try body.address() else { throw body.malformed("a tree node points nowhere") }
      children.append(child)
    }
    return level
  }

  /// Adds the entries of one table of members. Their names rise strictly, so none stands twice.
  private mutating func addEntries(
    of offset: Int, _ names: [UInt8], _ path: String, to entries: inout [Entry]
  ) throws(HDF5Error) {
    var head = try block("a table of members", at: offset, count: Self.tableHeaderLength)
    try head.expect(signature: "SNOD")
    try head.version(1...1)
    try head.skip(1)
    let count = Int(try head.number(UInt16.self))
    var cursor = try block(
      "a table of members", at: offset + Self.tableHeaderLength, count: count * Self.entryLength)
    for _ in 0..<count {
      let place = cursor.offset
      let name = try self.name(at: try cursor.size(), in: names, path, place)
      if let last = entries.last {
        guard last.name.utf8.lexicographicallyPrecedes(name.utf8) else {
          throw error(
            .malformed("the members '\(last.name.printable())' and '\(name.printable())' are not in order"), path,
            at: place)
        }
      }
      let header = try cursor.address()
      var kind = cursor
      guard try kind.number(UInt32.self) != 2 else {
        throw error(.unsupported("the soft link '\(name.printable())'"), path, at: place)
      }
      guard let header else {
        throw error(.malformed("the member '\(name.printable())' has no place"), path, at: place)
      }
      entries.append((name, header, try HDF5MemberTable(copyIn: &cursor)))
    }
  }

  private func name(
    at offset: Int, in heap: [UInt8], _ path: String, _ place: Int
  ) throws(HDF5Error) -> String {
    guard offset < heap.count, let end = heap[offset...].firstIndex(of: 0), end > offset else {
      throw error(.malformed("a member has no name"), path, at: place)
    }
    guard end - offset <= Self.pathLimit else { throw error(.tooDeep(limit: Self.depthLimit), path, at: place) }
    guard let name = String(validating: heap[offset..<end], as: UTF8.self), !name.contains("/"), name != "." else {
      throw error(.malformed("a member has a name that is no UTF-8 or holds '/'"), path, at: place)
    }
    return name
  }
}
