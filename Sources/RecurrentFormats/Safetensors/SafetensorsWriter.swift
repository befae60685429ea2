/// Gathers tensors and writes them as a safetensors file.
///
/// The same tensors and metadata give the same bytes, in whatever order they are added: wide element types come first, then names in
/// the order of their bytes, as the reference writer sorts them; metadata are sorted by key; the header is padded with spaces to a
/// multiple of 8 bytes.
public struct SafetensorsWriter: Sendable {
  /// The map of strings in the header; left out of the file where it is empty.
  public var metadata: [String: String]

  private var tensors: [String: PendingTensor] = [:]

  /// Hands the bytes of a tensor to a closure; nothing is copied until they are written.
  typealias Bytes = @Sendable (_ body: (UnsafeRawBufferPointer) -> Void) -> Void

  private struct PendingTensor: Sendable {
    let name: String
    let dtype: SafetensorsDType
    let shape: [Int]
    let byteCount: Int
    let bytes: Bytes
  }

  /// Starts a file without tensors.
  public init(metadata: [String: String] = [:]) {
    self.metadata = metadata
  }

  /// Adds a tensor of any element type, given as its bytes: row-major, little-endian.
  /// - Throws: `SafetensorsError` where the name is taken or reserved, or shape and bytes do not agree.
  public mutating func add(
    _ name: String, dtype: SafetensorsDType, shape: [Int], bytes: [UInt8]
  ) throws(SafetensorsError) {
    try add(name, dtype: dtype, shape: shape, byteCount: bytes.count) { body in bytes.withUnsafeBytes(body) }
  }

  /// Adds a tensor of F32.
  /// - Throws: `SafetensorsError` where the name is taken or reserved, or shape and count do not agree.
  public mutating func add(_ name: String, shape: [Int], floats: [Float]) throws(SafetensorsError) {
    try add(name, dtype: .float32, shape: shape, byteCount: floats.count * 4) { body in floats.withUnsafeBytes(body)
    }
  }

  /// Adds a tensor of F64.
  /// - Throws: `SafetensorsError` where the name is taken or reserved, or shape and count do not agree.
  public mutating func add(_ name: String, shape: [Int], doubles: [Double]) throws(SafetensorsError) {
    try add(name, dtype: .float64, shape: shape, byteCount: doubles.count * 8) { body in
      doubles.withUnsafeBytes(body)
    }
  }

  /// Adds a tensor of I64.
  /// - Throws: `SafetensorsError` where the name is taken or reserved, or shape and count do not agree.
  public mutating func add(_ name: String, shape: [Int], int64s: [Int64]) throws(SafetensorsError) {
    try add(name, dtype: .int64, shape: shape, byteCount: int64s.count * 8) { body in int64s.withUnsafeBytes(body) }
  }

  mutating func add(
    _ name: String, dtype: SafetensorsDType, shape: [Int], byteCount: Int, _ bytes: @escaping Bytes
  ) throws(SafetensorsError) {
    guard name != SafetensorsHeader.metadataName else { throw SafetensorsError(.reservedName, entry: name) }
    guard tensors[name] == nil else { throw SafetensorsError(.duplicateName, entry: name) }
    guard shape.count <= SafetensorsHeader.rankLimit else {
      throw SafetensorsError(.tooManyDimensions(limit: SafetensorsHeader.rankLimit), entry: name)
    }
    guard let expected = dtype.byteCount(shape: shape) else {
      throw SafetensorsError(.sizeOverflow(shape: shape), entry: name)
    }
    guard expected == byteCount else {
      throw SafetensorsError(.sizeMismatch(expected: expected, actual: byteCount), entry: name)
    }
    tensors[name] = PendingTensor(name: name, dtype: dtype, shape: shape, byteCount: byteCount, bytes: bytes)
  }
}

// MARK: - Writing

extension SafetensorsWriter {
  /// Writes the file at `path`, complete or not at all.
  /// - Throws: `SafetensorsError`.
  public func write(to path: String) throws(SafetensorsError) {
    do {
      try AtomicFile.write(to: path) { file in try write(to: &file) }
    } catch let error as FileError {
      throw SafetensorsError(.file(error), file: path)
    } catch let error as SafetensorsError {
      throw SafetensorsError(error.kind, file: path, entry: error.entry)
    } catch {
      throw SafetensorsError(.file(FileError(path: path, operation: .write, reason: .deviceFailed)), file: path)
    }
  }

  /// Writes the file to one that is being made, such as a file of an `AtomicFolder`.
  /// - Throws: `FileError`, or `SafetensorsError` where the header is too long.
  public func write(to file: inout FileWriter) throws {
    let tensors = sortedTensors
    try file.write(try header(of: tensors))
    for tensor in tensors {
      var failure: FileError?
      tensor.bytes { bytes in
        do throws(FileError) {
          try file.write(bytes)
        } catch {
          failure = error
        }
      }
      if let failure { throw failure }
    }
  }

  /// The file in memory.
  /// - Throws: `SafetensorsError` where the header is too long.
  public func bytes() throws(SafetensorsError) -> [UInt8] {
    let tensors = sortedTensors
    var result = try header(of: tensors)
    result.reserveCapacity(result.count + tensors.reduce(0) { $0 + $1.byteCount })
    for tensor in tensors {
      tensor.bytes { bytes in result.append(contentsOf: bytes) }
    }
    return result
  }

  private var sortedTensors: [PendingTensor] {
    tensors.values.sorted { a, b in
      a.dtype == b.dtype ? a.name.utf8.lexicographicallyPrecedes(b.name.utf8) : a.dtype.rank > b.dtype.rank
    }
  }

  /// The length and the JSON of the header.
  private func header(of tensors: [PendingTensor]) throws(SafetensorsError) -> [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      guard metadata.count <= SafetensorsHeader.metadataLimit else {
        let kind = SafetensorsError.Kind.tooManyMetadata(limit: SafetensorsHeader.metadataLimit)
        throw SafetensorsError(kind, entry: SafetensorsHeader.metadataName)
      }
      let pairs = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      let texts = pairs.map { "\(JSONWriter.quoted($0.key)):\(JSONWriter.quoted($0.value))" }
      members.append("\"\(SafetensorsHeader.metadataName)\":{\(texts.joined(separator: ","))}")
    }
    var begin = 0
    for tensor in tensors {
      let (end, overflow) = begin.addingReportingOverflow(tensor.byteCount)
      guard !overflow else { throw SafetensorsError(.sizeOverflow(shape: tensor.shape), entry: tensor.name) }
      let shape = tensor.shape.map { String($0) }.joined(separator: ",")
      members.append(
        "\(JSONWriter.quoted(tensor.name)):{\"dtype\":\"\(tensor.dtype.rawValue)\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(begin),\(end)]}")
      begin = end
    }
    var text = Array("{\(members.joined(separator: ","))}".utf8)
    text.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - text.count % 8) % 8))
    guard text.count <= SafetensorsHeader.lengthLimit else {
      throw SafetensorsError(.headerTooLong(length: UInt64(text.count), limit: SafetensorsHeader.lengthLimit))
    }
    return (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) } + text
  }
}
