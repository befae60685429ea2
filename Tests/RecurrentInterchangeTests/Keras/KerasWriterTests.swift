import Foundation
import RecurrentFormats
import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

@testable import RecurrentInterchange

@Suite struct KerasWriterTests {
  private func tensors(_ network: SequenceNetwork) -> [[Float]] { network.tensors.map(\.value.scalars) }

  @Test(arguments: KerasGolden.models)
  func writesWhatItReads(_ name: String) throws {
    let model = try KerasFile(path: KerasFixture.path("models/\(name).keras")).model()
    let writer = try KerasWriter(model.network.description, name: "again")
    let (bytes, audit) = try writer.bytes(model.network)
    #expect(audit.unexplained.isEmpty)
    let again = try KerasFile(bytes: bytes).model()
    #expect(again.name == "again" && again.audit.unexplained.isEmpty)
    recordFigure("round_trips/keras_native_keras", 1)
    // Nothing is summed on this way, so not a bit changes; what Keras lacked and was made up is written.
    #expect(tensors(again.network) == tensors(model.network))
    #expect(try KerasGolden.used(again.network, name) <= 1)
    // All weights of the network have an entry, and none of the file is left out.
    let file = try KerasFile(bytes: bytes)
    #expect(Set(audit.entries.compactMap(\.target)) == Set(file.datasets.map(\.path)))
  }

  private static func lstm(_ change: (inout LSTMVariant) -> Void) -> RecurrentDescription.Cell {
    var variant = LSTMVariant()
    change(&variant)
    return .lstm(variant: variant)
  }

  private static func gru(_ change: (inout GRUVariant) -> Void) -> RecurrentDescription.Cell {
    var variant = GRUVariant()
    change(&variant)
    return .gru(variant: variant)
  }

  private static func recurrent(
    _ cell: RecurrentDescription.Cell, _ directions: RecurrentDescription.Directions = .forward
  ) -> NetworkLayer {
    .recurrent(layers: [RecurrentDescription(cell, inputSize: 4, hiddenSize: 5, directions: directions)])
  }

  private static var padded: ConvolutionDescription {
    var window = ConvolutionDescription(inputChannels: 4, outputChannels: 3, kernelSize: 3)
    window.padding = .zeros(2)
    return window
  }

  static let inexpressible: [(reason: String, layers: [NetworkLayer])] = [
    ("no projection", [recurrent(lstm { $0.projectionSize = 3 })]),
    ("no peepholes", [recurrent(lstm { $0.hasPeepholes = true })]),
    ("no coupled gates", [recurrent(lstm { $0.couplesGates = true })]),
    ("no limits", [recurrent(lstm { $0.cellClip = 3 })]), ("no limits", [recurrent(lstm { $0.gateClip = 3 })]),
    ("no function of its own", [recurrent(lstm { $0.outputActivation = .identity })]),
    ("no update gate", [recurrent(gru { $0.updateGate = .takesNewState })]),
    ("no limits", [recurrent(gru { $0.gateClip = 1 })]),
    ("no function by name", [recurrent(gru { $0.gateActivation = .hardSigmoid() })]),
    ("no function by name", [recurrent(.elman(activation: .leakyReLU(slope: 0.01)))]),
    ("in reverse", [recurrent(.lstm(), .backward)]),
    ("in reverse", [recurrent(.lstm(), .backward), .dropout(rate: 0), .lastStep]),
    ("last step of two directions", [recurrent(.lstm(), .both()), .lastStep]),
    (
      "put one in front",
      [.convolution(window: ConvolutionDescription(inputChannels: 4, outputChannels: 3, kernelSize: 3)), .lastStep]
    ),
    ("no padding of 2 zeros", [.convolution(window: padded)]),
    ("no padding of 1 steps", [recurrent(.gru()), .maxPooling(window: PoolingDescription(kernelSize: 2, padding: 1))]),
    (
      "no padding of 1 steps",
      [recurrent(.gru()), .averagePooling(window: PoolingDescription(kernelSize: 3, stride: 1, padding: 1))]
    ),
    ("in an order that differs", [recurrent(.gru()), .flatten(steps: 3)]),
  ]

  @Test(arguments: inexpressible.indices)
  func refusesWhatKerasHasNoLayerFor(_ index: Int) throws {
    let (reason, layers) = Self.inexpressible[index]
    let elements = layers.enumerated().map { NetworkDescription.Element("layer \($0)", $1) }
    let description = try NetworkDescription(elements)
    let error = #expect(throws: KerasError.self) { try KerasWriter(description) }
    #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    #expect(error?.layer?.hasPrefix("layer ") == true || layers.contains(.flatten(steps: 3)))
  }

  @Test func namesAreThoseThatKerasTakes() throws {
    let description = try NetworkDescription(
      ["a/b", "a b", "_x", "größe", "1"].map { .init($0, .layerNormalization(size: 4, epsilon: 1e-3)) })
    let (bytes, audit) = try KerasWriter(description).bytes(SequenceNetwork(description, key: RandomKey(seed: 1)))
    let again = try KerasFile(bytes: bytes).model()
    #expect(again.network.description.elements.map(\.name) == ["a_b", "a_b_1", "layer_x", "gr__e", "1"])
    #expect(audit.entries.map(\.sources).first == ["layers.0.weight"])
  }

  @Test func saysWhatBecomesOfBiases() throws {
    func actions(_ cell: RecurrentDescription.Cell, _ bias: RecurrentBias) throws -> [ConversionAudit.Verdict] {
      let layer = RecurrentDescription(cell, inputSize: 2, hiddenSize: 3, bias: bias)
      let description = try NetworkDescription([.init("r", .recurrent(layers: [layer]))])
      let network = SequenceNetwork(description, key: RandomKey(seed: 1))
      return try KerasWriter(description).bytes(network).audit.entries.dropFirst(2).map(\.verdict)
    }
    #expect(try actions(.lstm(), .double) == [.taken([.summed])])
    #expect(try actions(.lstm(), .single) == [.taken([])])
    #expect(try actions(.lstm(), .none) == [])
    #expect(try actions(.gru(), .double) == [.taken([.permuted, .joined])])
    #expect(try actions(.gru(), .single) == [.taken([.permuted, .filled])])
    #expect(try actions(Self.gru { $0.reset = .resetBefore }, .double) == [.taken([.permuted, .summed])])
  }

  @Test func writesFilesWholeOrNotAtAll() throws {
    let description = try NetworkDescription([.init("r", Self.recurrent(.gru()))])
    let network = SequenceNetwork(description, key: RandomKey(seed: 1))
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID())").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let writer = try KerasWriter(description)
    _ = try writer.write(network, to: folder + "/a.keras")
    _ = try writer.writeWeights(network, to: folder + "/a.weights.h5")
    #expect(throws: FileError.self) { try writer.write(network, to: folder + "/nowhere/a.keras") }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["a.keras", "a.weights.h5"])
    let whole = try KerasFile(path: folder + "/a.keras").model().network
    let filled = try KerasFile(path: folder + "/a.weights.h5").model(of: description).network
    #expect(tensors(whole) == tensors(network) && tensors(filled) == tensors(network))
  }
}
