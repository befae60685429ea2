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
}

// MARK: - Text

extension HDF5File {
  /// The text of an attribute, nil where the group does not have it.
  /// - Throws: `HDF5Error` where it is not one text.
  public func string(_ name: String, of group: HDF5Group) throws(HDF5Error) -> String? {
    guard let attribute = group.attribute(name) else { return nil }
    guard let texts = attribute.texts, texts.count == 1 else {
      let found = attribute.texts.map { "\($0.count) texts" } ?? attribute.type.description
      throw HDF5Error(.wrongType("\(found) in '\(name)'", wanted: "one text"), file: path, object: group.path)
    }
    return texts[0]
  }

  /// The texts of an attribute, none where the group does not have it.
  /// - Throws: `HDF5Error` where it is no list of texts.
  public func strings(_ name: String, of group: HDF5Group) throws(HDF5Error) -> [String] {
    guard let attribute = group.attribute(name) else { return [] }
    guard let texts = attribute.texts else {
      throw HDF5Error(
        .wrongType("\(attribute.type) in '\(name)'", wanted: "texts"), file: path, object: group.path)
    }
    return texts
  }
}
