import Foundation
import RecurrentFormats
import RecurrentInterchange
import RecurrentLayers
import RecurrentONNX
import RecurrentTensor
import RecurrentTestSupport
import Testing

@Suite struct WrittenNetworkTests {
  private static let fixture = Result { try Fixture("ONNXWritten/written") }
  /// Where to write the files that `Tests/Fixtures/ONNXWritten/make.py` gives to the peers.
  private static let folder = ProcessInfo.processInfo.environment["ONNX_WRITTEN_FOLDER"]

  @Test(.enabled(if: folder != nil)) func writesFilesForPeers() throws {
    let folder = try #require(Self.folder)
    for written in WrittenCase.all {
      try AtomicFile.write(written.network().onnx(written.options).bytes, to: "\(folder)/\(written.name).onnx")
    }
  }

  /// The bytes are those that `onnx.checker` has accepted, and the network computes what ONNX Runtime computed from them.
  @Test(arguments: WrittenCase.all) func computesWhatONNXRuntimeComputes(_ written: WrittenCase) throws {
    let fixture = try Self.fixture.get()
    let network = try written.network()
    let file = try network.onnx(written.options)
    #expect(try words(file.bytes) == fixture.integers("sha256", in: written.name))
    #expect(file.audit.unexplained.isEmpty)
    let names = fixture.names(in: written.name)
    let runs = Set(names.compactMap { $0.hasPrefix("run") ? $0.split(separator: "/")[0] : nil }).sorted()
    #expect(!runs.isEmpty)
    var worst = 0.0
    for run in runs {
      var named = NamedRun(network: network, options: written.options)
      for name in names where name.hasPrefix("\(run)/in/") {
        let input = String(name.dropFirst(run.count + 4))
        switch input {
        case "tokens": named.tokens = try fixture.integers(name, in: written.name)
        case "shape": named.tokenShape = try fixture.integers(name, in: written.name).map { Int($0) }
        case "sequence_lens": named.lengths = try fixture.integers(name, in: written.name).map { Int($0) }
        default: named.numbers[input] = try fixture.tensor(name, in: written.name)
        }
      }
      let found = try named.outputs()
      for name in names where name.hasPrefix("\(run)/out/") {
        let output = String(name.dropFirst(run.count + 5))
        let expected = try fixture.tensor(name, in: written.name)
        let used = Tolerance.forward.used(try #require(found[output]), expected)
        #expect(used <= 1, "\(run) \(output)")
        worst = max(worst, used)
      }
    }
    recordFigure("onnx_written", worst)
  }

  /// Run node by node, without being recognised as a network, the file gives what ONNX Runtime computed from it.
  @Test(arguments: WrittenCase.all) func runsAsGraph(_ written: WrittenCase) throws {
    let fixture = try Self.fixture.get()
    let graph = try ONNXGraph(ONNXModel(bytes: written.network().onnx(written.options).bytes, path: "written.onnx"))
    let names = fixture.names(in: written.name)
    for run in Set(names.compactMap { $0.hasPrefix("run") ? $0.split(separator: "/")[0] : nil }).sorted() {
      var inputs: [String: ONNXValue] = [:]
      for name in names where name.hasPrefix("\(run)/in/") && !name.hasSuffix("/shape") {
        let input = String(name.dropFirst(run.count + 4))
        switch input {
        case "tokens":
          let tokens = try fixture.integers(name, in: written.name).map { Int($0) }
          let shape = try fixture.integers("\(run)/in/shape", in: written.name).map { Int($0) }
          inputs[try #require(graph.inputs.first).name] = .integers(ONNXIntegers(tokens, shape: Shape(shape)))
        case "sequence_lens":
          let lengths = try fixture.integers(name, in: written.name).map { Int($0) }
          inputs[input] = .integers(ONNXIntegers(lengths, kind: .int32))
        default: inputs[input] = .tensor(try fixture.tensor(name, in: written.name))
        }
      }
      let found = try graph(inputs)
      for name in names where name.hasPrefix("\(run)/out/") {
        let output = String(name.dropFirst(run.count + 5))
        let expected = try fixture.tensor(name, in: written.name)
        #expect(Tolerance.forward.used(try #require(found[output]?.tensor), expected) <= 1, "\(run) \(output)")
      }
    }
  }

  private func words(_ bytes: [UInt8]) throws -> [Int32] {
    let digest = Array(SHA256.hexadecimalDigest(of: bytes))
    return try (0..<8).map { try Int32(bitPattern: #require(UInt32(String(digest[$0 * 8..<$0 * 8 + 8]), radix: 16))) }
  }

  @Test(arguments: WrittenCase.all) func accountsForEveryTensor(_ written: WrittenCase) throws {
    let network = try written.network()
    let entries = try network.onnx(written.options).audit.entries
    let sources = entries.flatMap(\.sources)
    #expect(Set(sources) == Set(network.tensors.map(\.path)))
    #expect(sources.count == Set(sources).count)
    #expect(entries.allSatisfy { $0.target != nil && $0.isExplained })
  }
}

@Suite struct RefusedNetworkTests {
  private func problem(
    _ layers: NetworkLayer..., change: (inout ONNXWritingOptions) -> Void = { _ in }
  ) throws -> String? {
    var options = ONNXWritingOptions()
    change(&options)
    let elements = layers.enumerated().map { NetworkDescription.Element("layer\($0)", $1) }
    let network = SequenceNetwork(try NetworkDescription(elements), key: RandomKey(seed: 1))
    do throws(ONNXWritingError) {
      _ = try network.onnx(options)
      return nil
    } catch {
      return error.description
    }
  }

  private func recurrent(
    _ cell: RecurrentDescription.Cell, _ directions: RecurrentDescription.Directions = .forward
  ) -> NetworkLayer {
    .recurrent(layers: [RecurrentDescription(cell, inputSize: 3, hiddenSize: 4, directions: directions)])
  }

  private func lstm(_ change: (inout LSTMVariant) -> Void) -> NetworkLayer {
    var variant = LSTMVariant()
    change(&variant)
    return recurrent(.lstm(variant: variant))
  }

  private func gru(_ change: (inout GRUVariant) -> Void) -> NetworkLayer {
    var variant = GRUVariant()
    change(&variant)
    return recurrent(.gru(variant: variant))
  }

  private func expectRefusal(_ problem: String?, _ words: String, location: SourceLocation = #_sourceLocation) {
    #expect(problem?.hasPrefix("layer 'layer0': ") == true, "\(problem ?? "written")", sourceLocation: location)
    #expect(problem?.contains(words) == true, "\(problem ?? "written")", sourceLocation: location)
  }

  @Test func cellsThatNoNodeExpresses() throws {
    try expectRefusal(problem(lstm { $0.projectionSize = 2 }), "projection")
    try expectRefusal(problem(lstm { $0.normalization = .layer }), "normalises")
    try expectRefusal(problem(lstm { $0.cellClip = 3 }), "cell state")
    try expectRefusal(problem(lstm { $0.gateActivation = .hardTanh }), "two ends")
    let coupled = lstm {
      $0.couplesGates = true
      $0.gateActivation = .relu
    }
    try expectRefusal(problem(coupled), "couples")
    try expectRefusal(problem(gru { $0.normalization = .layer }), "normalises")
    let takesNew = gru {
      $0.updateGate = .takesNewState
      $0.gateActivation = .tanh
    }
    try expectRefusal(problem(takesNew), "keeps the old state")
  }

  @Test func stepsOfWhatSeesSeveral() throws {
    let window = NetworkLayer.convolution(
      window: ConvolutionDescription(inputChannels: 3, outputChannels: 2, kernelSize: 2))
    for layer in [recurrent(.lstm(), .both()), recurrent(.gru(), .backward), window, .globalPooling(kind: .max)] {
      try expectRefusal(problem(layer) { $0.form = .oneStep }, "no graph of one step")
    }
    let lengths = try problem(recurrent(.gru())) {
      $0.form = .oneStep
      $0.takesLengths = true
    }
    #expect(lengths == "a graph of one step has no lengths; write the whole sequence instead")
  }

  @Test func lengthsOfWindows() throws {
    let pooling = NetworkLayer.maxPooling(window: PoolingDescription(kernelSize: 2))
    try expectRefusal(problem(pooling) { $0.takesLengths = true }, "no lengths for windows")
  }
}
