import RecurrentInterchange
import RecurrentLayers
import RecurrentONNX
import RecurrentTensor
import RecurrentTestSupport
import Testing

@Suite struct RecognizedNetworkTests {
  /// Native -> ONNX -> native -> ONNX: the same layers under the same names, the same weights bit for bit, the same bytes.
  @Test(arguments: WrittenCase.all.filter { $0.options.form == .wholeSequence })
  func isTheNetworkThatWasWritten(_ written: WrittenCase) throws {
    let network = try written.network()
    let file = try network.onnx(written.options)
    let found = try ONNXNetwork(ONNXModel(bytes: file.bytes))
    // Layers that do nothing in use are not in the file.
    let kept = network.description.elements.filter { if case .dropout = $0.layer { false } else { true } }
    #expect(found.network.description.elements.map(\.name) == kept.map(\.name))
    #expect(found.isBatchMajor == written.options.isBatchMajor)
    #expect(found.audit.unexplained.isEmpty)
    #expect(Set(found.audit.entries.compactMap(\.target)) == Set(found.network.tensors.map(\.path)))
    switch written.name {
    // Scale and shift of the normalisation stand in the file, for there is no other.
    case "average-pooling":
      let values = found.network.tensors.map(\.value.scalars)
      #expect(values[2].allSatisfy { $0 == 1 } && values[3].allSatisfy { $0 == 0 })
    // The same gate seen from the other side.
    case "gru-takes-new", "gru-takes-new-both":
      guard case .recurrent(let layers) = found.network.description.elements[0].layer else { break }
      #expect(layers[0].cell == .gru())
    default:
      let expected = network.tensors.map(\.value)
      let values = found.network.tensors.map(\.value)
      #expect(values.map(\.shape) == expected.map(\.shape))
      for (value, expected) in zip(values, expected) {
        #expect(value.scalars.map(\.bitPattern) == expected.scalars.map(\.bitPattern))
      }
      if kept.count == network.description.elements.count {
        #expect(try found.network.onnx(written.options).bytes == file.bytes)
      }
    }
    expectSameOutputs(found.network, network)
  }

  private func expectSameOutputs(_ found: SequenceNetwork, _ expected: SequenceNetwork) {
    let input: NetworkValue
    if case .tokens = expected.description.input {
      input = .tokens(TokenBatch([[3, 1, 8, 0, 2], [5, 5, 7, 1, 4]]))
    } else {
      input = .sequence(
        SequenceBatch(Tensor(uniform: [5, 2, expected.description.input.size], from: -1, key: RandomKey(seed: 5))))
    }
    guard let a = found(input).values, let b = expected(input).values else {
      Issue.record("a network computes symbols")
      return
    }
    let used = Tolerance.forward.used(a, b)
    #expect(used <= 1)
    recordFigure("onnx_round_trips", used)
  }

  @Test func aStepIsNoChain() throws {
    let written = try #require(WrittenCase.all.first { $0.name == "one-step" })
    let bytes = try written.network().onnx(written.options).bytes
    let error = #expect(throws: ONNXError.self) { try ONNXNetwork(ONNXModel(bytes: bytes)) }
    #expect(error?.description.contains("input/Unsqueeze") == true)
  }
}
