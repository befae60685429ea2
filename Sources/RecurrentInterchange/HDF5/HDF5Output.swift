import RecurrentFormats

/// The bytes of an HDF5 file, part after part. Each part stands behind those that it points to, so that its addresses are known.
struct HDF5Output {
  /// The place of a group's header, its tree and its heap.
  struct GroupPlace {
    let header: Int
    let tree: Int
    let heap: Int
  }

  /// The place of a text: its collection, and its number and length there.
  struct Text {
    let collection: Int
    let number: UInt16
    let byteCount: Int
  }

  private static let superblockLength = 96
  /// A table has up to twice as many members, a tree node up to twice as many children: h5py's sizes.
  private static let tableRank = 4
  private static let treeRank = 16

  private var bytes = [UInt8](repeating: 0, count: superblockLength)

  /// The order of names: that of their bytes.
  static func precedes(_ a: String, _ b: String) -> Bool { a.utf8.lexicographicallyPrecedes(b.utf8) }

  /// Adds a part at a multiple of 8 bytes; returns its place.
  private mutating func add(_ part: [UInt8]) -> Int {
    pad()
    defer { bytes += part }
    return bytes.count
  }

  private mutating func pad() {
    bytes += [UInt8](repeating: 0, count: (8 - bytes.count % 8) % 8)
  }

  /// Writes the superblock and returns the file.
  consuming func finish(root: GroupPlace) -> [UInt8] {
    pad()
    var block = HDF5Reader.signature
    // Versions of superblock, free space, root entry and shared messages; 8 bytes for addresses and for lengths.
    block += [0, 0, 0, 0, 0, 8, 8, 0]
    block.append(littleEndian: UInt16(Self.tableRank))
    block.append(littleEndian: UInt16(Self.treeRank))
    block.append(littleEndian: UInt32(0))
    for address in [0, UInt64.max, UInt64(bytes.count), UInt64.max] { block.append(littleEndian: address) }
    block += Self.entry(name: 0, header: root.header, scratch: [root.tree, root.heap])
    bytes.replaceSubrange(0..<Self.superblockLength, with: block)
    return bytes
  }

  /// A line of a table of members, whose scratch space repeats where the tree and the heap of a group are.
  private static func entry(name: Int, header: Int, scratch: [Int]? = nil) -> [UInt8] {
    var entry: [UInt8] = []
    entry.append(littleEndian: UInt64(name))
    entry.append(littleEndian: UInt64(header))
    entry.append(littleEndian: UInt32(scratch == nil ? 0 : 1))
    entry.append(littleEndian: UInt32(0))
    for address in scratch ?? [0, 0] { entry.append(littleEndian: UInt64(address)) }
    return entry
  }
}

// MARK: - Objects

extension HDF5Output {
  /// Adds an object header of version 1; returns its place.
  private mutating func addHeader(_ messages: [(kind: HDF5Header.Kind, body: [UInt8])]) -> Int {
    var body: [UInt8] = []
    for message in messages {
      body.append(littleEndian: message.kind.rawValue)
      let padding = (8 - message.body.count % 8) % 8
      body.append(littleEndian: UInt16(message.body.count + padding))
      body += [0, 0, 0, 0]
      body += message.body + [UInt8](repeating: 0, count: padding)
    }
    var header: [UInt8] = [1, 0]
    header.append(littleEndian: UInt16(messages.count))
    header.append(littleEndian: UInt32(1))
    header.append(littleEndian: UInt32(body.count))
    header += [0, 0, 0, 0]
    return add(header + body)
  }

  /// Adds numbers and the header of their data set; returns the header's place.
  mutating func add(_ values: [Float], shape: [Int]) -> Int {
    pad()
    // No values have no place.
    let place = values.isEmpty ? UInt64.max : UInt64(bytes.count)
    values.withUnsafeBytes { bytes.append(contentsOf: $0) }

    var layout: [UInt8] = [3, 1]
    layout.append(littleEndian: place)
    layout.append(littleEndian: UInt64(values.count * 4))
    return addHeader([(.dataspace, Self.dataspace(shape)), (.datatype, Self.float32), (.layout, layout)])
  }

  private static func dataspace(_ shape: [Int]) -> [UInt8] {
    var message: [UInt8] = [1, UInt8(shape.count), 0, 0, 0, 0, 0, 0]
    for length in shape { message.append(littleEndian: UInt64(length)) }
    return message
  }

  /// A little-endian IEEE 754 number of 4 bytes: sign in bit 31, exponent from bit 23 on in 8 bits, fraction in 23 bits, bias 127.
  private static let float32: [UInt8] = [0x11, 0x20, 31, 0, 4, 0, 0, 0, 0, 0, 32, 0, 23, 8, 0, 23, 127, 0, 0, 0]
  /// A text of any length in UTF-8, made of bytes.
  private static let variableString: [UInt8] = [0x19, 1, 1, 0, 16, 0, 0, 0, 0x10, 0, 0, 0, 1, 0, 0, 0, 0, 0, 8, 0]

  private static func attribute(_ name: String, _ text: Text) -> [UInt8] {
    let space = dataspace([])
    var message: [UInt8] = [1, 0]
    let nameBytes = Array(name.utf8) + [0]
    for count in [nameBytes.count, variableString.count, space.count] { message.append(littleEndian: UInt16(count)) }
    for part in [nameBytes, variableString, space] {
      message += part + [UInt8](repeating: 0, count: (8 - part.count % 8) % 8)
    }
    message.append(littleEndian: UInt32(text.byteCount))
    message.append(littleEndian: UInt64(text.collection))
    message.append(littleEndian: UInt32(text.number))
    return message
  }
}

// MARK: - Groups

extension HDF5Output {
  /// Adds a group of members, which are in the order of their names.
  mutating func addGroup(
    _ members: [(name: String, header: Int)], attributes: [(String, Text)]
  ) -> GroupPlace {
    // An empty name at the start stands for "before all others" in the tree.
    var names = [UInt8](repeating: 0, count: 8)
    var offsets: [Int] = []
    for member in members {
      offsets.append(names.count)
      names += Array(member.name.utf8) + [0]
      names += [UInt8](repeating: 0, count: (8 - names.count % 8) % 8)
    }
    let heap = addHeap(names)
    var nodes: [(last: Int, place: Int)] = []
    for start in stride(from: 0, to: members.count, by: 2 * Self.tableRank) {
      let range = start..<min(start + 2 * Self.tableRank, members.count)
      nodes.append((offsets[range.upperBound - 1], addTable(range.map { (offsets[$0], members[$0].header) })))
    }
    let tree = addTree(nodes)

    var table: [UInt8] = []
    table.append(littleEndian: UInt64(tree))
    table.append(littleEndian: UInt64(heap))
    let header = addHeader(
      [(.symbolTable, table)] + attributes.map { (.attribute, Self.attribute($0.0, $0.1)) })
    return GroupPlace(header: header, tree: tree, heap: heap)
  }

  private mutating func addHeap(_ names: [UInt8]) -> Int {
    let data = add(names)
    var head = Array("HEAP".utf8) + [0, 0, 0, 0]
    // The second number, 1, says that nothing is free.
    for value in [names.count, 1, data] { head.append(littleEndian: UInt64(value)) }
    return add(head)
  }

  private mutating func addTable(_ members: [(name: Int, header: Int)]) -> Int {
    var table = Array("SNOD".utf8) + [1, 0]
    table.append(littleEndian: UInt16(members.count))
    for member in members { table += Self.entry(name: member.name, header: member.header) }
    return add(Self.filled(table, to: 8 + 2 * Self.tableRank * 40))
  }

  /// Adds the levels of a tree from the tables up; returns the place of its root.
  private mutating func addTree(_ tables: [(last: Int, place: Int)]) -> Int {
    var children = tables
    var level: UInt8 = 0
    while true {
      var nodes: [(last: Int, place: Int)] = []
      let count = 2 * Self.treeRank
      // Nodes of a level know their neighbours, and all have the same size.
      let first = bytes.count + (8 - bytes.count % 8) % 8
      let starts = Array(stride(from: 0, to: max(children.count, 1), by: count))
      for (index, start) in starts.enumerated() {
        let part = children[start..<min(start + count, children.count)]
        // The last name of the node before stands in front.
        let before = start == 0 ? 0 : children[start - 1].last
        let left = index == 0 ? UInt64.max : UInt64(first + (index - 1) * Self.nodeLength)
        let right = index == starts.count - 1 ? UInt64.max : UInt64(first + (index + 1) * Self.nodeLength)
        let node = Self.node(part, before: before, level: level, left: left, right: right)
        nodes.append((part.last?.last ?? 0, add(node)))
      }
      if nodes.count == 1 { return nodes[0].place }
      children = nodes
      level += 1
    }
  }

  private static let nodeLength = 24 + 2 * treeRank * 16 + 8

  private static func node(
    _ children: ArraySlice<(last: Int, place: Int)>, before: Int, level: UInt8, left: UInt64, right: UInt64
  ) -> [UInt8] {
    var node = Array("TREE".utf8) + [0, level]
    node.append(littleEndian: UInt16(children.count))
    node.append(littleEndian: left)
    node.append(littleEndian: right)
    node.append(littleEndian: UInt64(before))
    for child in children {
      node.append(littleEndian: UInt64(child.place))
      node.append(littleEndian: UInt64(child.last))
    }
    return filled(node, to: nodeLength)
  }

  private static func filled(_ part: [UInt8], to count: Int) -> [UInt8] {
    part + [UInt8](repeating: 0, count: count - part.count)
  }
}

// MARK: - Texts

extension HDF5Output {
  /// The smallest collection that the HDF5 library reads.
  static let collectionLength = 4096
  private static let objectHeaderLength = 16

  /// Adds collections of texts, each of so many bytes at least; returns where each text is.
  mutating func addTexts(_ texts: [String], collectionLength: Int) -> [Text] {
    var places: [Text] = []
    var rest = texts[...]
    while !rest.isEmpty {
      pad()
      let place = bytes.count
      var body: [UInt8] = []
      // Few enough for numbers of 2 bytes.
      let part = rest.prefix(1 << 15)
      for (index, text) in part.enumerated() {
        let number = UInt16(index + 1)
        let text = Array(text.utf8)
        body.append(littleEndian: number)
        body += [0, 0, 0, 0, 0, 0]
        body.append(littleEndian: UInt64(text.count))
        body += text + [UInt8](repeating: 0, count: (8 - text.count % 8) % 8)
        places.append(Text(collection: place, number: number, byteCount: text.count))
      }
      let length = max(collectionLength, Self.objectHeaderLength + body.count)
      let free = length - Self.objectHeaderLength - body.count
      if free >= Self.objectHeaderLength {
        body += [0, 0, 0, 0, 0, 0, 0, 0]
        body.append(littleEndian: UInt64(free))
      }
      var head = Array("GCOL".utf8) + [1, 0, 0, 0]
      head.append(littleEndian: UInt64(length))
      _ = add(Self.filled(head + body, to: length))
      rest = rest.dropFirst(part.count)
    }
    return places
  }
}
