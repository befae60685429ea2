import RecurrentFormats

/// A ZIP archive (PKWARE's APPNOTE) that is open for reading: the part of the format that Keras writes, and members compressed by
/// deflate. Its directory and the header of every member have been read and checked; nothing is ever extracted to disk.
///
/// Members must stand one after another from the first byte to the directory, without gaps and overlaps, so that an archive
/// means the same to every reader and cannot expand to more than its members say.
public struct ZipArchive: Sendable {
  /// What the directory says of a member.
  public struct Member: Hashable, Sendable {
    /// The name, with `/` between its parts.
    public let name: String
    /// The number of its bytes.
    public let byteCount: Int
    /// The number of bytes it takes in the archive.
    public let storedByteCount: Int
    /// Whether it is compressed; else it is stored as it is.
    public let isDeflated: Bool
    /// The CRC-32 of its bytes.
    public let checksum: UInt32

    let dataStart: Int
  }

  /// The path of the file, or nil where the bytes came from memory.
  public var path: String? { region.path }
  /// The members, in the order in which they stand in the archive.
  public let members: [Member]

  private let region: ByteRegion

  /// Opens the archive at `path`.
  public init(path: String) throws(ZipError) {
    do throws(FileError) {
      region = try ByteRegion(path: path)
    } catch {
      throw ZipError(.file(error), file: path)
    }
    var directory = ZipDirectory(region)
    members = try directory.members()
  }

  /// Reads an archive that is in memory.
  public init(bytes: [UInt8]) throws(ZipError) {
    try self.init(ByteRegion(bytes))
  }

  init(_ region: ByteRegion) throws(ZipError) {
    self.region = region
    var directory = ZipDirectory(region)
    members = try directory.members()
  }

  /// What the directory says of a member, or nil where there is none of this name.
  public subscript(name: String) -> Member? { members.first { $0.name == name } }

  /// How many bytes a compressed member may expand to when the caller does not say. Together with the tensors that are made of it
  /// that stays below three times the file and 64 MiB.
  public var defaultExpansionLimit: Int { region.count + 32 << 20 }

  /// The bytes of a member, checked against its checksum.
  /// - Parameter limit: The most bytes it may have.
  public func bytes(_ name: String, limit: Int? = nil) throws(ZipError) -> [UInt8] {
    guard let member = self[name] else { throw ZipError(.noSuchMember, file: path, member: name) }
    let limit = limit ?? defaultExpansionLimit
    guard member.byteCount <= limit else { throw error(.expansion(size: member.byteCount, limit: limit), member) }
    let expanded = try contents(of: member)
    guard
      let bytes = try attempt(
        member,
        { () throws(FileError) in
          try expanded.bytes(at: 0, count: expanded.count)
        })
    else { throw error(.badDirectory, member) }
    return bytes
  }

  /// A member as a region that is read where it lies; one that is compressed is expanded in memory. Its checksum has been checked.
  func region(_ name: String) throws(ZipError) -> ByteRegion {
    guard let member = self[name] else { throw ZipError(.noSuchMember, file: path, member: name) }
    guard !member.isDeflated || member.byteCount <= defaultExpansionLimit else {
      throw error(.expansion(size: member.byteCount, limit: defaultExpansionLimit), member)
    }
    return try contents(of: member)
  }

  private func contents(of member: Member) throws(ZipError) -> ByteRegion {
    guard let stored = region.part(at: member.dataStart, count: member.storedByteCount) else {
      throw error(.badDirectory, member)
    }
    let contents: ByteRegion
    if member.isDeflated {
      var inflation = try Inflation(of: member, path: path)
      contents = ByteRegion(try inflation.expand(stored), path: path)
    } else {
      contents = stored
    }
    let checksum = try attempt(member) { () throws(FileError) in try CRC32.checksum(of: contents) }
    guard checksum == member.checksum else { throw error(.checksum, member) }
    return contents
  }

  private func attempt<Result>(
    _ member: Member, _ body: () throws(FileError) -> Result
  ) throws(ZipError) -> Result {
    do throws(FileError) {
      return try body()
    } catch {
      throw self.error(.file(error), member)
    }
  }

  private func error(_ kind: ZipError.Kind, _ member: Member) -> ZipError {
    ZipError(kind, file: path, member: member.name)
  }
}
