import Foundation
import RecurrentFormats
import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

@testable import RecurrentInterchange

/// Networks of ours, with all that Keras can express, to be written for Keras.
enum KerasExport {
  static let directions: [(String, RecurrentDescription.Directions)] = [
    ("forward", .forward), ("both", .both()), ("sum", .both(merge: .sum)), ("multiply", .both(merge: .multiply)),
    ("average", .both(merge: .average)),
  ]

  static let cells: [(String, RecurrentDescription.Cell)] = {
    var hard = LSTMVariant()
    hard.gateActivation = .hardSigmoid(slope: 1.0 / 6, offset: 0.5)
    hard.inputActivation = .softsign
    hard.outputActivation = .softsign
    var before = GRUVariant()
    before.reset = .resetBefore
    var rectified = GRUVariant()
    rectified.candidateActivation = .relu
    return [
      ("lstm", .lstm()), ("lstm-hard", .lstm(variant: hard)), ("gru", .gru()), ("gru-before", .gru(variant: before)),
      ("gru-relu", .gru(variant: rectified)), ("rnn", .elman()), ("rnn-relu", .elman(activation: .relu)),
      ("rnn-elu", .elman(activation: .elu())),
    ]
  }()

  /// Every cell with every kind of bias in a stack of two layers, the directions in turn; and the layers around them.
  static let networks: [(name: String, description: NetworkDescription)] = {
    var networks: [(String, [NetworkDescription.Element])] = []
    for (number, (name, cell)) in cells.enumerated() {
      for (turn, bias) in RecurrentBias.allCases.enumerated() {
        let (label, direction) = directions[(number + turn) % directions.count]
        let first = RecurrentDescription(cell, inputSize: 4, hiddenSize: 5, directions: direction, bias: bias)
        let second = RecurrentDescription(cell, inputSize: first.outputSize, hiddenSize: 3, bias: bias)
        networks.append(
          ("\(name)-\(label)-\(bias.rawValue)", [.init("layers.0", .recurrent(layers: [first, second]))]))
      }
    }
    var window = ConvolutionDescription(inputChannels: 4, outputChannels: 6, kernelSize: 3)
    window.padding = .zeros(1)
    var strided = ConvolutionDescription(inputChannels: 6, outputChannels: 4, kernelSize: 2)
    strided.stride = 2
    strided.groups = 2
    let lstm = RecurrentDescription(.lstm(), inputSize: 4, hiddenSize: 5)
    let both = RecurrentDescription(.gru(), inputSize: 4, hiddenSize: 5, directions: .both())
    networks += [
      (
        "tokens",
        [
          .init("e", .embedding(vocabularySize: 11, size: 4)), .init("r", .recurrent(layers: [lstm])),
          .init("l", .lastStep),
          .init("d", .linear(inputSize: 5, outputSize: 3, hasBias: true)), .init("s", .activation(function: .softmax)),
        ]
      ),
      (
        "final",
        [
          .init("b", .recurrent(layers: [both])), .init("f", .finalHidden), .init("p", .dropout(rate: 0.3)),
          .init("d", .linear(inputSize: 10, outputSize: 3, hasBias: false)),
          .init("a", .activation(function: .leakyReLU(slope: 0.05))),
        ]
      ),
      (
        "backward-final",
        [
          .init(
            "b", .recurrent(layers: [RecurrentDescription(.gru(), inputSize: 4, hiddenSize: 5, directions: .backward)])),
          .init("f", .finalHidden),
        ]
      ),
      (
        "last-after-linear",
        [
          .init("r", .recurrent(layers: [lstm])), .init("n", .layerNormalization(size: 5, epsilon: 1e-5)),
          .init("d", .linear(inputSize: 5, outputSize: 3, hasBias: true)),
          .init("t", .activation(function: .logSoftmax)), .init("l", .lastStep),
        ]
      ),
      (
        "convolution",
        [
          .init("c", .convolution(window: window)),
          .init("n", .batchNormalization(size: 6, epsilon: 1e-5, isAffine: true)),
          .init("a", .activation(function: .relu)), .init("s", .convolution(window: strided)),
          .init("m", .maxPooling(window: PoolingDescription(kernelSize: 3, stride: 1, padding: 1))),
          .init("r", .recurrent(layers: [lstm])), .init("g", .globalPooling(kind: .average)),
        ]
      ),
      (
        "flatten",
        [
          .init("c", .convolution(window: window)),
          .init("p", .averagePooling(window: PoolingDescription(kernelSize: 2))), .init("f", .flatten(steps: 3)),
          .init("n", .batchNormalization(size: 18, epsilon: 1e-3, isAffine: false)),
          .init("d", .linear(inputSize: 18, outputSize: 4, hasBias: true)),
        ]
      ),
    ]
    return networks.compactMap { name, elements in (try? NetworkDescription(elements)).map { (name, $0) } }
  }()

  /// A network with random weights, running statistics among them.
  static func network(_ description: NetworkDescription, seed: UInt64) throws -> SequenceNetwork {
    var network = SequenceNetwork(description, key: RandomKey(seed: seed))
    var tensors: [String: Tensor] = [:]
    for (index, (path, value)) in network.tensors.enumerated() {
      var scalars = value.scalars
      for place in scalars.indices {
        let wave =
          0.6 * Float((Double(seed + UInt64(index) * 7919) + Double(place) * 2.399963).remainder(dividingBy: 2))
        scalars[place] = path.hasSuffix("running_var") ? 0.5 + abs(wave) : wave
      }
      tensors[path] = Tensor(scalars, shape: value.shape)
    }
    try network.load(tensors)
    return network
  }

  static let (stepCount, rowCount) = (6, 3)

  /// An input, batch first as Keras has it.
  static func input(_ description: NetworkDescription) -> (NetworkValue, Tensor) {
    if case .tokens(let count) = description.input {
      let rows = (0..<rowCount).map { row in (0..<stepCount).map { Int32((row * 5 + $0 * 3) % count) } }
      return (.tokens(TokenBatch(rows)), Tensor(rows.flatMap { $0 }.map(Float.init), shape: [rowCount, stepCount]))
    }
    let size = description.input.size
    let values = (0..<rowCount * stepCount * size).map { Float((Double($0) * 1.7).remainder(dividingBy: 3)) }
    let x = Tensor(values, shape: [rowCount, stepCount, size])
    return (.sequence(SequenceBatch(batchMajor: x)), x)
  }

  static func output(_ network: SequenceNetwork, _ input: NetworkValue) -> Tensor {
    let value = network(input)
    if case .sequence(let sequence) = value { return sequence.values.permuted([1, 0, 2]) }
    return value.values ?? Tensor(zeros: [0])
  }
}

@Suite struct KerasExportTests {
  @Test(arguments: KerasExport.networks.indices)
  func comesBackAndComputesTheSame(_ index: Int) throws {
    let (name, description) = KerasExport.networks[index]
    let network = try KerasExport.network(description, seed: UInt64(index))
    let (bytes, audit) = try KerasWriter(description).bytes(network)
    #expect(audit.unexplained.isEmpty)
    let again = try KerasFile(bytes: bytes).model()
    #expect(again.audit.unexplained.isEmpty)
    let (input, _) = KerasExport.input(description)
    let used = Tolerance.forward.used(
      KerasExport.output(again.network, input), KerasExport.output(network, input))
    recordFigure("keras_round_trip_worst", used)
    #expect(used <= 1, "\(name): \(used)")
    recordFigure("round_trips/native_keras_native", 1)
    // Without sums and made-up biases not a bit changes, neither on a second way.
    let second = try KerasFile(bytes: KerasWriter(again.network.description).bytes(again.network).bytes).model()
    #expect(second.network.tensors.map(\.value.scalars) == again.network.tensors.map(\.value.scalars))
  }

  @Test func networksAreThere() { #expect(KerasExport.networks.count == 30) }

  /// For `check.py`, which loads in Keras what this writes: `RECURRENT_KERAS_EXPORT` is an empty folder.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["RECURRENT_KERAS_EXPORT"] != nil))
  func writesFilesForKeras() throws {
    let folder = try #require(ProcessInfo.processInfo.environment["RECURRENT_KERAS_EXPORT"])
    var results = SafetensorsWriter()
    for (index, (name, description)) in KerasExport.networks.enumerated() {
      let network = try KerasExport.network(description, seed: UInt64(index))
      let writer = try KerasWriter(description, name: "net")
      _ = try writer.write(network, to: "\(folder)/\(name).keras")
      _ = try writer.writeWeights(network, to: "\(folder)/\(name).weights.h5")
      let (input, x) = KerasExport.input(description)
      try results.add("\(name)/x", x)
      try results.add("\(name)/y", KerasExport.output(network, input))
    }
    // What is written of a masking model does not mask, as the note on reading it says.
    for name in KerasGolden.models where name != "masked" {
      let network = try KerasFile(path: KerasFixture.path("models/\(name).keras")).model().network
      _ = try KerasWriter(network.description, name: "net").write(network, to: "\(folder)/again-\(name).keras")
      let golden = try SafetensorsFile(path: KerasFixture.path("results.safetensors"))
      let isTokens = try golden.entry("\(name)/x").dtype == .int32
      let x =
        isTokens
        ? Tensor(try golden.int32s("\(name)/x").map(Float.init), shape: Shape(try golden.entry("\(name)/x").shape))
        : try golden.tensor("\(name)/x")
      try results.add("again-\(name)/x", x)
      try results.add("again-\(name)/y", try golden.tensor("\(name)/y"))
    }
    try results.write(to: "\(folder)/results.safetensors")
  }
}
