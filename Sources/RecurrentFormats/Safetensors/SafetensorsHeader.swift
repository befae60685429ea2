/// What a safetensors file says of one tensor.
public struct SafetensorsEntry: Hashable, Sendable {
  /// The name.
  public let name: String
  /// The element type.
  public let dtype: SafetensorsDType
  /// The sizes of the dimensions, outermost first; empty for a single number.
  public let shape: [Int]
  /// The bytes of the tensor, counted from the beginning of the data.
  public let range: Range<Int>

  /// The number of elements.
  public var elementCount: Int { range.count * 8 / dtype.bitCount }
}

/// The header of a safetensors file: `N` as 8 bytes, little-endian, then `N` bytes of JSON.
///
/// What the format's text forbids is refused, also where the reference reader is lenient (names that stand twice, a space in
/// front, other padding than spaces, unknown keys), because a file that two readers understand in two ways is a trap.
struct SafetensorsHeader {
  /// The entries in the order of their data.
  private(set) var entries: [SafetensorsEntry] = []
  private(set) var metadata: [String: String] = [:]
  /// Indices into `entries`, sorted by name. A dictionary would take several times the memory of the names.
  private var indicesByName: [Int32] = []

  /// The size of the number in front of the header.
  static let prefixLength = 8
  /// The format's limit for the header.
  static let lengthLimit = 100_000_000
  /// More dimensions than any framework takes (NumPy and PyTorch: 64).
  static let rankLimit = 64
  /// More pairs of metadata than anyone writes.
  static let metadataLimit = 100_000
  static let metadataName = "__metadata__"

  /// The length of the header, from the first 8 bytes of a file of `byteCount` bytes, checked before anything is allocated.
  static func length(prefix: ArraySlice<UInt8>, byteCount: Int, file: String?) throws(SafetensorsError) -> Int {
    guard prefix.count == prefixLength else {
      throw SafetensorsError(.fileTooShort(byteCount: byteCount), file: file)
    }
    let length = prefix.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(lengthLimit) else {
      throw SafetensorsError(.headerTooLong(length: length, limit: lengthLimit), file: file)
    }
    guard Int(length) <= byteCount - prefixLength else {
      throw SafetensorsError(.headerBeyondFile(length: length, byteCount: byteCount), file: file)
    }
    return Int(length)
  }

  /// Reads the JSON of the header and checks it against the number of bytes that follow it.
  init(_ text: ArraySlice<UInt8>, dataCount: Int, file: String?) throws(SafetensorsError) {
    let brace = UInt8(ascii: "{")
    guard text.first == brace else { throw SafetensorsError(.headerStart(byte: text.first), file: file) }
    let padding = text.reversed().prefix { $0 != UInt8(ascii: "}") }
    if let wrong = padding.first(where: { $0 != UInt8(ascii: " ") }), padding.count < text.count {
      throw SafetensorsError(.headerPadding(byte: wrong), file: file)
    }
    var parser = SafetensorsHeaderParser(text, file: file)
    (entries, metadata) = try parser.parse()
    try sortByName(file: file)
    try checkLayout(dataCount: dataCount, file: file)
  }

  /// The entry of a name, or nil where there is none.
  func entry(named name: String) -> SafetensorsEntry? {
    var (low, high) = (0, indicesByName.count)
    while low < high {
      let middle = (low + high) / 2
      let candidate = entries[Int(indicesByName[middle])]
      if candidate.name == name { return candidate }
      if candidate.name < name { low = middle + 1 } else { high = middle }
    }
    return nil
  }

  /// The names, sorted.
  var names: [String] { indicesByName.map { entries[Int($0)].name } }

  private mutating func sortByName(file: String?) throws(SafetensorsError) {
    entries.sort { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
    indicesByName = entries.indices.map { Int32($0) }
    indicesByName.sort { entries[Int($0)].name < entries[Int($1)].name }
    for (first, second) in zip(indicesByName, indicesByName.dropFirst()) {
      let name = entries[Int(first)].name
      if name == entries[Int(second)].name { throw SafetensorsError(.duplicateName, file: file, entry: name) }
    }
  }

  /// Every tensor begins where the one in front of it ends, and the last one ends with the file.
  private func checkLayout(dataCount: Int, file: String?) throws(SafetensorsError) {
    var end = 0
    var previous = ""
    for entry in entries {
      let begin = entry.range.lowerBound
      if begin < end { throw SafetensorsError(.overlap(with: previous), file: file, entry: entry.name) }
      if begin > end { throw SafetensorsError(.hole(count: begin - end), file: file, entry: entry.name) }
      end = entry.range.upperBound
      previous = entry.name
    }
    if end > dataCount { throw SafetensorsError(.dataTooShort(missing: end - dataCount), file: file) }
    if end < dataCount { throw SafetensorsError(.trailingBytes(count: dataCount - end), file: file) }
  }
}
