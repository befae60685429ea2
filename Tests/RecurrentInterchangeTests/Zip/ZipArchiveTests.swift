import Foundation
import RecurrentTestSupport
import RecurrentTraining
import Testing

@testable import RecurrentInterchange

@Suite struct ZipArchiveTests {
  @Test func readsWhatKerasStores() throws {
    let archive = try ZipArchive(path: KerasFixture.path("models/lstm.keras"))
    #expect(archive.members.map(\.name) == ["metadata.json", "config.json", "model.weights.h5"])
    #expect(archive.members.allSatisfy { !$0.isDeflated && $0.byteCount == $0.storedByteCount })
    #expect(try String(decoding: archive.bytes("metadata.json"), as: UTF8.self).contains("3.15.1"))
    #expect(try archive.bytes("model.weights.h5").starts(with: HDF5Reader.signature))
  }

  @Test func expandsDeflatedMembers() throws {
    let archive = try ZipArchive(path: KerasFixture.path("models/lstm-both.keras"))
    #expect(archive["model.weights.h5"]?.isDeflated == true)
    let bytes = try archive.bytes("model.weights.h5")
    #expect(bytes.count == archive["model.weights.h5"]?.byteCount)
    _ = try HDF5File(bytes: bytes)
    #expect(throws: ZipError.self) { try archive.bytes("model.weights.h5", limit: bytes.count - 1) }
  }

  @Test func readsWhatTheSampleHolds() throws {
    var sample = ZipSample()
    sample.members[0].flags = 1 << 3
    for (checksum, count) in [(UInt32?.none, UInt32?.none), (0, 0)] {
      sample.members[0].localChecksum = checksum
      sample.members[0].localByteCount = count
      for signature in [[], [0x50, 0x4b, 7, 8]] as [[UInt8]] {
        sample.members[0].descriptor = signature
        let member = sample.members[0]
        for value in [member.checksum, 2, 2] { sample.members[0].descriptor.append(littleEndian: value) }
        let archive = try ZipArchive(bytes: sample.bytes)
        #expect(try archive.bytes("config.json") == Array("{}".utf8))
        #expect(try archive.bytes("model.weights.h5") == [1, 2, 3, 4, 5])
      }
    }
    sample = ZipSample()
    sample.members[1].localExtra = [0x55, 0x54, 1, 0, 9]
    #expect(try ZipArchive(bytes: sample.bytes).bytes("model.weights.h5") == [1, 2, 3, 4, 5])
  }

  @Test func writesWhatItReads() throws {
    var writer = ZipWriter()
    try writer.add("a.json", Array("{}".utf8))
    try writer.add("empty", [])
    try writer.add("ü/b", [UInt8](repeating: 7, count: 100_000))
    let bytes = try writer.bytes()
    let archive = try ZipArchive(bytes: bytes)
    #expect(archive.members.map(\.name) == ["a.json", "empty", "ü/b"])
    #expect(try archive.bytes("ü/b") == [UInt8](repeating: 7, count: 100_000))
    #expect(try archive.bytes("empty") == [])

    let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).zip").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    var again = ZipWriter()
    for member in archive.members { try again.add(member.name, archive.bytes(member.name)) }
    try again.write(to: path)
    #expect(FileManager.default.contents(atPath: path).map([UInt8].init) == bytes)
    #expect(throws: ZipError.self) {
      var twice = ZipWriter()
      try twice.add("a", [])
      try twice.add("a", [])
    }
  }

  static let damages: [(String, @Sendable (inout ZipSample) -> Void)] = [
    ("has a comment", { $0.comment = [1] }),
    ("end", { $0.comment = [UInt8](repeating: 0, count: 22) }),
    ("64-bit", { $0.count = .max }),
    ("64-bit", { $0.directoryOffset = .max }),
    ("64-bit", { $0.members[1].byteCount = .max }),
    ("64-bit", { $0.members[1].extra = [1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0] }),
    ("64-bit", { $0.members[1].localExtra = [1, 0, 0, 0] }),
    ("one part of several", { $0.disk = 1 }),
    ("one part of several", { $0.members[0].disk = 1 }),
    ("directory is malformed", { $0.count = 1 }),
    ("directory is malformed", { $0.count = 3 }),
    ("directory is malformed", { $0.directorySize = 10 }),
    ("directory is malformed", { $0.directoryOffset = 0 }),
    ("directory is malformed", { $0.beforeEnd = [0] }),
    ("belong to no member", { $0.members[0].directoryOffset = 1_000_000 }),
    ("64-bit", { $0.members[0].directoryOffset = .max }),
    ("stands twice", { $0.members[1].name = $0.members[0].name }),
    ("overlaps", { $0.members[1].directoryOffset = 0 }),
    (
      "overlaps",
      {
        $0.members[0].byteCount = 50; $0.members[0].storedByteCount = 50
      }
    ),
    ("belong to no member", { $0.members[0].gap = [0] }),
    ("belong to no member", { $0.members[1].gap = [UInt8](repeating: 0, count: 12) }),
    (
      "belong to no member",
      {
        $0.members[1].flags = 8
        $0.members[1].descriptor = [UInt8](repeating: 0, count: 12)
      }
    ),
    ("no UTF-8", { $0.members[0].name = [0xff] }),
    ("leads out", { $0.members[0].name = Array("../config.json".utf8) }),
    ("leads out", { $0.members[0].name = Array("/config.json".utf8) }),
    ("leads out", { $0.members[0].name = Array("a\\b".utf8) }),
    ("leads out", { $0.members[0].name = Array("a\0b".utf8) }),
    ("empty", { $0.members[0].name = [] }),
    ("encrypted", { $0.members[0].flags = 1 }),
    ("option bits 32", { $0.members[0].flags = 32 }),
    ("method 12", { $0.members[0].method = 12 }),
    ("another name", { $0.members[0].localName = Array("other.json!".utf8) }),
    ("another option bits", { $0.members[0].localFlags = 1 << 11 }),
    ("another method", { $0.members[0].localMethod = 8 }),
    ("another checksum or size", { $0.members[0].localChecksum = 0 }),
    ("another checksum or size", { $0.members[0].localByteCount = 3 }),
    ("extra fields", { $0.members[0].extra = [9, 0, 5, 0, 1] }),
    ("extra fields", { $0.members[0].localExtra = [9, 0] }),
    ("should have 9 bytes", { $0.members[1].byteCount = 9 }),
  ]

  @Test(arguments: damages.indices)
  func refusesWhatIsNoPlainArchive(_ index: Int) throws {
    var sample = ZipSample()
    Self.damages[index].1(&sample)
    recordFigure("bad_files/zip", 1)
    let error = #expect(throws: ZipError.self) { try ZipArchive(bytes: sample.bytes) }
    #expect(error?.description.contains(Self.damages[index].0) == true, "\(error?.description ?? "")")
    #expect(error?.description.contains("\n") == false)
    #expect(error?.exitStatus == .badData)
  }

  @Test func refusesWrongContents() throws {
    var sample = ZipSample()
    sample.members[1].checksum ^= 1
    let archive = try ZipArchive(bytes: sample.bytes)
    #expect(throws: ZipError(.checksum, member: "model.weights.h5")) { try archive.bytes("model.weights.h5") }
    #expect(throws: ZipError(.noSuchMember, member: "x")) { try archive.bytes("x") }
    #expect(throws: ZipError(.notArchive)) { try ZipArchive(bytes: []) }
    #expect(throws: ZipError(.notArchive)) { try ZipArchive(bytes: Array("not a ZIP archive at all".utf8)) }
  }

  /// Deflated "hello": one block of fixed codes.
  private static let hello: [UInt8] = [0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00]

  private func deflated(_ data: [UInt8], byteCount: UInt32, text: String = "hello") -> [UInt8] {
    var sample = ZipSample()
    sample.members[1] = .init("model.weights.h5", Array(text.utf8))
    sample.members[1].method = 8
    sample.members[1].data = data
    sample.members[1].storedByteCount = UInt32(data.count)
    sample.members[1].byteCount = byteCount
    return sample.bytes
  }

  @Test func refusesDeflatedMembersThatLie() throws {
    func read(_ data: [UInt8], byteCount: UInt32) throws -> [UInt8] {
      try ZipArchive(bytes: deflated(data, byteCount: byteCount)).bytes("model.weights.h5")
    }
    #expect(try read(Self.hello, byteCount: 5) == Array("hello".utf8))
    for byteCount: UInt32 in [0, 4, 6, 7000] {
      #expect(throws: ZipError.self) { try read(Self.hello, byteCount: byteCount) }
    }
    // Neither a ratio that deflate cannot reach nor a size beyond the limit asks for memory.
    #expect(throws: ZipError.self) { try read(Self.hello, byteCount: 1 << 31) }
    for data in [Self.hello + [0], Self.hello.dropLast(), [0xff] + Self.hello, []] as [[UInt8]] {
      #expect(throws: ZipError.self) { try read(data, byteCount: 5) }
    }
  }

  /// The sample and one with a deflated member, each with the reader of all members behind it.
  @Test func survivesDamage() async {
    await #expect(processExitsWith: .success) {
      let tests = ZipArchiveTests()
      let samples = [ZipSample().bytes, tests.deflated(Self.hello, byteCount: 5)]
      let problems = DamagedFiles("zip", samples.map { ByteMutations($0) }).problems(isTyped: { $0 is ZipError }) {
        bytes in
        let archive = try ZipArchive(bytes: bytes)
        for member in archive.members { _ = try archive.bytes(member.name) }
      }
      #expect(problems == [])
    }
  }
}
