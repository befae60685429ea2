import CZlib

/// Expands gzip data (RFC 1952) on the fly: one member or several one after another, each checked against its checksum.
public final class GzipReader: ByteSource {
  /// The two bytes every gzip member begins with.
  public static let signature: [UInt8] = [0x1F, 0x8B]

  /// How far a file may expand when the caller does not say: 4 GiB.
  public static let defaultExpansionLimit = 4 << 30

  /// What error messages call the stream.
  public var name: String { compressed.name }

  private let compressed: any ByteSource
  private let expansionLimit: Int
  private var expanded = 0
  private var consumed = 0
  private let input = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
  /// zlib keeps a pointer back to the stream record, so the record must not move in memory.
  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
  private let isInitialized: Bool
  private var state = State.beforeFirstMember

  private enum State {
    case beforeFirstMember, insideMember, betweenMembers, ended
  }

  /// A reader of the text inside `compressed`.
  ///
  /// - Parameter expansionLimit: the most bytes to deliver; data that go on after that are an error, so that a small
  ///   hostile file cannot fill memory.
  public init(_ compressed: any ByteSource, expansionLimit: Int = GzipReader.defaultExpansionLimit) {
    self.compressed = compressed
    self.expansionLimit = expansionLimit
    stream.initialize(to: z_stream())
    // 15 bits of window, plus 16 for "gzip wrapper only".
    let status = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    isInitialized = status == Z_OK
  }

  deinit {
    if isInitialized { inflateEnd(stream) }
    stream.deinitialize(count: 1)
    stream.deallocate()
    input.deallocate()
  }

  /// Puts the next bytes into `buffer`, which is not empty, and returns their number; 0 at the end of the stream.
  public func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    precondition(!buffer.isEmpty)
    guard isInitialized else { throw .cannotExpand(file: name) }
    while state != .ended {
      if stream.pointee.avail_in == 0, try !refill() {
        if state != .betweenMembers { throw .truncatedGzip(file: name) }
        state = .ended
        break
      }
      if state != .insideMember {
        try enterNextMember()
        continue
      }
      let count = try inflateOnce(into: buffer)
      if count > 0 { return count }
    }
    return 0
  }

  /// Reads compressed bytes; false at the end of the file.
  private func refill() throws(InputError) -> Bool {
    let count = try compressed.read(into: input)
    stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: Bytef.self)
    stream.pointee.avail_in = UInt32(count)
    consumed += count
    return count > 0
  }

  /// Begins the next member, or passes over the zero bytes that tape archives pad with.
  private func enterNextMember() throws(InputError) {
    guard let next = stream.pointee.next_in else { return }
    if next.pointee == 0, state == .betweenMembers {
      stream.pointee.next_in = next + 1
      stream.pointee.avail_in -= 1
      return
    }
    guard next.pointee == GzipReader.signature[0] else {
      throw .corruptGzip(file: name, byte: position, reason: "no gzip member begins here")
    }
    state = .insideMember
  }

  private func inflateOnce(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    let room = UInt32(clamping: buffer.count)
    stream.pointee.next_out = buffer.baseAddress?.assumingMemoryBound(to: Bytef.self)
    stream.pointee.avail_out = room
    let status = inflate(stream, Z_NO_FLUSH)
    let count = Int(room - stream.pointee.avail_out)
    guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else {
      if status == Z_MEM_ERROR { throw .cannotExpand(file: name) }
      let message = stream.pointee.msg.map { String(cString: $0) } ?? "zlib status \(status)"
      throw .corruptGzip(file: name, byte: position, reason: message)
    }
    guard count <= expansionLimit - expanded else { throw .expansionLimit(file: name, bytes: expansionLimit) }
    expanded += count
    if status == Z_STREAM_END {
      state = .betweenMembers
      inflateReset(stream)
    }
    return count
  }

  /// The byte of the compressed file that zlib has come to.
  private var position: Int { consumed - Int(stream.pointee.avail_in) }
}
