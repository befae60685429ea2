import RecurrentFormats

/// Reads the directory at the end of an archive and checks it against the members' own headers.
struct ZipDirectory {
  static let endSignature: UInt32 = 0x0605_4b50
  static let entrySignature: UInt32 = 0x0201_4b50
  static let memberSignature: UInt32 = 0x0403_4b50
  static let descriptorSignature: UInt32 = 0x0807_4b50

  static let endLength = 22
  static let entryLength = 46
  static let memberHeaderLength = 30

  /// Keras writes three members, and a few more where a layer has files of its own.
  static let memberLimit = 10_000

  private let region: ByteRegion
  /// Where the directory begins, which is where the last member ends.
  private var start = 0

  init(_ region: ByteRegion) {
    self.region = region
  }

  /// The members in the order of their bytes.
  mutating func members() throws(ZipError) -> [ZipArchive.Member] {
    guard try read(0, 4)?.littleEndian(UInt32.self, at: 0) == Self.memberSignature else {
      throw error(.notArchive)
    }
    let entries = try self.entries().sorted { $0.offset < $1.offset }
    var names: Set<String> = []
    var members: [ZipArchive.Member] = []
    var end = 0
    for (index, entry) in entries.enumerated() {
      guard names.insert(entry.name).inserted else { throw error(.duplicateName, entry) }
      guard entry.offset >= end else { throw error(.overlap, entry) }
      guard entry.offset == end else { throw error(.hole(count: entry.offset - end), entry) }
      end = index + 1 < entries.count ? entries[index + 1].offset : start
      members.append(try member(entry, end: end))
    }
    guard end == start else { throw error(.hole(count: start - end)) }
    return members
  }

  private func error(_ kind: ZipError.Kind, _ entry: ZipEntry? = nil) -> ZipError {
    ZipError(kind, file: region.path, member: entry?.name)
  }

  /// The bytes at a place, nil where they do not lie in the archive.
  private func read(_ offset: Int, _ count: Int) throws(ZipError) -> [UInt8]? {
    do throws(FileError) {
      return try region.bytes(at: offset, count: count)
    } catch {
      throw ZipError(.file(error), file: region.path)
    }
  }

  private mutating func entries() throws(ZipError) -> [ZipEntry] {
    let endStart = region.count - Self.endLength
    guard let record = try read(endStart, Self.endLength), record.littleEndian(at: 0) == Self.endSignature,
      record.littleEndian(UInt16.self, at: 20) == 0
    else { throw error(.noEndRecord) }
    let count: UInt16 = record.littleEndian(at: 10)
    let size: UInt32 = record.littleEndian(at: 12)
    let offset: UInt32 = record.littleEndian(at: 16)
    guard count != .max, size != .max, offset != .max else { throw error(.zip64) }
    guard record.littleEndian(UInt32.self, at: 4) == 0, record.littleEndian(at: 8) == count else {
      throw error(.severalDisks)
    }
    guard count <= Self.memberLimit else { throw error(.tooManyMembers(Int(count), limit: Self.memberLimit)) }
    guard Int(offset) + Int(size) == endStart, let directory = try read(Int(offset), Int(size)) else {
      throw error(.badDirectory)
    }
    start = Int(offset)

    var entries: [ZipEntry] = []
    var rest = directory[...]
    for _ in 0..<count {
      guard let entry = try ZipEntry(&rest, file: region.path) else { throw error(.badDirectory) }
      entries.append(entry)
    }
    guard rest.isEmpty else { throw error(.badDirectory) }
    return entries
  }

  /// Checks the header in front of a member's bytes, which end, with what follows them, at `end`.
  private func member(_ entry: ZipEntry, end: Int) throws(ZipError) -> ZipArchive.Member {
    guard let header = try read(entry.offset, Self.memberHeaderLength),
      header.littleEndian(at: 0) == Self.memberSignature
    else { throw error(.badDirectory, entry) }
    let nameCount = Int(header.littleEndian(UInt16.self, at: 26))
    let extraCount = Int(header.littleEndian(UInt16.self, at: 28))
    guard let names = try read(entry.offset + Self.memberHeaderLength, nameCount + extraCount) else {
      throw error(.badDirectory, entry)
    }
    try entry.checkExtraField(names[nameCount...], file: region.path)
    guard Array(names[..<nameCount]) == Array(entry.name.utf8) else { throw error(.headersDiffer("name"), entry) }
    guard header.littleEndian(at: 6) == entry.flags else { throw error(.headersDiffer("option bits"), entry) }
    guard header.littleEndian(at: 8) == entry.method else { throw error(.headersDiffer("method"), entry) }
    // A writer that cannot go back leaves zeros here and appends the numbers.
    let isAppended = entry.hasDescriptor && header[14..<26].allSatisfy { $0 == 0 }
    guard isAppended || header[14..<26] == entry.sizes[...] else {
      throw error(.headersDiffer("checksum or size"), entry)
    }

    let dataStart = entry.offset + Self.memberHeaderLength + nameCount + extraCount
    let dataEnd = dataStart + entry.storedByteCount
    guard dataEnd <= end else { throw error(.overlap, entry) }
    let descriptorCount = entry.hasDescriptor ? try self.descriptorCount(dataEnd, end - dataEnd, of: entry) : 0
    guard end == dataEnd + descriptorCount else { throw error(.hole(count: end - dataEnd - descriptorCount)) }
    return ZipArchive.Member(
      name: entry.name, byteCount: entry.byteCount, storedByteCount: entry.storedByteCount,
      isDeflated: entry.method == 8, checksum: entry.checksum, dataStart: dataStart)
  }

  /// How many of the `count` bytes that follow a member's data repeat its checksum and sizes: all or none.
  private func descriptorCount(_ offset: Int, _ count: Int, of entry: ZipEntry) throws(ZipError) -> Int {
    guard count == 12 || count == 16, let bytes = try read(offset, count) else { return 0 }
    guard count == 12 || bytes.littleEndian(at: 0) == Self.descriptorSignature else { return 0 }
    return bytes.suffix(12) == entry.sizes[...] ? count : 0
  }
}

/// What the directory says of one member.
struct ZipEntry {
  let name: String
  let flags: UInt16
  let method: UInt16
  /// Checksum, stored size and size, as they stand in the archive.
  let sizes: [UInt8]
  let offset: Int

  var checksum: UInt32 { sizes.littleEndian(at: 0) }
  var storedByteCount: Int { Int(sizes.littleEndian(UInt32.self, at: 4)) }
  var byteCount: Int { Int(sizes.littleEndian(UInt32.self, at: 8)) }
  var hasDescriptor: Bool { flags & Self.descriptorFlag != 0 }

  private static let encryptionFlag: UInt16 = 1
  private static let descriptorFlag: UInt16 = 1 << 3
  /// How hard a deflated member was compressed (two bits), sizes after the data, names in UTF-8.
  private static let knownFlags: UInt16 = 0b110 | descriptorFlag | 1 << 11

  /// Takes an entry from the front of the directory; nil where none stands there.
  init?(_ rest: inout ArraySlice<UInt8>, file: String?) throws(ZipError) {
    let length = ZipDirectory.entryLength
    guard rest.count >= length, rest.littleEndian(at: 0) == ZipDirectory.entrySignature else { return nil }
    let entry = rest.prefix(length)
    let counts = [28, 30, 32].map { Int(entry.littleEndian(UInt16.self, at: $0)) }
    guard rest.count - length >= counts.reduce(0, +) else { return nil }
    rest = rest.dropFirst(length)

    let nameBytes = rest.prefix(counts[0])
    let extra = rest.dropFirst(counts[0]).prefix(counts[1])
    rest = rest.dropFirst(counts.reduce(0, +))
    guard let name = String(validating: nameBytes, as: UTF8.self), Self.isPlain(name) else {
      throw ZipError(.badName, file: file, member: String(decoding: nameBytes, as: UTF8.self))
    }
    self.name = name
    flags = entry.littleEndian(at: 8)
    method = entry.littleEndian(at: 10)
    sizes = Array(entry.dropFirst(16).prefix(12))
    let offset: UInt32 = entry.littleEndian(at: 42)
    self.offset = Int(offset)

    try checkExtraField(extra, file: file)
    func error(_ kind: ZipError.Kind) -> ZipError { ZipError(kind, file: file, member: name) }
    guard offset != .max, storedByteCount != UInt32.max, byteCount != UInt32.max else { throw error(.zip64) }
    guard entry.littleEndian(UInt16.self, at: 34) == 0 else { throw error(.severalDisks) }
    guard flags & Self.encryptionFlag == 0 else { throw error(.encrypted) }
    guard flags & ~Self.knownFlags == 0 else { throw error(.flags(flags)) }
    guard method == 0 || method == 8 else { throw error(.method(method)) }
    guard method == 8 || storedByteCount == byteCount else {
      throw error(.wrongSize(expected: byteCount, actual: storedByteCount))
    }
  }

  /// Checks that the extra fields are a list of fields, none of which replaces a size or place by one of 64 bits.
  func checkExtraField(_ bytes: ArraySlice<UInt8>, file: String?) throws(ZipError) {
    var rest = bytes
    while !rest.isEmpty {
      guard rest.count >= 4 else { throw ZipError(.badExtraField, file: file, member: name) }
      guard rest.littleEndian(UInt16.self, at: 0) != 1 else { throw ZipError(.zip64, file: file, member: name) }
      let count = Int(rest.littleEndian(UInt16.self, at: 2))
      guard count <= rest.count - 4 else { throw ZipError(.badExtraField, file: file, member: name) }
      rest = rest.dropFirst(4 + count)
    }
  }

  /// Whether a name stays inside the archive wherever it may be unpacked, and reads the same everywhere.
  private static func isPlain(_ name: String) -> Bool {
    guard !name.isEmpty, name.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0 != "\\" && $0.value != 0x7f }) else {
      return false
    }
    let folderless = name.hasSuffix("/") ? name.dropLast() : name[...]
    return folderless.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
      !$0.isEmpty && $0 != "." && $0 != ".."
    }
  }
}
