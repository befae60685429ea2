import RecurrentFormats
import RecurrentTestSupport
import RecurrentTraining
import Testing

@testable import RecurrentInterchange

/// State dicts and indices that are damaged, or made to do harm.
@Suite struct PyTorchDamageTests {
  /// An LSTM of one unit, as PyTorch names its tensors.
  private static func dict(layout: String? = nil) throws -> [UInt8] {
    var writer = SafetensorsWriter(metadata: layout.map { [PyTorchWriter.layoutKey: $0] } ?? [:])
    for (name, shape) in [
      ("weight_ih_l0", [4, 1]), ("weight_hh_l0", [4, 1]), ("bias_ih_l0", [4]), ("bias_hh_l0", [4]),
    ] {
      try writer.add("lstm." + name, shape: shape, floats: [1, 2, 3, 4])
    }
    return try writer.bytes()
  }

  private static func isTyped(_ error: any Error) -> Bool { ExitStatus(of: error) == .badData }

  private static func sample(layout: String?) throws -> ByteMutations {
    var mutations = ByteMutations(
      text: try dict(layout: layout),
      words: ["_reverse", "weight_hr_l0", "l1", "lstm", "gru", "rnn(tanh)", "(", "=", "2"])
    mutations.mend = { bytes, place, growth in
      guard place >= 8, bytes.count > 8 else { return }
      let length = Int(bytes[0]) | Int(bytes[1]) << 8
      guard place < 8 + length else { return }
      for index in 0..<2 { bytes[index] = UInt8(truncatingIfNeeded: max(0, length + growth) >> (8 * index)) }
    }
    return mutations
  }

  @Test func stateDicts() async {
    await #expect(processExitsWith: .success) {
      let folder = try ConversionFolder()
      let samples = [try Self.sample(layout: nil), try Self.sample(layout: "lstm, max_pool(2), last, tanh")]
      let problems = DamagedFiles("state_dict", samples).problems(isTyped: Self.isTyped) { bytes in
        _ = try PyTorchFormat().read(folder.put(bytes, in: "model.safetensors"), layout: nil)
      }
      #expect(problems == [])
    }
  }

  @Test func shardIndices() async {
    await #expect(processExitsWith: .success) {
      let folder = try ConversionFolder()
      try folder.put(Self.dict(), in: "model-1.safetensors")
      let names = ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"]
      let map = names.map { "\"lstm.\($0)\": \"model-1.safetensors\"" }.joined(separator: ", ")
      let text = "{\"metadata\": {\"total_size\": 64}, \"weight_map\": {\(map)}}"
      let sample = ByteMutations(
        text: Array(text.utf8), words: ["../", "/", ".safetensors", "\\u002f", "\"weight_map\"", "model.safetensors"])
      // A shard that is not there has the status of a missing input.
      let problems = DamagedFiles("shard_index", [sample]).problems(
        isTyped: { [.badData, .noInput].contains(ExitStatus(of: $0)) }
      ) { bytes in
        _ = try ShardIndex(folder.put(bytes, in: "model.safetensors.index.json")).files()
      }
      #expect(problems == [])
    }
  }

  /// File names in an index, and why they are none.
  static let strangers = [
    "../model.safetensors", "/etc/passwd", "a/../../x.safetensors", "a/x.safetensors", "..\\\\x.safetensors", "",
    "x.safetensors\\u0000", "x\\n.safetensors", ".safetensors", "x.bin", "~/x.safetensors",
    String(repeating: "x", count: 300) + ".safetensors",
  ]

  @Test(arguments: strangers) func indicesLeadNowhereElse(_ name: String) throws {
    recordFigure("bad_files/shard_index", 1)
    let folder = try ConversionFolder()
    let path = try folder.put("{\"weight_map\": {\"a\": \"\(name)\"}}", in: "model.safetensors.index.json")
    let error = #expect(throws: PyTorchError.self) { try PyTorchFormat().read(path, layout: nil) }
    #expect(
      error?.description.contains("no name of a safetensors file beside the index") == true,
      "\(error?.description ?? "")")
    #expect(error?.description.contains("\n") == false && error?.exitStatus == .badData)
  }

  /// Indices that do not tell where the tensors stand.
  static let indices: [(String, String)] = [
    ("{}", "'weight_map' is missing"), ("{\"weight_map\": []}", "'weight_map' is missing"),
    ("{\"weight_map\": {\"a\": 1}}", "no name of a safetensors file"),
    ("{\"weight_map\": {\"a\": null}}", "no name of a safetensors file"),
    ("{\"weight_map\": {\"a\": \"x.safetensors\", \"a\": \"x.safetensors\"}}", "twice"),
    ("{\"weight_map\": {\"a\": \"one.safetensors\"}}", "does not hold this tensor"),
    ("{\"weight_map\": {\"lstm.weight_ih_l0\": \"one.safetensors\"}}", "the index does not name"),
    ("{\"weight_map\": {}", "end"),
    (
      "{\"weight_map\": {\((0..<600).map { "\"\($0)\": \"\($0).safetensors\"" }.joined(separator: ","))}}",
      "600 files, the limit is 512"
    ),
  ]

  @Test(arguments: indices.indices) func indicesThatDoNotFit(_ index: Int) throws {
    recordFigure("bad_files/shard_index", 1)
    let folder = try ConversionFolder()
    try folder.put(Self.dict(), in: "one.safetensors")
    let (text, reason) = Self.indices[index]
    let path = try folder.put(text, in: "model.safetensors.index.json")
    let error = #expect(throws: (any Error).self) { try PyTorchFormat().read(path, layout: nil) }
    let line = error.map { "\($0)" } ?? ""
    #expect(line.contains(reason) && !line.contains("\n"), "\(line)")
    #expect(error.map { ExitStatus(of: $0) } == .badData)
  }

  /// Layouts in the metadata of a file, which is as little to be trusted as the rest of it.
  static let layouts: [(String, String)] = [
    ("", "is missing"), ("lstm,", "is missing"), ("lstm(", "is missing"), ("nothing", "no kind of layer"),
    ("lstm, max_pool(2, padding=9)", "at most half"), ("lstm, max_pool(0)", "no whole number"),
    ("lstm, max_pool(99999999999999999999)", "no whole number"), ("lstm, dropout(1)", "below 1"),
    ("lstm, dropout(nan)", "no number"), ("lstm, leaky_relu(1e99)", "no number"),
    ("a=lstm", "missing"), ("lstm\u{1b}[2J", "no meaning"), ("lstm, flatten(70000)", "no whole number"),
    ("lstm, final, final", "does not fit"), (String(repeating: "tanh,", count: 20_000), "longer than any layout"),
    ("lstm" + String(repeating: ", tanh", count: 10_000), "1 to 1000 layers"),
  ]

  @Test(arguments: layouts.indices) func layoutsInMetadata(_ index: Int) throws {
    recordFigure("bad_files/state_dict", 1)
    let (layout, reason) = Self.layouts[index]
    let folder = try ConversionFolder()
    let path = try folder.put(Self.dict(layout: layout), in: "model.safetensors")
    let error = #expect(throws: (any Error).self) { try PyTorchFormat().read(path, layout: nil) }
    let line = error.map { "\($0)" } ?? ""
    #expect(line.contains(reason) && !line.contains("\n") && !line.contains("\u{1b}"), "\(line)")
    #expect(error.map { ExitStatus(of: $0) } == .badData)
  }

  /// A matrix that a thousand layers take is a thousand matrices.
  @Test func aTensorIsNotTakenByAnyNumberOfLayers() throws {
    recordFigure("bad_files/state_dict", 1)
    let layout = "a=linear" + String(repeating: ", linear(tied=a)", count: 500)
    var writer = SafetensorsWriter(metadata: [PyTorchWriter.layoutKey: layout])
    try writer.add("a.weight", shape: [2, 2], floats: [1, 2, 3, 4])
    let folder = try ConversionFolder()
    let path = folder.path("model.safetensors")
    try writer.write(to: path)
    let error = #expect(throws: PyTorchError.self) { try PyTorchFormat().read(path, layout: nil) }
    #expect(error?.description.contains("more than 2 layers take this tensor") == true, "\(error?.description ?? "")")
  }

  /// What torch.save has written: an archive, and the older stream of pickles.
  @Test(arguments: [[0x80, 2, 0x8a, 10], [0x80, 5, 0x95, 0]] as [[UInt8]])
  func pickledFilesAreNotRead(_ bytes: [UInt8]) throws {
    recordFigure("bad_files/state_dict", 1)
    let folder = try ConversionFolder()
    let path = try folder.put(bytes, in: "model.pt")
    let error = #expect(throws: PyTorchError.self) { try PyTorchFormat().read(path, layout: nil) }
    #expect(error?.description.contains("torch.load") == true && error?.exitStatus == .badData)
  }
}
