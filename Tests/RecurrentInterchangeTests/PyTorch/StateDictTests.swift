import RecurrentFormats
import RecurrentInterchange
import RecurrentLayers
import Testing

/// Files that belong together, and files that are not what their names say.
@Suite struct StateDictTests {
  private let folder: ConversionFolder

  init() throws { folder = try ConversionFolder() }

  private func putShards(_ index: String) throws {
    for (name, tensors) in [
      "model-00001-of-00002.safetensors": ["weight_ih_l0": [8, 3], "weight_hh_l0": [8, 2]],
      "model-00002-of-00002.safetensors": ["bias_ih_l0": [8], "bias_hh_l0": [8]],
    ] {
      var writer = SafetensorsWriter(metadata: ["format": "pt"])
      for (tensor, shape) in tensors {
        try writer.add(tensor, shape: shape, floats: (0..<shape.reduce(1, *)).map { Float($0) / 10 })
      }
      try writer.write(to: folder.path(name))
    }
    try folder.put(index, in: "model.safetensors.index.json")
  }

  private static let index = """
    {"metadata": {"total_size": 224}, "weight_map": {"bias_hh_l0": "model-00002-of-00002.safetensors",
    "bias_ih_l0": "model-00002-of-00002.safetensors", "weight_hh_l0": "model-00001-of-00002.safetensors",
    "weight_ih_l0": "model-00001-of-00002.safetensors"}}
    """

  private func message(_ path: String) -> String {
    do {
      _ = try PyTorchFormat().read(path, layout: nil)
      return "it was not refused"
    } catch {
      return "\(error)"
    }
  }

  @Test func filesOfAnIndexAreOneDict() throws {
    try putShards(Self.index)
    for path in [folder.path, folder.path("model.safetensors.index.json")] {
      #expect(try FormatTable([NativeFormat(), PyTorchFormat()]).recognize(path).name == "pytorch")
      let read = try PyTorchFormat().read(path, layout: nil)
      #expect(read.audit.entries.count == 4 && read.audit.unexplained.isEmpty)
      #expect(try PyTorchFormat().explain(path).tensors.count == 4)
    }
  }

  @Test(arguments: [
    "../model-00001-of-00002.safetensors", "/etc/passwd", "a/b.safetensors", "..", "", ".hidden.safetensors", "x.bin",
    "a\\\\b.safetensors", "a\\u0000.safetensors",
  ])
  func namesThatLeaveTheFolderAreRefused(name: String) throws {
    try putShards(
      Self.index.replacing("\"bias_hh_l0\": \"model-00002-of-00002.safetensors", with: "\"bias_hh_l0\": \"\(name)"))
    let text = message(folder.path)
    #expect(
      text.contains("'bias_hh_l0'") && text.contains("is no name of a safetensors file beside the index"), "\(text)")
  }

  @Test func indexAndFilesMustAgree() throws {
    try putShards(Self.index.replacing("\"bias_hh_l0\": \"model-00002", with: "\"bias_hh_l0\": \"model-00001"))
    #expect(message(folder.path).contains("does not hold this tensor"))
    try putShards(Self.index.replacing("\"bias_hh_l0\": \"model-00002-of-00002.safetensors\",", with: ""))
    #expect(message(folder.path).contains("holds tensors that the index does not name"))
    try putShards(Self.index.replacing("00002-of-00002", with: "00003-of-00003"))
    #expect(message(folder.path).contains("model-00003-of-00003.safetensors"))
    try putShards("{\"weights\": {}}")
    #expect(message(folder.path).contains("'weight_map' is missing"))
    try putShards("{\"weight_map\": 3}")
    #expect(message(folder.path).contains("'weight_map' is missing"))
    try putShards("[1")
    #expect(message(folder.path) != "it was not refused")
  }

  /// A folder as Hugging Face has it, with a `config.json` that is not ours.
  @Test func foldersOfHuggingFaceAreRead() throws {
    try folder.put("{\"architectures\": [\"Model\"]}", in: "hub/config.json")
    try folder.put(
      try ReadableFile.bytes(ofFile: TorchFixture.path("gru-l2-bi-bias"), limit: 1 << 20), in: "hub/model.safetensors")
    let format = try FormatTable([NativeFormat(), PyTorchFormat()]).recognize(folder.path("hub"))
    #expect(format.name == "pytorch")
    #expect(try format.read(folder.path("hub/"), layout: nil).network.layers.count == 1)
  }

  /// The first bytes of what `torch.save` writes, now and before 1.6.
  @Test(arguments: ["model.pt", "it's.pth", "pytorch_model.bin"]) func pickledFilesAreRefusedWithTheMend(name: String)
    throws
  {
    let archive: [UInt8] =
      [0x50, 0x4b, 3, 4, 0, 0, 0, 8, 8, 0] + [UInt8](repeating: 0, count: 16) + [14, 0, 0, 0]
      + Array("model/data.pkl".utf8)
    let legacy: [UInt8] = [0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46]
    for bytes in [archive, legacy] {
      try folder.put(bytes, in: name)
      #expect(try FormatTable([NativeFormat(), PyTorchFormat()]).recognize(folder.path(name)).name == "pytorch")
      let text = message(folder.path(name))
      #expect(
        text.contains("torch.load('\(name.replacing("'", with: "\\'"))', map_location='cpu', weights_only=True)"),
        "\(text)")
      #expect(text.contains("save_file(") && !text.contains("\n"))
    }
  }

  @Test func otherFilesAreNotRecognized() throws {
    let table = FormatTable([NativeFormat(), PyTorchFormat()])
    for (name, bytes) in [
      ("zip", [0x50, 0x4b, 3, 4] + [UInt8](repeating: 0, count: 26)), ("empty", []),
      ("text", Array("hello there".utf8)),
      ("hdf5", [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]), ("json", Array("{\"a\": 1}".utf8)),
      ("long", [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f] + Array("{}".utf8)),
    ] as [(String, [UInt8])] {
      try folder.put(bytes, in: name)
      #expect(throws: ConversionError.self, "\(name)") { try table.recognize(folder.path(name)) }
    }
    #expect(throws: FileError.self) { try table.recognize(folder.path("nothing")) }
    #expect(throws: ConversionError.self) { try table.recognize(folder.path) }
  }

  /// Every beginning of a small file is refused, and no changed byte makes it crash.
  @Test func damagedFilesAreRefused() throws {
    let whole = try ReadableFile.bytes(ofFile: TorchFixture.path("gru-l1-uni-nobias-small"), limit: 1 << 20)
    for count in 0..<whole.count {
      try folder.put(Array(whole[..<count]), in: "cut")
      #expect(throws: (any Error).self) { try PyTorchFormat().read(folder.path("cut"), layout: nil) }
    }
    for place in whole.indices {
      var changed = whole
      changed[place] ^= 0x41
      try folder.put(changed, in: "changed")
      _ = try? PyTorchFormat().read(folder.path("changed"), layout: nil)
    }
  }
}
