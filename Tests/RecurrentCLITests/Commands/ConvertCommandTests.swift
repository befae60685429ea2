import Foundation
import RecurrentFormats
import Testing

struct ConvertCommandTests {
  private static let fixtures: String = {
    let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    return parts.dropLast(3).joined(separator: "/") + "/Fixtures/PyTorchConversion/"
  }()

  private static let layout = "emb=embedding, lstm, last, fc=linear, softmax"

  private func folder(with name: String) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.copy(Self.fixtures + name + ".safetensors", to: "in.safetensors")
    return folder
  }

  @Test func everyTensorIsShown() throws {
    let folder = try folder(with: "half")
    let result = try recurrent("convert", "in.safetensors", "out", "--layout", Self.layout, in: folder)
    #expect(result.status == 0)
    let lines = result.output.split(separator: "\n").map(String.init)
    #expect(lines[0].split(separator: " ") == ["from", "to", "shape"])
    #expect(lines[1] == "emb.weight         layers.0.weight        [11, 6]  converted from F16")
    #expect(lines.count == 14)
    #expect(lines[12] == "PyTorch state dict (safetensors) → model folder of recurrent: out")
    #expect(lines[13].hasPrefix("same outputs: worst difference 0.0 on outputs [3, 3]"))
    #expect(result.errorLines == ["note: layout: emb=embedding, lstm, last, fc=linear, softmax"])
    #expect(folder.exists("out/config.json") && folder.exists("out/README.md") && folder.exists("out/MANIFEST.sha256"))
  }

  @Test func jsonHasTheSame() throws {
    let folder = try folder(with: "lstm-projected-l2-bi-bias")
    let result = try recurrent("convert", "in.safetensors", "out", "--json", "--quiet", in: folder)
    #expect(result.status == 0 && result.errors.isEmpty)
    let json = try #require(result.json)
    #expect(json["from"] as? String == "pytorch" && json["to"] as? String == "native")
    #expect(json["worst_difference"] as? Double == 0)
    let tensors = try #require(json["tensors"] as? [[String: Any]])
    let bias = try #require(tensors.first { $0["to"] as? String == "layers.0.bias_l1_reverse" })
    #expect(bias["from"] as? [String] == ["bias_ih_l1_reverse", "bias_hh_l1_reverse"])
    #expect(bias["actions"] as? [String] == ["summed"])
  }

  /// A trained classifier leaves, comes back as a network without a task, and both say what they are.
  @Test func aTrainedModelLeaves() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      (0..<20).map { "\($0 % 2 == 0 ? "good" : "bad")\tfilm \($0 % 2 == 0 ? "splendid" : "awful")\n" }.joined(),
      to: "t.tsv")
    let trained = try recurrent(
      "train", "classify", "--data", "t.tsv", "--epochs", "1", "--hidden", "3", "--output", "run", "--set",
      "embedding=4", in: folder)
    #expect(trained.status == 0, "\(trained.errors)")
    #expect(folder.exists("run/model/README.md"))
    let result = try recurrent("convert", "run", "model.safetensors", in: folder)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors.contains("note: goes in: the numbers that tokenizer.json gives to a text"))
    #expect(result.errors.contains("note: comes out: logits, whose softmax are the probabilities of bad, good"))
    #expect(result.output.contains("stack.weight_ih_l0_reverse") || result.output.contains("stack.weight_ih_l0"))
    let info = try recurrent("info", "model.safetensors", in: folder)
    #expect(
      info.output.contains("recurrent layout  embedding=embedding, lstm=lstm, ") && info.output.contains("head=linear"))
    #expect(try recurrent("convert", "model.safetensors", "back", in: folder).status == 0)
    let json = try #require(try recurrent("info", "back", "--json", in: folder).json)
    #expect(json["format"] as? String == "native")
    #expect((json["layers"] as? [String])?.first?.hasPrefix("embedding: embedding of ") == true)
    #expect(
      (json["layers"] as? [String])?.last == "head: linear 3 → 2"
        || (json["layers"] as? [String])?.last == "head: linear 6 → 2")
  }

  /// Runs a conversion that must fail with one line and leave nothing.
  private func expectFailure(
    _ arguments: [String], status: Int32, mentioning mentions: String..., of name: String = "classifier",
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let folder = try folder(with: name)
    try folder.write("precious", to: "there.safetensors")
    try folder.write([0x80, 2, 0x8a, 10] + [UInt8](repeating: 1, count: 30), to: "model.pt")
    let before = folder.files()
    let result = try recurrent(["convert"] + arguments, in: folder)
    #expect(result.status == status, "\(result.errors)", sourceLocation: sourceLocation)
    expectOneLine(result, mentioning: mentions, sourceLocation: sourceLocation)
    #expect(folder.files() == before, sourceLocation: sourceLocation)
  }

  @Test func whatCannotBeConvertedLeavesNothing() throws {
    try expectFailure(
      ["in.safetensors", "out"], status: 65, mentioning: "say it with --layout", "emb (weight [11, 6])")
    try expectFailure(["in.safetensors", "out", "--layout", "lsmt"], status: 64, mentioning: "character 1", "'lstm'")
    try expectFailure(
      ["in.safetensors", "there.safetensors", "--layout", Self.layout], status: 73, mentioning: "there.safetensors",
      "--overwrite")
    try expectFailure(["in.safetensors", "out.xyz"], status: 64, mentioning: "out.xyz", ".safetensors")
    try expectFailure(
      ["in.safetensors", "out", "--to", "torch"], status: 64, mentioning: "no format 'torch'", "pytorch")
    try expectFailure(["nothing.safetensors", "out"], status: 66, mentioning: "nothing.safetensors")
    try expectFailure(["there.safetensors", "out"], status: 65, mentioning: "none of those known")
    try expectFailure(["model.pt", "out"], status: 65, mentioning: "torch.load('model.pt'", "save_file")
    try expectFailure(["in.safetensors", "out"], status: 65, mentioning: "rnn(tanh)", of: "rnn-relu-l1-uni-bias")
  }

  /// What is unexplained is shown in full before the line that says so.
  @Test func unexplainedTensorsAreShown() throws {
    let folder = try folder(with: "classifier")
    let result = try recurrent("convert", "in.safetensors", "out", "--layout", "emb=embedding, lstm, last", in: folder)
    #expect(result.status == 65)
    #expect(result.output.contains("fc.weight                                 [3, 5]   unused\n"))
    #expect(result.errors.contains("'fc.bias' [3] has no place; 'fc.weight' [3, 5] has no place; name a layer"))
    #expect(!folder.exists("out"))
    let allowed = try recurrent(
      "convert", "in.safetensors", "out", "--layout", "emb=embedding, lstm, last", "--allow-unused", in: folder)
    #expect(allowed.status == 0 && allowed.output.contains("unused"))
  }

  @Test func infoTellsOfFiles() throws {
    let folder = try folder(with: "double")
    let result = try recurrent("info", "in.safetensors", in: folder)
    #expect(result.status == 0)
    #expect(result.output.hasPrefix("in.safetensors: PyTorch state dict (safetensors)\n"))
    #expect(result.output.contains("fc.weight          F64   [3, 5]\n"))
    #expect(result.output.contains("366 numbers") || result.output.contains("numbers\n"))
    let json = try #require(try recurrent("info", "in.safetensors", "--json", in: folder).json)
    #expect((json["tensors"] as? [[String: Any]])?.count == 11)
    try folder.write("some text", to: "x.txt")
    #expect(try recurrent("info", "x.txt", in: folder).status == 65)
  }
}
