import RecurrentFormats

/// Writes a ZIP archive as Keras does: each member stored, none compressed.
///
/// The archive bears no time (1 January 1980 stands in each header), so that the same members always give the same bytes.
struct ZipWriter {
  /// Members with more bytes need the 64-bit form, which is not written.
  private static let limit = Int(Int32.max)
  /// Deflate and folders came with version 2.0 of the format.
  private static let version: UInt16 = 20
  private static let date: UInt16 = 1 << 5 | 1
  /// Names are in UTF-8.
  private static let flags: UInt16 = 1 << 11

  private var members: [(name: String, bytes: [UInt8])] = []

  /// Adds a member at the end.
  /// - Throws: `ZipError` where the name is taken.
  mutating func add(_ name: String, _ bytes: [UInt8]) throws(ZipError) {
    guard !members.contains(where: { $0.name == name }) else { throw ZipError(.duplicateName, member: name) }
    members.append((name, bytes))
  }

  /// Writes the archive as the file at `path`, complete or not at all.
  func write(to path: String) throws {
    let headers = try self.headers(path)
    let members = self.members
    let directory = Self.directory(members.map(\.name), headers)
    try AtomicFile.write(to: path) { file in
      for (member, header) in zip(members, headers) {
        try file.write(Self.header(of: member.name, header))
        try file.write(member.bytes)
      }
      try file.write(directory)
    }
  }

  /// The archive in memory.
  func bytes() throws(ZipError) -> [UInt8] {
    let headers = try self.headers(nil)
    var bytes: [UInt8] = []
    for (member, header) in zip(members, headers) {
      bytes += Self.header(of: member.name, header) + member.bytes
    }
    return bytes + Self.directory(members.map(\.name), headers)
  }

  private struct Header {
    /// What both headers say: version, flags, method, time, date, checksum, sizes, counts.
    let common: [UInt8]
    let offset: UInt32
  }

  private func headers(_ path: String?) throws(ZipError) -> [Header] {
    var headers: [Header] = []
    var offset = 0
    for (name, bytes) in members {
      let region = ByteRegion(bytes)
      var common: [UInt8] = []
      for value in [Self.version, Self.flags, 0, 0, Self.date] { common.append(littleEndian: value) }
      do throws(FileError) {
        common.append(littleEndian: try CRC32.checksum(of: region))
      } catch {
        throw ZipError(.file(error), file: path, member: name)
      }
      guard bytes.count <= Self.limit, offset <= Self.limit, name.utf8.count < 1 << 16 else {
        throw ZipError(.tooLarge, file: path, member: name)
      }
      common.append(littleEndian: UInt32(bytes.count))
      common.append(littleEndian: UInt32(bytes.count))
      common.append(littleEndian: UInt16(name.utf8.count))
      common.append(littleEndian: UInt16(0))
      headers.append(Header(common: common, offset: UInt32(offset)))
      offset += ZipDirectory.memberHeaderLength + name.utf8.count + bytes.count
    }
    guard offset <= Self.limit, members.count <= ZipDirectory.memberLimit else {
      throw ZipError(.tooLarge, file: path)
    }
    return headers
  }

  private static func header(of name: String, _ header: Header) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(littleEndian: ZipDirectory.memberSignature)
    return bytes + header.common + Array(name.utf8)
  }

  private static func directory(_ names: [String], _ headers: [Header]) -> [UInt8] {
    var entries: [UInt8] = []
    var start = 0
    for (name, header) in zip(names, headers) {
      entries.append(littleEndian: ZipDirectory.entrySignature)
      entries.append(littleEndian: version)
      entries += header.common
      // No comment, first disk, no attributes.
      entries += [UInt8](repeating: 0, count: 10)
      entries.append(littleEndian: header.offset)
      entries += Array(name.utf8)
      let size: UInt32 = header.common.littleEndian(at: 14)
      start = Int(header.offset) + ZipDirectory.memberHeaderLength + name.utf8.count + Int(size)
    }
    var end: [UInt8] = []
    end.append(littleEndian: ZipDirectory.endSignature)
    end.append(littleEndian: UInt32(0))
    end.append(littleEndian: UInt16(names.count))
    end.append(littleEndian: UInt16(names.count))
    end.append(littleEndian: UInt32(entries.count))
    end.append(littleEndian: UInt32(start))
    end.append(littleEndian: UInt16(0))
    return entries + end
  }
}
