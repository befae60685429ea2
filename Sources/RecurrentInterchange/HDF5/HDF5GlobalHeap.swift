/// Where texts of any length stand: collections of objects, each with a number.
///
/// Collections are counted like other parts of the file, so that however many texts point into however many overlapping
/// collections, no more is read than the file has; and so are the texts taken out.
struct HDF5GlobalHeap {
  private static let headerLength = 16

  private let region: ByteRegion
  private var reader: HDF5Reader
  private var taken = 0
  private var collections: [Int: Collection] = [:]

  private struct Collection {
    let bytes: [UInt8]
    let objects: [UInt16: Range<Int>]
  }

  init(_ region: ByteRegion) {
    self.region = region
    reader = HDF5Reader(region)
  }

  /// The `count` bytes of the object with the number `index` in the collection at `offset`.
  mutating func object(_ index: UInt32, at offset: Int, count: Int) throws(HDF5Error) -> ArraySlice<UInt8> {
    let collection = try collection(at: offset)
    guard let index = UInt16(exactly: index), index > 0, let range = collection.objects[index], count <= range.count
    else { throw reader.error(.malformed("a text is not where it should be"), at: offset) }
    guard count <= region.count - taken else { throw reader.error(.partsOverlap, at: offset) }
    taken += count
    return collection.bytes[range.lowerBound..<range.lowerBound + count]
  }

  private mutating func collection(at offset: Int) throws(HDF5Error) -> Collection {
    if let known = collections[offset] { return known }
    var head = try reader.block("a heap of texts", at: offset, count: Self.headerLength)
    try head.expect(signature: "GCOL")
    try head.version(1...1)
    try head.skip(3)
    let size = try head.size()
    guard size >= Self.headerLength else { throw head.malformed("a heap of texts has \(size) bytes") }
    let count = size - Self.headerLength
    var cursor = try reader.block("a heap of texts", at: offset + Self.headerLength, count: count)
    let bytes = try cursor.bytes(count)

    var objects: [UInt16: Range<Int>] = [:]
    var position = 0
    while bytes.count - position >= Self.headerLength {
      let index: UInt16 = bytes.littleEndian(at: position)
      // Number 0 is the space that is free, up to the end.
      if index == 0 { break }
      let start = position + Self.headerLength
      guard let size = Int(exactly: bytes.littleEndian(UInt64.self, at: position + 8)), size <= bytes.count - start,
        objects.updateValue(start..<start + size, forKey: index) == nil
      else {
        throw reader.error(.malformed("a heap of texts is not made as it should be"), at: offset)
      }
      position = start + min((size + 7) / 8 * 8, bytes.count - start)
    }
    let collection = Collection(bytes: bytes, objects: objects)
    collections[offset] = collection
    return collection
  }
}
