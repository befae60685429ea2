/// The messages of an object header: what an object is, and its attributes.
struct HDF5Header {
  /// The kinds of messages that say something about the objects that are read.
  enum Kind: UInt16 {
    case dataspace = 0x1
    case linkInformation = 0x2
    case datatype = 0x3
    case link = 0x6
    case externalFiles = 0x7
    case layout = 0x8
    case filters = 0xb
    case attribute = 0xc
    case symbolTable = 0x11
    case attributeInformation = 0x15
  }

  /// Kinds that say nothing about the numbers: fill values, comments, times of change, group hints, reference counts.
  private static let harmless: Set<UInt16> = [0x0, 0x4, 0x5, 0xa, 0xd, 0xe, 0x12, 0x13, 0x16]
  static let continuation: UInt16 = 0x10
  private static let sharedFlag: UInt8 = 2

  /// The attributes, by name in the order of the file.
  private(set) var attributes: [HDF5AttributeMessage] = []
  private var messages: [Kind: HDF5Cursor] = [:]

  /// The message of a kind, nil where there is none.
  subscript(kind: Kind) -> HDF5Cursor? { messages[kind] }

  /// Takes in a message, which `cursor` holds.
  mutating func add(_ type: UInt16, flags: UInt8, _ cursor: HDF5Cursor) throws(HDF5Error) {
    if Self.harmless.contains(type) { return }
    guard let kind = Kind(rawValue: type) else {
      throw cursor.error(.unsupported("a header message of the kind \(type)"))
    }
    guard flags & Self.sharedFlag == 0 else { throw cursor.error(.unsupported("a type that several objects share")) }
    if kind == .attribute {
      var cursor = cursor
      attributes.append(try HDF5AttributeMessage(&cursor))
    } else {
      guard messages.updateValue(cursor, forKey: kind) == nil else {
        throw cursor.malformed("an object has two messages of the kind \(type)")
      }
    }
  }

  /// Checks what concerns the header as a whole.
  func checkAttributes(_ file: String?, _ offset: Int) throws(HDF5Error) {
    guard Set(attributes.map(\.name)).count == attributes.count else {
      throw HDF5Error(.malformed("an object has two attributes of one name"), file: file, offset: offset)
    }
  }
}
