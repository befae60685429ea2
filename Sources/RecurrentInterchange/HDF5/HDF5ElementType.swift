/// The type of the elements of a data set or attribute.
public enum HDF5ElementType: Hashable, Sendable {
  /// An integer of so many bytes.
  case integer(byteCount: Int, isSigned: Bool, isBigEndian: Bool)
  /// An IEEE 754 number of 2, 4 or 8 bytes.
  case real(byteCount: Int, isBigEndian: Bool)
  /// The upper half of an IEEE 754 number of 4 bytes.
  case bfloat16(isBigEndian: Bool)
  /// Text of a fixed number of bytes.
  case string(byteCount: Int)
  /// Text of any length, which is kept elsewhere in the file.
  case variableString
  /// Bytes without meaning; Keras keeps bfloat16 so.
  case opaque(byteCount: Int)
  /// Any other type; its values are not read.
  case other(name: String, byteCount: Int)

  /// The number of bytes of an element.
  public var byteCount: Int {
    switch self {
    case .integer(let count, _, _), .real(let count, _), .string(let count), .opaque(let count), .other(_, let count):
      count
    case .bfloat16: 2
    case .variableString: 16
    }
  }
}

extension HDF5ElementType: CustomStringConvertible {
  /// The name as safetensors and NumPy have it: `F32`, `I64`, `U8`, `string`.
  public var description: String {
    switch self {
    case .integer(let count, let isSigned, _): (isSigned ? "I" : "U") + String(count * 8)
    case .real(let count, _): "F" + String(count * 8)
    case .bfloat16: "BF16"
    case .string, .variableString: "string"
    case .opaque(let count): "opaque bytes (\(count))"
    case .other(let name, _): name
    }
  }
}

extension HDF5ElementType {
  private static let classNames = [
    "integer", "real", "time", "string", "bit field", "opaque", "compound", "reference", "enumeration",
    "variable-length", "array", "complex",
  ]

  /// Reads a datatype message.
  init(_ cursor: inout HDF5Cursor) throws(HDF5Error) {
    let head = try cursor.number(UInt8.self)
    guard (1...4).contains(head >> 4) else { throw cursor.error(.unsupported("version \(head >> 4) of a type")) }
    let bits = try cursor.bytes(3)
    let size = Int(try cursor.number(UInt32.self))
    guard size > 0 else { throw cursor.malformed("a type has elements of no bytes") }
    let kind = Int(head & 0xf)
    guard kind < Self.classNames.count else { throw cursor.error(.unsupported("types of the class \(kind)")) }
    switch kind {
    case 0: self = try Self.integer(&cursor, bits, size)
    case 1: self = try Self.real(&cursor, bits, size)
    case 3: self = .string(byteCount: size)
    case 5: self = .opaque(byteCount: size)
    case 9 where bits[0] & 0xf == 1 && size == 16: self = .variableString
    default: self = .other(name: Self.classNames[kind], byteCount: size)
    }
  }

  private static func integer(
    _ cursor: inout HDF5Cursor, _ bits: [UInt8], _ size: Int
  ) throws(HDF5Error) -> HDF5ElementType {
    let offset = try cursor.number(UInt16.self)
    let precision = Int(try cursor.number(UInt16.self))
    guard offset == 0, precision == size * 8, [1, 2, 4, 8].contains(size) else {
      return .other(name: "integer of \(precision) bits", byteCount: size)
    }
    return .integer(byteCount: size, isSigned: bits[0] & 8 != 0, isBigEndian: bits[0] & 1 != 0)
  }

  /// Of all numbers with exponent and fraction that HDF5 can describe only those that processors have are read.
  private static func real(
    _ cursor: inout HDF5Cursor, _ bits: [UInt8], _ size: Int
  ) throws(HDF5Error) -> HDF5ElementType {
    let offset = try cursor.number(UInt16.self)
    let precision = Int(try cursor.number(UInt16.self))
    let layout = try cursor.bytes(4).map(Int.init)
    let bias = Int(try cursor.number(UInt32.self))
    let exponentCount = layout[1]
    let fractionCount = layout[3]
    // The first bit of the fraction is implied, and the byte order is one of the two plain ones.
    let isPlain =
      offset == 0 && precision == size * 8 && bits[0] & 0x70 == 0x20 && Int(bits[1]) == precision - 1
      && layout[2] == 0 && layout[0] == fractionCount && exponentCount + fractionCount + 1 == precision
      && (1..<16).contains(exponentCount) && bias == (1 << (exponentCount - 1)) - 1
    let isBigEndian = bits[0] & 1 != 0
    switch (size, exponentCount) {
    case (2, 5) where isPlain, (4, 8) where isPlain, (8, 11) where isPlain:
      return .real(byteCount: size, isBigEndian: isBigEndian)
    case (2, 8) where isPlain: return .bfloat16(isBigEndian: isBigEndian)
    default: return .other(name: "real of \(exponentCount) and \(fractionCount) bits", byteCount: size)
    }
  }
}
