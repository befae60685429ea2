import RecurrentFormats
import RecurrentInterchange
import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

/// State dicts written by PyTorch: what this library computes from them is what PyTorch computes, and what it makes of them is
/// again what PyTorch wrote.
@Suite struct PyTorchGoldenTests {
  private let format = PyTorchFormat()

  private func read(_ name: String) throws -> ReadNetwork {
    let layout = try TorchFixture.layouts[name]?.map { try NetworkLayout(parsing: $0) }
    return try format.read(TorchFixture.path(name), layout: layout)
  }

  private func input(_ results: Fixture, _ name: String) throws -> NetworkValue {
    if let tokens = try? results.integers("x", in: name) {
      let rows = 3
      return .tokens(
        TokenBatch((0..<rows).map { row in stride(from: row, to: tokens.count, by: rows).map { tokens[$0] } }))
    }
    return .sequence(SequenceBatch(try results.tensor("x", in: name)))
  }

  @Test func thereAreTheCasesThatThereShouldBe() {
    #expect(TorchFixture.names.count == 39)
    #expect(TorchFixture.layouts.values.count { $0 == nil } == 18)
  }

  @Test(arguments: TorchFixture.names) func outputsAreThoseOfPyTorch(name: String) throws {
    let results = try Fixture("PyTorchConversion/results")
    let read = try read(name)
    #expect(read.audit.unexplained.isEmpty)
    let output = try #require(read.network(try input(results, name)).values)
    // Weights of half precision are those that were saved; all else is rounded once in the truth and everywhere in ours.
    #expect(Tolerance.forward.used(output, try results.tensor("y", in: name)) <= 1, "\(name)")
  }

  /// Every tensor of a file is in the audit once, and what was converted says so.
  @Test(arguments: TorchFixture.names) func everyTensorIsAccountedFor(name: String) throws {
    let read = try read(name)
    let file = try SafetensorsFile(path: TorchFixture.path(name))
    let sources = read.audit.entries.flatMap(\.sources)
    // A tied matrix is taken twice.
    #expect(Set(sources) == Set(file.names))
    #expect(sources.count == file.names.count + (name == "language" ? 1 : 0))
    let targets = read.audit.entries.compactMap(\.target)
    #expect(Set(targets) == Set(read.network.tensors.map(\.path)))
    let type = ["half": "F16", "bfloat": "BF16", "double": "F64"][name]
    if let type {
      #expect(read.audit.entries.allSatisfy { $0.verdict == .taken([.converted(from: type)]) })
    }
    #expect(
      read.audit.entries.contains { $0.verdict == .taken([.summed]) } == ["signal"].contains(name)
        || name.hasPrefix("lstm-projected"))
  }

  /// What is written of what was read has PyTorch's tensors under PyTorch's names, byte for byte.
  @Test(arguments: TorchFixture.names.filter { !["half", "bfloat", "double"].contains($0) })
  func writingGivesTheStateDictAgain(name: String) throws {
    let folder = try ConversionFolder()
    let read = try read(name)
    let audit = try format.write(read, to: folder.path("model.safetensors"))
    #expect(audit.unexplained.isEmpty)
    let written = try folder.tensors("model.safetensors")
    let original = try SafetensorsFile(path: TorchFixture.path(name))
    var names = Set(original.names.filter { !$0.hasSuffix("num_batches_tracked") })
    if name == "language" { names.insert("decoder.weight") }
    #expect(Set(written.keys) == names)
    for tensor in original.names where !tensor.hasSuffix("num_batches_tracked") {
      // Cells with a projection have one bias, and the second becomes zeros.
      if tensor.contains("bias_"), name == "signal" || name.hasPrefix("lstm-projected") { continue }
      #expect(written[tensor] == (try original.bytes(tensor)), "\(tensor)")
    }
    let again = try format.read(folder.path("model.safetensors"), layout: nil)
    #expect(again.network.tensors.map(\.value.scalars) == read.network.tensors.map(\.value.scalars))
  }
}
