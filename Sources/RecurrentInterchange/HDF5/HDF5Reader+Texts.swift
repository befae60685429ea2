import RecurrentFormats

/// Where texts of any length stand: a collection of objects, each with a number.
struct HDF5TextCollection {
  let bytes: [UInt8]
  let objects: [UInt16: Range<Int>]
}

// Collections are counted like other parts of the file, and so are the texts taken out of them: however many attributes point to
// however few texts, no more is read than the file has.
extension HDF5Reader {
  private static let headerLength = 16
  private static let elementLength = 16

  /// An attribute with its texts.
  mutating func attribute(_ message: HDF5AttributeMessage, _ path: String) throws(HDF5Error) -> HDF5Attribute {
    HDF5Attribute(name: message.name, type: message.type, shape: message.shape, texts: try texts(message, path))
  }

  /// More texts than models have names; a text of one byte takes sixteen here.
  private static let textLimit = 1 << 20

  private mutating func texts(_ message: HDF5AttributeMessage, _ path: String) throws(HDF5Error) -> [String]? {
    var texts: [String] = []
    attributeTextCount += message.bytes.count / message.type.byteCount
    guard attributeTextCount <= Self.textLimit else {
      throw error(.unsupported("more than \(Self.textLimit) texts"), path, at: message.offset)
    }
    switch message.type {
    case .string(let count):
      for offset in stride(from: 0, to: message.bytes.count, by: count) {
        texts.append(try text(message.bytes[offset..<offset + count], message, path))
      }
    case .variableString:
      for offset in stride(from: 0, to: message.bytes.count, by: Self.elementLength) {
        let element = Array(message.bytes[offset..<offset + Self.elementLength])
        var cursor = HDF5Cursor(element, what: "a text", at: message.offset, file: region.path)
        let count = Int(try cursor.number(UInt32.self))
        let place = try cursor.address()
        let number = try cursor.number(UInt32.self)
        guard count > 0, let place else {
          texts.append("")
          continue
        }
        texts.append(try text(object(number, at: place, count: count, path), message, path))
      }
    default: return message.bytes.isEmpty ? [] : nil
    }
    return texts
  }

  /// Text up to the zero bytes that fill it up.
  private func text(
    _ bytes: ArraySlice<UInt8>, _ message: HDF5AttributeMessage, _ path: String
  ) throws(HDF5Error) -> String {
    guard let text = String(validating: bytes.prefix { $0 != 0 }, as: UTF8.self) else {
      throw error(.malformed("the text of '\(message.name.printable())' is no UTF-8"), path, at: message.offset)
    }
    return text
  }

  /// The `count` bytes of the object with a number in the collection at `offset`.
  private mutating func object(
    _ number: UInt32, at offset: Int, count: Int, _ path: String
  ) throws(HDF5Error) -> ArraySlice<UInt8> {
    let collection = try collection(at: offset)
    guard let number = UInt16(exactly: number), number > 0, let range = collection.objects[number],
      count <= range.count
    else { throw error(.malformed("a text is not where it should be"), path, at: offset) }
    guard count <= region.count - textCount else { throw error(.partsOverlap, path, at: offset) }
    textCount += count
    return collection.bytes[range.lowerBound..<range.lowerBound + count]
  }

  private mutating func collection(at offset: Int) throws(HDF5Error) -> HDF5TextCollection {
    if let known = collections[offset] { return known }
    var head = try block("a heap of texts", at: offset, count: Self.headerLength)
    try head.expect(signature: "GCOL")
    try head.version(1...1)
    try head.skip(3)
    let size = try head.size()
    guard size >= Self.headerLength else { throw head.malformed("a heap of texts has \(size) bytes") }
    var cursor = try block("a heap of texts", at: offset + Self.headerLength, count: size - Self.headerLength)
    let bytes = try cursor.bytes(cursor.count)

    var objects: [UInt16: Range<Int>] = [:]
    var position = 0
    while bytes.count - position >= Self.headerLength {
      let number: UInt16 = bytes.littleEndian(at: position)
      // Number 0 is the space that is free, up to the end.
      if number == 0 { break }
      let start = position + Self.headerLength
      guard let size = Int(exactly: bytes.littleEndian(UInt64.self, at: position + 8)), size <= bytes.count - start,
        objects.updateValue(start..<start + size, forKey: number) == nil
      else { throw error(.malformed("a heap of texts is not made as it should be"), at: offset) }
      position = start + min((size + 7) / 8 * 8, bytes.count - start)
    }
    let collection = HDF5TextCollection(bytes: bytes, objects: objects)
    collections[offset] = collection
    return collection
  }
}
