import Foundation
import Testing

@testable import RecurrentFormats

@Suite struct SafetensorsFileTests {
  /// What the script wrote beside the file: shape, bytes, and for floating point the values.
  private func expected() throws -> JSONObject {
    try #require(JSONValue(parsing: Fixture.bytes("dtypes.json")).object)
  }

  @Test func readsWhatTheReferenceWrote() throws {
    let fromBytes = try SafetensorsFile(bytes: Fixture.bytes("dtypes.safetensors"))
    let fromPath = try SafetensorsFile(path: Fixture.path("dtypes.safetensors"))
    let expected = try expected()
    for file in [fromBytes, fromPath] {
      #expect(file.metadata == ["format": "pt"])
      #expect(Set(file.names) == Set(expected.keys) && file.names.count == expected.count)
      #expect(file.names == file.names.sorted())
      for (name, value) in expected {
        let entry = try file.entry(name)
        #expect(entry.shape == value["shape"]?.array?.compactMap(\.integer))
        #expect(entry.elementCount == entry.shape.reduce(1, *))
        #expect(try file.bytes(name).map { Int($0) } == value["bytes"]?.array?.compactMap(\.integer))
        if let values = value["values"]?.array?.compactMap(\.number) {
          #expect(try file.floats(name) == values.map { Float($0) }, "\(name)")
        }
      }
    }
  }

  @Test func readsEveryDType() throws {
    let file = try SafetensorsFile(path: Fixture.path("dtypes.safetensors"))
    let dtypes: [String: SafetensorsDType] = [
      "single": .float32, "double": .float64, "half": .float16, "brain": .bfloat16, "complex": .complex64,
      "truth": .bool, "float8.e5m2": .float8E5M2, "float8.e4m3": .float8E4M3, "int8": .int8, "int16": .int16,
      "int32": .int32, "int64": .int64, "uint8": .uint8, "uint16": .uint16, "uint32": .uint32, "uint64": .uint64,
    ]
    for (name, dtype) in dtypes { #expect(file[name]?.dtype == dtype, "\(name)") }
    #expect(file["scalar"]?.shape == [])
    #expect(try file.floats("scalar") == [7])
    #expect(try file.floats("empty") == [])
    #expect(try file.doubles("double") == [1.0 / 3, -1e300, .leastNonzeroMagnitude])
    #expect(try file.int32s("int32") == [.min, 0, 1, .max])
    #expect(try file.int64s("int64") == [.min, 0, 1, .max])
    #expect(file["none"] == nil)
  }

  @Test func saysWhatCannotBeReadSo() throws {
    let path = Fixture.path("dtypes.safetensors")
    let file = try SafetensorsFile(path: path)
    func error(_ kind: SafetensorsError.Kind, _ entry: String) -> SafetensorsError {
      SafetensorsError(kind, file: path, entry: entry)
    }
    #expect(throws: error(.noSuchTensor, "none")) { try file.floats("none") }
    #expect(throws: error(.wrongDType(.int8, wanted: "F32, F64, F16 or BF16"), "int8")) { try file.floats("int8") }
    #expect(throws: error(.wrongDType(.float32, wanted: "F64"), "single")) { try file.doubles("single") }
    #expect(throws: error(.wrongDType(.uint32, wanted: "I32 or I64"), "uint32")) { try file.int32s("uint32") }
    #expect(throws: error(.wrongDType(.int32, wanted: "I64"), "int32")) { try file.int64s("int32") }
    #expect(throws: error(.valueOutOfRange(index: 1, value: "-1e+300", wanted: "F32"), "double")) {
      try file.floats("double")
    }
    #expect(throws: error(.valueOutOfRange(index: 0, value: "-9223372036854775808", wanted: "I32"), "int64")) {
      try file.int32s("int64")
    }
  }

  @Test func doublesRoundToFloats() throws {
    var writer = SafetensorsWriter()
    try writer.add("d", shape: [4], doubles: [0.1, -.infinity, .nan, 1e-300])
    let floats = try SafetensorsFile(bytes: writer.bytes()).floats("d")
    #expect(floats[0] == 0.1 && floats[1] == -.infinity && floats[2].isNaN && floats[3] == 0)
  }

  #if !((os(macOS) || targetEnvironment(macCatalyst)) && arch(x86_64))
    @Test func everyHalfIsExact() {
      for bits in UInt16.min...UInt16.max {
        let expected = Float(Float16(bitPattern: bits))
        let value = SafetensorsFile.float(half: bits)
        guard value.bitPattern == expected.bitPattern || value.isNaN && expected.isNaN else {
          Issue.record("half \(bits): \(value), not \(expected)")
          return
        }
      }
    }
  #endif

  @Test func acceptsWhatTheFormatAllows() throws {
    _ = try SafetensorsFile(bytes: Fixture.bytes("nothing.safetensors"))
    #expect(try SafetensorsFile(bytes: SafetensorsSample.file("{}")).names == [])
    #expect(try SafetensorsFile(bytes: SafetensorsSample.file("{}       ")).names == [])
    #expect(try SafetensorsFile(bytes: SafetensorsSample.file("{\"__metadata__\":{}}")).metadata == [:])
    let spaced = "{ \"a\" :\n{\t\"shape\": [ 1 , 2 ], \"data_offsets\":[0,8],\r\"dtype\":\"F32\" } }   "
    #expect(try SafetensorsFile(bytes: SafetensorsSample.file(spaced, dataCount: 8))["a"]?.shape == [1, 2])
    let unordered = "{\(SafetensorsSample.entry("b", offsets: "[8,16]")),\(SafetensorsSample.entry("a"))}"
    let file = try SafetensorsFile(bytes: SafetensorsSample.file(unordered, dataCount: 16))
    #expect(file.entries.map(\.name) == ["a", "b"])
    let empties = "{\(SafetensorsSample.entry("e", shape: "[0]", offsets: "[8,8]")),\(SafetensorsSample.entry("a"))}"
    #expect(try SafetensorsFile(bytes: SafetensorsSample.file(empties, dataCount: 8)).floats("e") == [])
    let packed = SafetensorsSample.entry(dtype: "\"F4\"", shape: "[4]", offsets: "[0,2]")
    let half = try SafetensorsFile(bytes: SafetensorsSample.file("{\(packed)}", dataCount: 2))
    #expect(half["a"]?.elementCount == 4)
  }

  @Test func filesThatCannotBeRead() throws {
    let folder = try TemporaryFolder()
    func kind(_ path: String) -> SafetensorsError.Kind? {
      do throws(SafetensorsError) {
        _ = try SafetensorsFile(path: path)
        return nil
      } catch {
        #expect(error.file == path)
        return error.kind
      }
    }
    let none = folder.path("none")
    #expect(kind(none) == .file(FileError(path: none, operation: .read, reason: .notFound)))
    #expect(kind(folder.path) == .file(FileError(path: folder.path, operation: .read, reason: .isFolder)))
    #expect(kind("/dev/zero") == .file(FileError(path: "/dev/zero", operation: .read, reason: .notRegularFile)))
    try folder.put("", in: "empty")
    #expect(kind(folder.path("empty")) == .fileTooShort(byteCount: 0))
  }

  @Test func aFileThatShrinksIsNoticed() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("x.safetensors")
    let bytes = try Fixture.bytes("small.safetensors")
    try AtomicFile.write(bytes, to: path)
    let file = try SafetensorsFile(path: path)
    try Data(bytes.dropLast()).write(to: URL(fileURLWithPath: path))
    let handle = try #require(FileHandle(forWritingAtPath: path))
    try handle.truncate(atOffset: UInt64(bytes.count - 1))
    #expect(throws: SafetensorsError.self) { try file.floats("t") }
  }

  @Test func manyTensorsAreFoundByName() throws {
    let header = (0..<2000).map { index in
      SafetensorsSample.entry("layers.\(index).weight", shape: "[1]", offsets: "[\(4 * index),\(4 * index + 4)]")
    }
    let file = try SafetensorsFile(
      bytes: SafetensorsSample.file("{\(header.joined(separator: ","))}", dataCount: 8000))
    for index in 0..<2000 { #expect(file["layers.\(index).weight"]?.range.lowerBound == 4 * index) }
    #expect(file["layers.2000.weight"] == nil && file[""] == nil && file["zzz"] == nil)
  }
}
