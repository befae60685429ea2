import Foundation
import Testing

@testable import RecurrentFormats

@Suite struct SafetensorsWriterTests {
  @Test(arguments: ["dtypes", "nothing", "small", "mixed"])
  func writesTheBytesOfTheReference(_ name: String) throws {
    let golden = try Fixture.bytes("\(name).safetensors")
    let file = try SafetensorsFile(bytes: golden)
    var writer = SafetensorsWriter(metadata: file.metadata)
    for entry in file.entries.reversed() {
      try writer.add(entry.name, dtype: entry.dtype, shape: entry.shape, bytes: file.bytes(entry.name))
    }
    #expect(try writer.bytes() == golden)
  }

  @Test func theOrderOfAddingDoesNotMatter() throws {
    let names = ["b", "a", "é", "weight_hh_l0", "weight_ih_l0", "A", "ä", "水"]
    func bytes(_ names: [String], _ keys: [String]) throws -> [UInt8] {
      var writer = SafetensorsWriter(metadata: Dictionary(uniqueKeysWithValues: keys.map { ($0, $0) }))
      for name in names {
        if name.utf8.count % 2 == 0 {
          try writer.add(name, shape: [2], doubles: [1, 2])
        } else {
          try writer.add(name, shape: [2], floats: [1, 2])
        }
      }
      return try writer.bytes()
    }
    let expected = try bytes(names, ["x", "y", "z"])
    var generator = SplitMix64(seed: 1)
    for _ in 0..<20 {
      #expect(try bytes(names.shuffled(using: &generator), ["z", "x", "y"].shuffled(using: &generator)) == expected)
    }
    #expect((expected.count - 8 - 8 * 12) % 8 == 0)
  }

  @Test func roundTrip() throws {
    let folder = try TemporaryFolder()
    var writer = SafetensorsWriter(metadata: ["format": "pt", "weird \"key\"\n": "\u{1}é"])
    let floats: [Float] = [1, -0.0, .infinity, .leastNonzeroMagnitude, .pi, .nan]
    try writer.add("f", shape: [2, 3], floats: floats)
    try writer.add("d", shape: [], doubles: [.pi])
    try writer.add("i", shape: [3], int64s: [.min, 0, .max])
    try writer.add("empty", shape: [0, 5], floats: [])
    try writer.add("raw", dtype: .float8E8M0, shape: [3], bytes: [1, 2, 3])
    try writer.add("", shape: [1], floats: [4])
    let path = folder.path("model.safetensors")
    try writer.write(to: path)
    #expect(folder.bytes("model.safetensors") == (try writer.bytes()))
    let file = try SafetensorsFile(path: path)
    #expect(file.metadata == writer.metadata)
    #expect(try file.floats("f").map(\.bitPattern) == floats.map(\.bitPattern))
    #expect(try file.doubles("d") == [.pi] && file["d"]?.shape == [])
    #expect(try file.int64s("i") == [.min, 0, .max])
    #expect(file["empty"]?.shape == [0, 5])
    #expect(try file.bytes("raw") == [1, 2, 3])
    #expect(try file.floats("") == [4])
  }

  @Test func refusesWhatCannotBeWritten() throws {
    var writer = SafetensorsWriter()
    try writer.add("a", shape: [2], floats: [1, 2])
    let before = try writer.bytes()
    func refuses(_ kind: SafetensorsError.Kind, _ name: String, _ add: (inout SafetensorsWriter) throws -> Void) {
      #expect(throws: SafetensorsError(kind, entry: name)) { try add(&writer) }
    }
    refuses(.duplicateName, "a") { try $0.add("a", shape: [2], floats: [1, 2]) }
    refuses(.reservedName, "__metadata__") { try $0.add("__metadata__", shape: [2], floats: [1, 2]) }
    refuses(.sizeMismatch(expected: 12, actual: 8), "b") { try $0.add("b", shape: [3], floats: [1, 2]) }
    refuses(.sizeOverflow(shape: [-1]), "b") { try $0.add("b", shape: [-1], floats: []) }
    refuses(.sizeOverflow(shape: [1 << 62, 4]), "b") { try $0.add("b", shape: [1 << 62, 4], floats: []) }
    refuses(.sizeOverflow(shape: [3]), "b") { try $0.add("b", dtype: .float4, shape: [3], bytes: [1, 2]) }
    refuses(.tooManyDimensions(limit: 64), "b") {
      try $0.add("b", shape: [Int](repeating: 1, count: 65), floats: [1])
    }
    #expect(try writer.bytes() == before)
  }

  @Test func aFaultAtAnyCallLeavesTheOldFile() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("model.safetensors")
    var writer = SafetensorsWriter()
    try writer.add("a", shape: [40_000], floats: [Float](repeating: 1, count: 40_000))
    try writer.add("b", shape: [2], floats: [1, 2])
    for call in 0... {
      try folder.put("old", in: "model.safetensors")
      let system = FaultyFileSystem(.diskFull, atCall: call)
      let failed = (try? AtomicFile.write(to: path, system: system) { try writer.write(to: &$0) }) == nil
      guard system.didReachFault else { break }
      #expect(failed)
      if call < 6 { #expect(folder.text("model.safetensors") == "old") }
      #expect(folder.contents == ["model.safetensors"])
    }
    #expect(
      throws: SafetensorsError(
        .file(FileError(path: "/none/x", operation: .write, reason: .notFound)), file: "/none/x")
    ) { try writer.write(to: "/none/x") }
  }
}
