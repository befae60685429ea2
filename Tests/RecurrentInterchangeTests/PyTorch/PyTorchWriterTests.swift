import RecurrentFormats
import RecurrentInterchange
import RecurrentLayers
import RecurrentTensor
import Testing

@Suite struct PyTorchWriterTests {
  private typealias Element = NetworkDescription.Element
  private let folder: ConversionFolder

  init() throws { folder = try ConversionFolder() }

  private func network(_ elements: Element...) throws -> ReadNetwork {
    let network = SequenceNetwork(try NetworkDescription(elements), key: RandomKey(seed: 1))
    return ReadNetwork(network: network, audit: ConversionAudit())
  }

  private func refusal(_ layer: RecurrentDescription) throws -> String {
    do {
      _ = try PyTorchFormat().write(
        network(Element("r", .recurrent(layers: [layer]))), to: folder.path("r.safetensors"))
      return "it was not refused"
    } catch {
      return "\(error)"
    }
  }

  @Test func whatPyTorchLacksIsRefused() throws {
    func lstm(_ change: (inout LSTMVariant) -> Void) -> RecurrentDescription {
      var variant = LSTMVariant()
      change(&variant)
      return RecurrentDescription(.lstm(variant: variant), inputSize: 3, hiddenSize: 4, bias: .single)
    }
    func gru(_ change: (inout GRUVariant) -> Void) -> RecurrentDescription {
      var variant = GRUVariant()
      change(&variant)
      return RecurrentDescription(.gru(variant: variant), inputSize: 3, hiddenSize: 4, bias: .single)
    }
    #expect(try refusal(gru { $0.reset = .resetBefore }).contains("no weights make one of the other"))
    #expect(try refusal(gru { $0.updateGate = .takesNewState }).contains("other senses of its gates"))
    #expect(try refusal(lstm { $0.hasPeepholes = true }).contains("no peepholes"))
    #expect(try refusal(lstm { $0.couplesGates = true }).contains("coupled gates"))
    #expect(try refusal(lstm { ($0.projectionSize, $0.cellClip) = (2, 1) }).contains("clips"))
    var layer = RecurrentDescription(.elman(activation: .sigmoid), inputSize: 3, hiddenSize: 4)
    #expect(try refusal(layer).contains("tanh or relu"))
    layer = RecurrentDescription(.lstm(), inputSize: 3, hiddenSize: 4, directions: .backward)
    #expect(try refusal(layer).contains("from the end alone"))
    for merge in [DirectionMerge.sum, .average, .multiply] {
      layer.directions = .both(merge: merge)
      #expect(try refusal(layer).contains("no merge '\(merge.rawValue)'"))
    }
    #expect(folder.names.isEmpty)
  }

  /// Layers of different widths are modules of their own.
  @Test func unequalLayersAreSeveralModules() throws {
    let layers = [
      RecurrentDescription(.lstm(), inputSize: 3, hiddenSize: 4, directions: .both()),
      RecurrentDescription(.lstm(), inputSize: 8, hiddenSize: 4, directions: .both()),
      RecurrentDescription(.gru(), inputSize: 8, hiddenSize: 2, bias: .single),
    ]
    let network = try network(Element("stack", .recurrent(layers: layers)))
    _ = try PyTorchFormat().write(network, to: folder.path("m.safetensors"))
    let file = try SafetensorsFile(path: folder.path("m.safetensors"))
    #expect(file.metadata["recurrent_layout"] == "stack.0=lstm, stack.1=gru(bias=single)")
    #expect(file["stack.0.weight_ih_l1_reverse"]?.shape == [16, 8] && file["stack.1.weight_ih_l0"]?.shape == [6, 8])
    let again = try PyTorchFormat().read(folder.path("m.safetensors"), layout: nil)
    let x = NetworkValue.sequence(SequenceBatch(Tensor(normal: [5, 2, 3], key: RandomKey(seed: 2))))
    #expect(again.network(x).values?.scalars == network.network(x).values?.scalars)
  }

  /// Names of other systems become names that attributes of Python can have, each of them once.
  @Test func namesAreMadeFitForPyTorch() throws {
    let network = try network(
      Element("dense/kernel:0", .linear(inputSize: 3, outputSize: 3, hasBias: false)),
      Element("dense_kernel_0", .linear(inputSize: 3, outputSize: 3, hasBias: false)),
      Element("é, x=(y)", .layerNormalization(size: 3, epsilon: 1e-5)))
    _ = try PyTorchFormat().write(network, to: folder.path("m.safetensors"))
    #expect(
      try folder.tensors("m.safetensors").keys.sorted() == [
        "___x__y_.bias", "___x__y_.weight", "dense_kernel_0.weight", "dense_kernel_0_2.weight",
      ])
    let again = try PyTorchFormat().read(folder.path("m.safetensors"), layout: nil)
    #expect(again.network.tensors.map(\.value.scalars) == network.network.tensors.map(\.value.scalars))
  }
}
