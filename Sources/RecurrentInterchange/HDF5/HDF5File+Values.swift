import RecurrentFormats

// MARK: - Numbers

extension HDF5File {
  func bytes(_ dataset: HDF5Dataset) throws(HDF5Error) -> [UInt8] {
    guard let bytes = try region.hdf5Bytes(at: dataset.start, count: dataset.byteCount) else {
      throw error(.outside("the data"), dataset)
    }
    return bytes
  }

  /// Numbers that stand in the file as they do in memory.
  func littleEndianFloats(_ dataset: HDF5Dataset) throws(HDF5Error) -> [Float] {
    var floats = [Float](repeating: 0, count: dataset.byteCount / 4)
    let wasRead: Bool
    do throws(FileError) {
      wasRead = try region.read(into: &floats, count: floats.count, at: dataset.start)
    } catch {
      throw self.error(.file(error), dataset)
    }
    guard wasRead else { throw error(.outside("the data"), dataset) }
    return floats
  }

  static func words<Word: FixedWidthInteger & UnsignedInteger>(
    _ bytes: [UInt8], isBigEndian: Bool, _ type: Word.Type
  ) -> [Word] {
    stride(from: 0, to: bytes.count, by: Word.bitWidth / 8).map { offset in
      let word: Word = bytes.littleEndian(at: offset)
      return isBigEndian ? word.byteSwapped : word
    }
  }

  func rounded(_ words: [UInt64], _ dataset: HDF5Dataset) throws(HDF5Error) -> [Float] {
    var floats: [Float] = []
    floats.reserveCapacity(words.count)
    for (index, word) in words.enumerated() {
      let value = Double(bitPattern: word)
      let float = Float(value)
      guard float.isFinite || !value.isFinite else { throw error(.outOfRange(index: index, value: value), dataset) }
      floats.append(float)
    }
    return floats
  }

  /// The number of 1 sign bit, 5 bits of exponent and 10 of fraction.
  static func float(half bits: UInt16) -> Float {
    let sign: FloatingPointSign = bits >> 15 == 0 ? .plus : .minus
    let exponent = Int(bits >> 10 & 31)
    let fraction = Float(bits & 1023)
    return switch exponent {
    case 0: Float(sign: sign, exponent: -24, significand: fraction)
    case 31: Float(bitPattern: UInt32(bits >> 15) << 31 | 0x7f80_0000 | UInt32(bits & 1023) << 13)
    default: Float(sign: sign, exponent: exponent - 25, significand: 1024 + fraction)
    }
  }
}

// MARK: - Text

extension HDF5File {
  /// The text of an attribute, nil where the group does not have it.
  /// - Throws: `HDF5Error` where it is not one text.
  public func string(_ name: String, of group: HDF5Group) throws(HDF5Error) -> String? {
    guard let attribute = group.attribute(name) else { return nil }
    let strings = try self.strings(attribute)
    guard let string = strings.first, strings.count == 1 else {
      throw HDF5Error(
        .wrongType("\(strings.count) texts in '\(name)'", wanted: "one"), file: path, object: group.path,
        offset: attribute.offset)
    }
    return string
  }

  /// The texts of an attribute. Of an attribute without elements, whatever their type, there are none: NumPy gives an empty list
  /// of names the type of numbers.
  public func strings(_ attribute: HDF5Attribute) throws(HDF5Error) -> [String] {
    if attribute.bytes.isEmpty { return [] }
    switch attribute.type {
    case .string(let count):
      return try stride(from: 0, to: attribute.bytes.count, by: count).map { offset throws(HDF5Error) in
        try text(attribute.bytes[offset..<offset + count], attribute)
      }
    case .variableString:
      var heap = HDF5GlobalHeap(region)
      return try stride(from: 0, to: attribute.bytes.count, by: 16).map { offset throws(HDF5Error) in
        var cursor = HDF5Cursor(
          Array(attribute.bytes[offset..<offset + 16]), what: "a text", at: attribute.offset, file: path)
        let count = Int(try cursor.number(UInt32.self))
        let address = try cursor.address()
        let index = try cursor.number(UInt32.self)
        guard count > 0, let address else { return "" }
        return try text(try heap.object(index, at: address, count: count), attribute)
      }
    default:
      throw HDF5Error(
        .wrongType("\(attribute.type) in '\(attribute.name)'", wanted: "text"), file: path, offset: attribute.offset)
    }
  }

  /// Text up to the zero byte or the zero bytes and spaces that fill it up.
  private func text(_ bytes: ArraySlice<UInt8>, _ attribute: HDF5Attribute) throws(HDF5Error) -> String {
    guard let text = String(validating: bytes.prefix { $0 != 0 }, as: UTF8.self) else {
      throw HDF5Error(
        .malformed("the text of '\(attribute.name.printable())' is no UTF-8"), file: path, offset: attribute.offset)
    }
    return text
  }
}
