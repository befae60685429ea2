import Foundation
import RecurrentTestSupport
import RecurrentTraining
import Testing

@testable import RecurrentInterchange

@Suite struct HDF5FileTests {
  private static let values: [Float] = [0, -1.5, 2.25, 65504, -0.125, 0x1p-24]

  @Test(arguments: ["f2le", "f2be", "f4le", "f4be", "f8le", "f8be"])
  func readsRealNumbers(_ kind: String) throws {
    let file = try HDF5File(path: KerasFixture.path("hdf5/types.h5"))
    let dataset = try #require(file.root["real/\(kind)"]?.dataset)
    #expect(dataset.shape == [2, 3])
    #expect(dataset.type.description == (kind.hasPrefix("f2") ? "F16" : kind.hasPrefix("f4") ? "F32" : "F64"))
    #expect(try file.floats(dataset) == Self.values)
  }

  @Test func readsOtherForms() throws {
    let file = try HDF5File(path: KerasFixture.path("hdf5/types.h5"))
    func dataset(_ path: String) throws -> HDF5Dataset { try #require(file.root[path]?.dataset) }
    #expect(try file.floats(dataset("compact")) == Self.values)
    #expect(try file.floats(dataset("scalar")) == [3.5])
    #expect(try dataset("scalar").shape == [])
    #expect(try file.floats(dataset("empty")) == [])
    #expect(try dataset("empty").shape == [0, 4])
    #expect(try file.floats(dataset("bfloat16")) == [0, -1.5, 2.25, 65280, -0.125, 0x1p-24])
    #expect(try dataset("integer/i4le").type == .integer(byteCount: 4, isSigned: true, isBigEndian: false))
    #expect(try dataset("integer/i8be").type == .integer(byteCount: 8, isSigned: true, isBigEndian: true))
    #expect(try dataset("integer/u2le").type == .integer(byteCount: 2, isSigned: false, isBigEndian: false))
    for path in ["integer/i4le", "other/flag", "other/text"] {
      #expect(throws: HDF5Error.self) { try file.floats(dataset(path)) }
    }
    #expect(file.root["nothing"] == nil && file.root["scalar/below"] == nil)
    #expect(file.root.datasets.count == 16)
  }

  @Test func readsTexts() throws {
    let file = try HDF5File(path: KerasFixture.path("hdf5/types.h5"))
    func texts(_ name: String) throws -> [String] { try file.strings(name, of: file.root) }
    #expect(try texts("fixed") == ["fixed"])
    #expect(try texts("variable") == ["variäbel"])
    #expect(try texts("names") == ["a", "", "longer name"])
    #expect(try texts("fixed_names") == ["a", "bcd"])
    #expect(try texts("none") == [])
    #expect(try texts("long") == [String(repeating: "x", count: 100_000)])
    #expect(throws: HDF5Error.self) { try texts("number") }
    #expect(throws: HDF5Error.self) { try file.string("names", of: file.root) }
    #expect(try file.string("absent", of: file.root) == nil)
  }

  @Test func readsTreesOfTwoLevels() throws {
    let file = try HDF5File(path: KerasFixture.path("hdf5/many.h5"))
    #expect(file.root["group"]?.group?.members.count == 300)
    for index in 0..<300 {
      #expect(try file.floats(#require(file.root["group/\(index)"]?.dataset)) == [Float(index)])
    }
    for index in 0..<40 { #expect(try file.string("attribute \(index)", of: file.root) == "text \(index)") }
  }

  @Test(arguments: [
    ("chunked", "chunks"), ("gzip", "compressed"), ("external-data", "other files"), ("soft-link", "soft link 'y'"),
    ("external-link", "newer form"), ("hard-link", "two names"), ("circle", "two names"),
    ("shared-type", "share"), ("latest", "superblock"), ("tracked-order", "newer form"), ("unwritten", "never written"),
    ("user-block", "does not begin"), ("virtual", "elsewhere"),
  ])
  func refusesOtherFormsByName(_ name: String, _ reason: String) throws {
    recordFigure("bad_files/hdf5", 1)
    let error = #expect(throws: HDF5Error.self) { try HDF5File(path: KerasFixture.path("hdf5/\(name).h5")) }
    #expect(error?.exitStatus == .badData)
    #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
  }

  /// A group with numbers, and a group with a text; in half of the mutants the length in the superblock follows the changes.
  private static func samples() -> [ByteMutations] {
    let numbers = HDF5Writer()
    numbers.add("a/0", shape: [2], [1, 2])
    let texts = HDF5Writer()
    texts.attach("text", as: "name", to: "")
    texts.attach("other", as: "type", to: "")
    return [numbers.bytes(), texts.bytes(collectionLength: 96)].map { bytes in
      var mutations = ByteMutations(bytes)
      mutations.mend = { bytes, _, _ in
        guard bytes.count >= 48 else { return }
        for index in 0..<8 { bytes[40 + index] = UInt8(truncatingIfNeeded: bytes.count >> (8 * index)) }
      }
      return mutations
    }
  }

  @Test func survivesDamage() async {
    await #expect(processExitsWith: .success) {
      let problems = DamagedFiles("hdf5", Self.samples()).problems(isTyped: { $0 is HDF5Error }) { bytes in
        let file = try HDF5File(bytes: bytes)
        for dataset in file.root.datasets { _ = try file.floats(dataset) }
      }
      #expect(problems == [])
    }
  }

  /// Other readers take a group's members from where it is named, ours from its header: where these differ, nobody is right.
  @Test(arguments: [80, 88]) func whatIsSaidTwiceMustAgree(_ place: Int) throws {
    recordFigure("bad_files/hdf5", 1)
    let writer = HDF5Writer()
    writer.add("a/0", shape: [2], [1, 2])
    var bytes = writer.bytes()
    _ = try HDF5File(bytes: bytes)
    bytes[place] ^= 8
    let error = #expect(throws: HDF5Error.self) { try HDF5File(bytes: bytes) }
    #expect(error?.description.contains("different things of its members") == true, "\(error?.description ?? "")")
  }

  @Test func aMillionTextsOfAByteAreRefused() throws {
    // One attribute after another, each of 60,000 texts of one byte, in a header that goes on and on.
    var message: [UInt8] = [1, 0, 2, 0, 8, 0, 16, 0, 0x61, 0, 0, 0, 0, 0, 0, 0, 0x13, 0, 0, 0, 1, 0, 0, 0]
    message += [1, 1, 0, 0, 0, 0, 0, 0]
    message.append(littleEndian: UInt64(60_000))
    message += [UInt8](repeating: 0x61, count: 60_000)
    var header: [UInt8] = []
    for letter in 0x61..<0x75 as Range<UInt8> {
      message[8] = letter
      header.append(littleEndian: UInt16(12))
      header.append(littleEndian: UInt16(message.count))
      header += [0, 0, 0, 0] + message
    }
    var file = HDF5Writer().bytes()
    let place = UInt64(file.count)
    file += [1, 0, 20, 0, 1, 0, 0, 0]
    file.append(littleEndian: UInt32(header.count))
    file += [0, 0, 0, 0] + header
    for (offset, value) in [(40, UInt64(file.count)), (64, place)] {
      for index in 0..<8 { file[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * index)) }
    }
    let error = #expect(throws: HDF5Error.self) { try HDF5File(bytes: file) }
    #expect(error?.description.contains("texts") == true, "\(error?.description ?? "")")
    recordFigure("bad_files/hdf5", 1)
  }
}
