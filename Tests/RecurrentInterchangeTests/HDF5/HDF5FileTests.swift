import Foundation
import RecurrentTestSupport
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
    let error = #expect(throws: HDF5Error.self) { try HDF5File(path: KerasFixture.path("hdf5/\(name).h5")) }
    #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
  }

  @Test func survivesDamage() throws {
    let sample = try KerasFixture.bytes("hdf5/small.h5")
    #expect(try HDF5File(bytes: sample).root["group/0"]?.dataset?.shape == [2])
    var counts = (read: 0, refused: 0)
    func readAll(_ bytes: [UInt8]) {
      do {
        let file = try HDF5File(bytes: bytes)
        for dataset in file.root.datasets { _ = try file.floats(dataset) }
        counts.read += 1
      } catch {
        counts.refused += 1
      }
    }
    for bytes in ByteMutations.truncations(of: sample) { readAll(bytes) }
    #expect(counts == (0, sample.count))
    // Most of a file is room to grow that nobody reads; what is read is changed byte by byte.
    let used = sample.indices.filter { sample[$0] != 0 }
    for place in used {
      for value in (0..<8).map({ sample[place] ^ 1 << $0 }) {
        var bytes = sample
        bytes[place] = value
        readAll(bytes)
      }
    }
    for bytes in ByteMutations.mutants(of: sample, count: KerasFixture.mutantCount(3000), seed: 2) { readAll(bytes) }
    #expect(counts.read > 100 && counts.refused > 5000)
  }
}
