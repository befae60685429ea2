@testable import RecurrentInterchange

/// An archive put together by hand, any part of which can be made wrong.
struct ZipSample {
  struct Member {
    var name: [UInt8]
    var data: [UInt8]
    var flags: UInt16 = 0
    var method: UInt16 = 0
    var checksum: UInt32
    var storedByteCount: UInt32
    var byteCount: UInt32
    var extra: [UInt8] = []
    /// What the member's own header says; nil for the same as the directory.
    var localName: [UInt8]?
    var localFlags: UInt16?
    var localMethod: UInt16?
    var localChecksum: UInt32?
    var localByteCount: UInt32?
    var localExtra: [UInt8] = []
    var descriptor: [UInt8] = []
    var gap: [UInt8] = []
    var directoryOffset: UInt32?
    var disk: UInt16 = 0

    init(_ name: String, _ data: [UInt8]) {
      self.name = Array(name.utf8)
      self.data = data
      checksum = (try? CRC32.checksum(of: ByteRegion(data))) ?? 0
      storedByteCount = UInt32(data.count)
      byteCount = UInt32(data.count)
    }
  }

  var members = [Member("config.json", Array("{}".utf8)), Member("model.weights.h5", [1, 2, 3, 4, 5])]
  var count: UInt16?
  var directorySize: UInt32?
  var directoryOffset: UInt32?
  var disk: UInt16 = 0
  var comment: [UInt8] = []
  var beforeEnd: [UInt8] = []

  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    var directory: [UInt8] = []
    for member in members {
      let offset = UInt32(bytes.count)
      bytes.append(littleEndian: ZipDirectory.memberSignature)
      bytes.append(littleEndian: UInt16(20))
      bytes.append(littleEndian: member.localFlags ?? member.flags)
      bytes.append(littleEndian: member.localMethod ?? member.method)
      bytes.append(littleEndian: UInt32(0x21_0000))
      bytes.append(littleEndian: member.localChecksum ?? member.checksum)
      bytes.append(littleEndian: member.localByteCount ?? member.storedByteCount)
      bytes.append(littleEndian: member.localByteCount ?? member.byteCount)
      bytes.append(littleEndian: UInt16((member.localName ?? member.name).count))
      bytes.append(littleEndian: UInt16(member.localExtra.count))
      bytes += (member.localName ?? member.name) + member.localExtra + member.data + member.descriptor + member.gap

      directory.append(littleEndian: ZipDirectory.entrySignature)
      for value: UInt16 in [20, 20, member.flags, member.method, 0, 0x21] { directory.append(littleEndian: value) }
      for value in [member.checksum, member.storedByteCount, member.byteCount] { directory.append(littleEndian: value) }
      for value: UInt16 in [UInt16(member.name.count), UInt16(member.extra.count), 0, member.disk, 0, 0, 0] {
        directory.append(littleEndian: value)
      }
      directory.append(littleEndian: member.directoryOffset ?? offset)
      directory += member.name + member.extra
    }
    let start = UInt32(bytes.count)
    bytes += directory + beforeEnd
    bytes.append(littleEndian: ZipDirectory.endSignature)
    let count = count ?? UInt16(members.count)
    for value: UInt16 in [disk, 0, count, count] {
      bytes.append(littleEndian: value)
    }
    bytes.append(littleEndian: directorySize ?? UInt32(directory.count))
    bytes.append(littleEndian: directoryOffset ?? start)
    bytes.append(littleEndian: UInt16(comment.count))
    return bytes + comment
  }
}
