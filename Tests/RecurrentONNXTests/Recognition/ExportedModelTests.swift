import RecurrentFormats
import RecurrentInterchange
import RecurrentLayers
import RecurrentONNX
import RecurrentTensor
import RecurrentTestSupport
import Testing

/// Models that other programs have written; see `Tests/Fixtures/ONNXWritten/exported.py`.
@Suite struct ExportedModelTests {
  private static let fixture = Result { try Fixture("ONNXWritten/exported") }
  private static let pyTorchNames = ["classifier", "forecaster", "encoder", "tagger", "convolutional"]
    .flatMap { ["\($0)-script", "\($0)-dynamo"] }.filter { $0 != "tagger-dynamo" }
  static let names = pyTorchNames + ["keras-like"]

  private static func path(_ name: String) -> String {
    let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
    return "\(folder)/Fixtures/ONNXWritten/exported/\(name).onnx"
  }

  static func bytes(_ name: String) throws -> [UInt8] {
    try ReadableFile.bytes(ofFile: path(name), limit: 1 << 20)
  }

  private func model(_ name: String) throws -> ONNXModel { try ONNXModel(path: Self.path(name)) }

  @Test(arguments: names) func computesWhatItsProgramComputes(_ name: String) throws {
    let fixture = try Self.fixture.get()
    let found = try ONNXNetwork(model(name))
    #expect(found.audit.unexplained.isEmpty)
    let network = found.network
    let output: NetworkValue
    if case .tokens = network.description.input {
      let tokens = try fixture.integers("input", in: name)
      #expect(found.isBatchMajor)
      output = network(.tokens(TokenBatch([Array(tokens[..<5]), Array(tokens[5...])])))
    } else {
      let x = try fixture.tensor("input", in: name)
      let sequence: SequenceBatch =
        name.hasPrefix("convolutional")
        ? SequenceBatch(channelMajor: x) : found.isBatchMajor ? SequenceBatch(batchMajor: x) : SequenceBatch(x)
      output = network(.sequence(sequence))
    }
    let expected = try fixture.tensor("output", in: name)
    var values = try #require(output.values)
    if name.hasPrefix("convolutional") { values = values.permuted([1, 0, 2]) }
    let used = Tolerance.forward.used(values, expected)
    #expect(used <= 1)
    recordFigure("onnx_exported", used)
  }

  /// PyTorch's parameters have become the network's, bit for bit, and those of one module are one layer of its name.
  @Test(arguments: pyTorchNames) func hasTheWeightsOfPyTorch(_ name: String) throws {
    let fixture = try Self.fixture.get()
    let network = try ONNXNetwork(model(name)).network
    let states = fixture.names(in: name).filter { $0.hasPrefix("state/") }
    var expected: [[UInt32]] = []
    for state in states { expected.append(try fixture.tensor(state, in: name).scalars.map(\.bitPattern)) }
    let found = network.tensors.map { $0.value.scalars.map(\.bitPattern) }
    #expect(found.count == expected.count)
    #expect(Set(found) == Set(expected))
    if name.hasSuffix("-script") {
      let modules = Set(states.compactMap { $0.split(separator: "/")[1].split(separator: ".").first.map(String.init) })
      #expect(modules.isSubset(of: Set(network.description.elements.map(\.name))), "\(modules)")
    }
  }

  /// Of simple units that exporter writes as many steps as its example had, one after the other.
  @Test func stepsOneAfterTheOtherAreRefused() throws {
    let error = try #require(throws: ONNXError.self) { try ONNXNetwork(model("tagger-dynamo")) }
    #expect(error.description.contains("node 'node_Slice_21' (Slice): takes steps other than the last"))
    #expect(error.description.contains("can be run as it is"))
  }
}
