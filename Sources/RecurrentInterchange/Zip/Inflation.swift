import CZlib
import RecurrentFormats

/// Expands a deflated member (RFC 1951) to the size that the directory gives, neither more nor less.
struct Inflation {
  private let member: ZipArchive.Member
  private let path: String?

  private static let chunk = 1 << 16
  /// What deflate reaches at most.
  private static let ratioLimit = 1032

  init(of member: ZipArchive.Member, path: String?) throws(ZipError) {
    self.member = member
    self.path = path
    // Memory is only asked for where so few bytes can become so many.
    guard member.byteCount <= (member.storedByteCount + 1) * Self.ratioLimit else {
      throw ZipError(
        .wrongSize(expected: member.byteCount, actual: (member.storedByteCount + 1) * Self.ratioLimit), file: path,
        member: member.name)
    }
  }

  mutating func expand(_ stored: ByteRegion) throws(ZipError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: member.byteCount)
    var input = [UInt8](repeating: 0, count: Self.chunk)
    // zlib keeps a pointer back to the stream record, so the record must not move in memory.
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    stream.initialize(to: z_stream())
    defer {
      stream.deinitialize(count: 1)
      stream.deallocate()
    }
    // A negative number of window bits: deflate without a wrapper.
    guard inflateInit2_(stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw error(.badDeflate("zlib has no memory"))
    }
    defer { inflateEnd(stream) }

    var taken = 0
    var made = 0
    var status = Z_OK
    while status != Z_STREAM_END {
      let before = (taken, made)
      status = try step(stream, stored, &input, &taken, &bytes, &made)
      guard status == Z_STREAM_END || (taken, made) != before else {
        throw made == bytes.count ? error(.badDeflate("more follows")) : error(.badDeflate("the end is missing"))
      }
    }
    guard made == bytes.count else { throw error(.wrongSize(expected: bytes.count, actual: made)) }
    guard taken == stored.count else { throw error(.badDeflate("bytes follow the end")) }
    return bytes
  }

  /// Expands one chunk from `taken` on to the place `made`, and moves both on.
  private func step(
    _ stream: UnsafeMutablePointer<z_stream>, _ stored: ByteRegion, _ input: inout [UInt8], _ taken: inout Int,
    _ bytes: inout [UInt8], _ made: inout Int
  ) throws(ZipError) -> Int32 {
    let inputCount = min(Self.chunk, stored.count - taken)
    let room = min(1 << 30, bytes.count - made)
    let wasRead: Bool
    do throws(FileError) {
      wasRead = try stored.read(into: &input, count: inputCount, at: taken)
    } catch {
      throw self.error(.file(error))
    }
    guard wasRead else { throw error(.badDeflate("the end is missing")) }
    let status = input.withUnsafeMutableBufferPointer { input in
      bytes.withUnsafeMutableBufferPointer { output in
        stream.pointee.next_in = input.baseAddress
        stream.pointee.avail_in = UInt32(inputCount)
        stream.pointee.next_out = output.baseAddress.map { $0 + made }
        stream.pointee.avail_out = UInt32(room)
        return inflate(stream, Z_NO_FLUSH)
      }
    }
    taken += inputCount - Int(stream.pointee.avail_in)
    made += room - Int(stream.pointee.avail_out)
    guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else {
      throw error(.badDeflate(stream.pointee.msg.map { String(cString: $0) } ?? "zlib status \(status)"))
    }
    return status
  }

  private func error(_ kind: ZipError.Kind) -> ZipError { ZipError(kind, file: path, member: member.name) }
}

/// The checksum of ZIP.
enum CRC32 {
  /// The checksum of all bytes of a region, which are read a part at a time.
  static func checksum(of region: ByteRegion) throws(FileError) -> UInt32 {
    var value = crc32(0, nil, 0)
    var buffer = [UInt8](repeating: 0, count: min(region.count, 1 << 20))
    var offset = 0
    while offset < region.count {
      let count = min(buffer.count, region.count - offset)
      guard try region.read(into: &buffer, count: count, at: offset) else { break }
      value = buffer.withUnsafeBufferPointer { crc32(value, $0.baseAddress, UInt32(count)) }
      offset += count
    }
    return UInt32(truncatingIfNeeded: value)
  }
}
