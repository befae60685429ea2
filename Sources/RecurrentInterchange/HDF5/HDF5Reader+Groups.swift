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
  /// A child of a tree node: its names come after that at `low` in the heap, up to that at `high`.
  private typealias Child = (place: Int, low: Int, high: Int)

  /// The members of a group.
  mutating func members(
    _ table: HDF5MemberTable, _ path: String, _ depth: Int
  ) throws(HDF5Error) -> [HDF5Group.Member] {
    let names = try self.names(at: table.heap)
    var entries: [Entry] = []
    for child in try tables(at: table.tree, path) {
      let first = entries.count
      try addEntries(of: child.place, names, path, to: &entries)
      try check(entries[first...].map(\.name), against: child, names, path)
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
    let bytes = try contents.bytes(size)
    if free != 1 { try checkFreeBlocks(of: bytes, from: free, contents) }
    return bytes
  }

  /// Follows the list of free blocks, each with the place of the next one and its own length.
  private func checkFreeBlocks(of heap: [UInt8], from first: UInt64, _ cursor: HDF5Cursor) throws(HDF5Error) {
    let lengthOfHead: UInt64 = 16
    var (place, blocks) = (first, 0)
    repeat {
      guard place <= UInt64(heap.count), UInt64(heap.count) - place >= lengthOfHead, blocks < heap.count / 16 else {
        throw cursor.malformed("the list of free bytes of a local heap leads outside")
      }
      let start = Int(place)
      let (next, length): (UInt64, UInt64) = (heap.littleEndian(at: start), heap.littleEndian(at: start + 8))
      guard length >= lengthOfHead, length <= UInt64(heap.count) - place else {
        throw cursor.malformed("free bytes of a local heap lie outside")
      }
      place = next
      blocks += 1
    } while place != 1
  }

  /// The places of the tables below a tree, in order.
  private mutating func tables(at root: Int, _ path: String) throws(HDF5Error) -> [Child] {
    var nodes: [Child] = [(root, 0, 0)]
    var level: UInt8?
    // One level after another, down to that whose children are tables.
    repeat {
      let expectedLevel = level.map { $0 - 1 }
      var children: [Child] = []
      for (index, node) in nodes.enumerated() {
        let neighbours = (
          index == 0 ? nil : nodes[index - 1].place, index == nodes.count - 1 ? nil : nodes[index + 1].place
        )
        level = try addChildren(
          ofNodeAt: node.place, between: neighbours, expectedLevel: expectedLevel, path, to: &children)
      }
      nodes = children
    } while level != 0
    return nodes
  }

  /// Adds the places that a node of a tree points to; returns its level.
  private mutating func addChildren(
    ofNodeAt offset: Int, between neighbours: (left: Int?, right: Int?), expectedLevel: UInt8?, _ path: String,
    to children: inout [Child]
  ) throws(HDF5Error) -> UInt8 {
    // A node has room for twice its rank of children, and for one key more than that.
    var cursor = try block("a tree node", at: offset, count: Self.treeHeaderLength + treeRank * 32 + 8)
    try cursor.expect(signature: "TREE")
    guard try cursor.number(UInt8.self) == 0 else { throw cursor.malformed("a tree node is not one of a group") }
    let level = try cursor.number(UInt8.self)
    guard level == expectedLevel ?? level, level <= Self.heightLimit else {
      throw cursor.malformed("a tree node has the level \(level)")
    }
    let count = Int(try cursor.number(UInt16.self))
    guard count <= 2 * treeRank, count > 0 || level == 0 else {
      throw cursor.malformed("a tree node has \(count) children")
    }
    guard try cursor.address() == neighbours.left, try cursor.address() == neighbours.right else {
      throw cursor.malformed("a tree node names other neighbours than it has")
    }
    var low = try cursor.size()
    for _ in 0..<count {
      guard let place = try cursor.address() else { throw cursor.malformed("a tree node points nowhere") }
      let high = try cursor.size()
      children.append((place, low, high))
      low = high
    }
    return level
  }

  /// Refuses a table whose names are not between the keys of the tree: a search would not find them.
  private func check(
    _ members: [String], against child: Child, _ heap: [UInt8], _ path: String
  ) throws(HDF5Error) {
    guard let low = key(at: child.low, in: heap), let high = key(at: child.high, in: heap),
      members.first.map({ low.lexicographicallyPrecedes($0.utf8) }) ?? true,
      members.last.map({ !high.lexicographicallyPrecedes($0.utf8) }) ?? true
    else {
      throw error(.malformed("the keys of a tree do not lead to its members"), path, at: child.place)
    }
  }

  /// The name at a place of a heap, which may be empty.
  private func key(at offset: Int, in heap: [UInt8]) -> ArraySlice<UInt8>? {
    guard offset < heap.count, let end = heap[offset...].firstIndex(of: 0) else { return nil }
    return heap[offset..<end]
  }

  /// Adds the entries of one table of members. Their names rise strictly, so none stands twice.
  private mutating func addEntries(
    of offset: Int, _ names: [UInt8], _ path: String, to entries: inout [Entry]
  ) throws(HDF5Error) {
    // A table has room for twice its rank of members.
    let room = Self.tableHeaderLength + 2 * tableRank * Self.entryLength
    var cursor = try block("a table of members", at: offset, count: room)
    try cursor.expect(signature: "SNOD")
    try cursor.version(1...1)
    try cursor.skip(1)
    let count = Int(try cursor.number(UInt16.self))
    guard count <= 2 * tableRank else { throw cursor.malformed("a table has \(count) members") }
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
