/// Takes entries and metadata from the JSON of a header, without building the JSON value.
struct SafetensorsHeaderParser {
  private var scanner: JSONScanner
  private let file: String?

  init(_ text: ArraySlice<UInt8>, file: String?) {
    scanner = JSONScanner(text, depthLimit: 8, file: nil)
    self.file = file
  }

  mutating func parse() throws(SafetensorsError) -> ([SafetensorsEntry], [String: String]) {
    var entries: [SafetensorsEntry] = []
    var metadata: [String: String]?
    var isFirst = true
    try json { (scanner) throws(JSONError) in try scanner.beginObject() }
    while let name = try json({ (scanner) throws(JSONError) in try scanner.key(isFirst: isFirst) }) {
      isFirst = false
      if name == SafetensorsHeader.metadataName {
        guard metadata == nil else { throw error(.duplicateName, name) }
        metadata = try parseMetadata()
      } else {
        entries.append(try parseEntry(name))
      }
    }
    try json { (scanner) throws(JSONError) in try scanner.end() }
    return (entries, metadata ?? [:])
  }

  private func error(_ kind: SafetensorsError.Kind, _ entry: String) -> SafetensorsError {
    SafetensorsError(kind, file: file, entry: entry)
  }

  private mutating func json<Result>(
    _ body: (inout JSONScanner) throws(JSONError) -> Result
  ) throws(SafetensorsError) -> Result {
    do throws(JSONError) {
      return try body(&scanner)
    } catch {
      throw SafetensorsError(.headerJSON(error), file: file)
    }
  }
}

// MARK: - Metadata

extension SafetensorsHeaderParser {
  private mutating func parseMetadata() throws(SafetensorsError) -> [String: String] {
    let name = SafetensorsHeader.metadataName
    var metadata: [String: String] = [:]
    guard scanner.nextAfterSpace() == UInt8(ascii: "{") else { throw error(.badMetadata, name) }
    try json { (scanner) throws(JSONError) in try scanner.beginObject() }
    var isFirst = true
    while let key = try json({ (scanner) throws(JSONError) in try scanner.key(isFirst: isFirst) }) {
      isFirst = false
      guard metadata.count < SafetensorsHeader.metadataLimit else {
        throw error(.tooManyMetadata(limit: SafetensorsHeader.metadataLimit), name)
      }
      guard scanner.nextAfterSpace() == UInt8(ascii: "\"") else { throw error(.badMetadata, name) }
      let value = try json { (scanner) throws(JSONError) in try scanner.string() }
      guard metadata.updateValue(value, forKey: key) == nil else { throw error(.duplicateKey(key), name) }
    }
    return metadata
  }
}

// MARK: - Entries

extension SafetensorsHeaderParser {
  private mutating func parseEntry(_ name: String) throws(SafetensorsError) -> SafetensorsEntry {
    var dtype: SafetensorsDType?
    var shape: [Int]?
    var range: Range<Int>?
    var isFirst = true
    try json { (scanner) throws(JSONError) in try scanner.beginObject("an entry of dtype, shape and data_offsets") }
    while let key = try json({ (scanner) throws(JSONError) in try scanner.key(isFirst: isFirst) }) {
      isFirst = false
      switch key {
      case "dtype" where dtype == nil: dtype = try parseDType(name)
      case "shape" where shape == nil: shape = try parseShape(name)
      case "data_offsets" where range == nil: range = try parseOffsets(name)
      case "dtype", "shape", "data_offsets": throw error(.duplicateKey(key), name)
      default: throw error(.unknownKey(key), name)
      }
    }
    guard let dtype else { throw error(.missingKey("dtype"), name) }
    guard let shape else { throw error(.missingKey("shape"), name) }
    guard let range else { throw error(.missingKey("data_offsets"), name) }
    guard let byteCount = dtype.byteCount(shape: shape) else { throw error(.sizeOverflow(shape: shape), name) }
    guard byteCount == range.count else {
      throw error(.sizeMismatch(expected: byteCount, actual: range.count), name)
    }
    return SafetensorsEntry(name: name, dtype: dtype, shape: shape, range: range)
  }

  private mutating func parseDType(_ name: String) throws(SafetensorsError) -> SafetensorsDType {
    let text = try json { (scanner) throws(JSONError) in try scanner.string("the name of a dtype") }
    guard let dtype = SafetensorsDType(rawValue: text) else { throw error(.unknownDType(text), name) }
    return dtype
  }

  private mutating func parseShape(_ name: String) throws(SafetensorsError) -> [Int] {
    var shape: [Int] = []
    try json { (scanner) throws(JSONError) in try scanner.beginArray("an array of dimensions") }
    while try json({ (scanner) throws(JSONError) in try scanner.hasElement(isFirst: shape.isEmpty) }) {
      guard let dimension = try parseCount() else { throw error(.badDimension, name) }
      guard shape.count < SafetensorsHeader.rankLimit else {
        throw error(.tooManyDimensions(limit: SafetensorsHeader.rankLimit), name)
      }
      shape.append(dimension)
    }
    return shape
  }

  private mutating func parseOffsets(_ name: String) throws(SafetensorsError) -> Range<Int> {
    try json { (scanner) throws(JSONError) in try scanner.beginArray("an array of two offsets") }
    var offsets: [Int] = []
    while try json({ (scanner) throws(JSONError) in try scanner.hasElement(isFirst: offsets.isEmpty) }) {
      guard offsets.count < 2, let offset = try parseCount() else { throw error(.badOffsets, name) }
      offsets.append(offset)
    }
    guard offsets.count == 2, offsets[0] <= offsets[1] else { throw error(.badOffsets, name) }
    return offsets[0]..<offsets[1]
  }

  /// Takes an integer from 0 on; nil where a number of another kind, or one that does not fit, stands there.
  private mutating func parseCount() throws(SafetensorsError) -> Int? {
    do throws(JSONError) {
      guard case .integer(let value) = try scanner.number(), value >= 0 else { return nil }
      return value
    } catch  where error.kind == .numberOutOfRange {
      return nil
    } catch {
      throw SafetensorsError(.headerJSON(error), file: file)
    }
  }
}
