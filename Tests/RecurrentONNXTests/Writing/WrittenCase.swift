import RecurrentLayers
import RecurrentONNX
import RecurrentTensor
import Testing

/// A network that is written as ONNX, with random weights in place of all first values that are 0 or 1.
struct WrittenCase: Sendable, CustomTestStringConvertible {
  let name: String
  let elements: [NetworkDescription.Element]
  let options: ONNXWritingOptions

  init(
    _ name: String, _ elements: [NetworkDescription.Element],
    _ change: (inout ONNXWritingOptions) -> Void = { _ in }
  ) {
    self.name = name
    self.elements = elements
    var options = ONNXWritingOptions()
    // The bytes of the golden files do not change with the version.
    options.producerVersion = "test"
    change(&options)
    self.options = options
  }

  var testDescription: String { name }

  func network() throws -> SequenceNetwork {
    let key = RandomKey(seed: 2026)
    var network = SequenceNetwork(try NetworkDescription(elements), key: key)
    var tensors: [String: Tensor] = [:]
    for (number, (path, value)) in network.tensors.enumerated() {
      let isVariance = path.hasSuffix("running_var")
      tensors[path] = Tensor(
        uniform: value.shape, from: isVariance ? 0.5 : -0.8, to: isVariance ? 1.5 : 0.8, key: key.folding(number))
    }
    try network.load(tensors)
    return network
  }
}

extension WrittenCase {
  /// All of them.
  static let all: [WrittenCase] = cells + directions + stacks + forms + layers + lengths

  private static func recurrent(_ cells: RecurrentDescription...) -> NetworkDescription.Element {
    .init("rnn", .recurrent(layers: cells))
  }

  private static func cell(
    _ cell: RecurrentDescription.Cell, _ directions: RecurrentDescription.Directions = .forward,
    bias: RecurrentBias = .double, inputSize: Int = 3
  ) -> RecurrentDescription {
    RecurrentDescription(cell, inputSize: inputSize, hiddenSize: 4, directions: directions, bias: bias)
  }

  private static func lstm(_ change: (inout LSTMVariant) -> Void = { _ in }) -> RecurrentDescription.Cell {
    var variant = LSTMVariant()
    change(&variant)
    return .lstm(variant: variant)
  }

  private static func gru(_ change: (inout GRUVariant) -> Void = { _ in }) -> RecurrentDescription.Cell {
    var variant = GRUVariant()
    change(&variant)
    return .gru(variant: variant)
  }

  /// Every option of a cell that ONNX knows, in both directions where that is another node.
  static let cells: [WrittenCase] = {
    var cases: [WrittenCase] = []
    func add(_ name: String, _ cell: RecurrentDescription.Cell, _ bias: RecurrentBias = .double) {
      cases.append(WrittenCase(name, [recurrent(WrittenCase.cell(cell, bias: bias))]))
      cases.append(WrittenCase("\(name)-both", [recurrent(WrittenCase.cell(cell, .both(), bias: bias))]))
    }
    for (word, bias) in [("two", RecurrentBias.double), ("one", .single), ("no", .none)] {
      add("lstm-\(word)-bias", lstm(), bias)
      add("gru-\(word)-bias", gru(), bias)
      add("gru-before-\(word)-bias", gru { $0.reset = .resetBefore }, bias)
      add("rnn-\(word)-bias", .elman(), bias)
    }
    add("lstm-peepholes", lstm { $0.hasPeepholes = true }, .single)
    add("lstm-coupled", lstm { $0.couplesGates = true }, .single)
    add(
      "lstm-coupled-peepholes",
      lstm {
        $0.couplesGates = true
        $0.hasPeepholes = true
      }, .single)
    add("lstm-clip", lstm { $0.gateClip = 0.5 }, .single)
    add(
      "lstm-functions",
      lstm {
        $0.gateActivation = .hardSigmoid()
        $0.inputActivation = .softsign
        $0.outputActivation = .affine(scale: 0.5, offset: 0.25)
      }, .single)
    add("gru-clip", gru { $0.gateClip = 0.4 }, .single)
    add("gru-takes-new", gru { $0.updateGate = .takesNewState }, .single)
    add(
      "gru-functions",
      gru {
        $0.reset = .resetBefore
        $0.gateActivation = .hardSigmoid(slope: 0.25, offset: 0.5)
        $0.candidateActivation = .scaledTanh(outer: 1.5, inner: 0.5)
      }, .none)
    let functions: [(String, CellActivation)] = [
      ("relu", .relu), ("sigmoid", .sigmoid), ("identity", .identity), ("leaky", .leakyReLU(slope: 0.1)),
      ("softsign", .softsign), ("elu", .elu(scale: 0.5)), ("thresholded", .thresholdedReLU(threshold: 0.2)),
    ]
    for (name, function) in functions { add("rnn-\(name)", .elman(activation: function), .single) }
    return cases
  }()

  static let directions: [WrittenCase] = [
    WrittenCase("lstm-backward", [recurrent(cell(lstm(), .backward))]),
    WrittenCase("gru-backward", [recurrent(cell(gru(), .backward))]),
    WrittenCase("lstm-sum", [recurrent(cell(lstm(), .both(merge: .sum)))]),
    WrittenCase("gru-average", [recurrent(cell(gru(), .both(merge: .average)))]),
    WrittenCase("rnn-multiply", [recurrent(cell(.elman(), .both(merge: .multiply)))]),
  ]

  static let stacks: [WrittenCase] = [
    WrittenCase("lstm-two-layers", [recurrent(cell(lstm()), cell(lstm(), inputSize: 4))]),
    WrittenCase("gru-two-layers-both", [recurrent(cell(gru(), .both()), cell(gru(), .both(), inputSize: 8))]),
    WrittenCase(
      "mixed-layers",
      [recurrent(cell(lstm(), .both(merge: .sum)), cell(gru(), inputSize: 4), cell(.elman(), .backward, inputSize: 4))]),
  ]

  /// What goes in and out.
  static let forms: [WrittenCase] = {
    let elements: [NetworkDescription.Element] = [
      .init("encoder", .recurrent(layers: [cell(lstm()), cell(lstm(), inputSize: 4)])),
      .init("head", .linear(inputSize: 4, outputSize: 2, hasBias: true)),
    ]
    let tokens: [NetworkDescription.Element] = [
      .init("embedding", .embedding(vocabularySize: 9, size: 3)), .init("rnn", .recurrent(layers: [cell(gru())])),
      .init("last", .lastStep), .init("head", .linear(inputSize: 4, outputSize: 2, hasBias: false)),
      .init("probabilities", .activation(function: .logSoftmax)),
    ]
    let both: [NetworkDescription.Element] = [
      .init("rnn", .recurrent(layers: [cell(lstm(), .both(merge: .average)), cell(lstm(), .both(), inputSize: 4)])),
      .init("hidden", .finalHidden), .init("head", .linear(inputSize: 8, outputSize: 2, hasBias: true)),
    ]
    return [
      WrittenCase("steps", elements), WrittenCase("steps-batch-major", elements) { $0.isBatchMajor = true },
      WrittenCase("steps-states", elements) { $0.carriesStates = true },
      WrittenCase("one-step", elements) { $0.form = .oneStep },
      WrittenCase("tokens", tokens), WrittenCase("tokens-batch-major", tokens) { $0.isBatchMajor = true },
      WrittenCase("tokens-one-step", tokens) { $0.form = .oneStep },
      WrittenCase("final", both), WrittenCase("final-states", both) { $0.carriesStates = true },
    ]
  }()

  /// Layers without states.
  static let layers: [WrittenCase] = {
    func convolution(_ change: (inout ConvolutionDescription) -> Void) -> NetworkLayer {
      var window = ConvolutionDescription(inputChannels: 4, outputChannels: 6, kernelSize: 3)
      change(&window)
      return .convolution(window: window)
    }
    var cases = [
      WrittenCase("convolution", [.init("conv", convolution { _ in })]),
      WrittenCase(
        "convolution-causal",
        [
          .init(
            "conv",
            convolution {
              $0.padding = .causal
              $0.dilation = 2
            }), .init("relu", .activation(function: .relu)), .init("mean", .globalPooling(kind: .average)),
        ]),
      WrittenCase(
        "convolution-same",
        [
          .init(
            "conv",
            convolution {
              $0.padding = .same
              $0.kernelSize = 4
              $0.hasBias = false
            }), .init("norm", .batchNormalization(size: 6, epsilon: 1e-3, isAffine: true)),
          .init("max", .globalPooling(kind: .max)),
        ]),
      WrittenCase(
        "convolution-groups",
        [
          .init(
            "conv",
            convolution {
              $0.padding = .zeros(1)
              $0.groups = 2
              $0.stride = 2
            }), .init("dropout", .dropout(rate: 0.5)), .init("rnn", .recurrent(layers: [cell(gru(), inputSize: 6)])),
        ]),
      WrittenCase(
        "max-pooling",
        [
          .init("conv", convolution { _ in }),
          .init("pool", .maxPooling(window: PoolingDescription(kernelSize: 3, stride: 2, padding: 1))),
        ]),
      WrittenCase(
        "average-pooling",
        [
          .init("conv", convolution { _ in }),
          .init("pool", .averagePooling(window: PoolingDescription(kernelSize: 2))),
          .init("norm", .batchNormalization(size: 6, epsilon: 1e-5, isAffine: false)),
        ]),
      WrittenCase(
        "average-pooling-real",
        [
          .init("conv", convolution { _ in }),
          .init(
            "pool",
            .averagePooling(window: PoolingDescription(kernelSize: 3, stride: 1, padding: 1, countsPadding: false))),
          .init("norm", .layerNormalization(size: 6, epsilon: 1e-5)),
        ]),
      WrittenCase(
        "flatten",
        [
          .init("conv", convolution { $0.padding = .same }), .init("flat", .flatten(steps: 5)),
          .init("head", .linear(inputSize: 30, outputSize: 2, hasBias: true)),
        ]),
    ]
    let functions: [(String, NetworkActivation)] = [
      ("tanh", .tanh), ("sigmoid", .sigmoid), ("relu", .relu), ("leaky", .leakyReLU(slope: 0.2)),
      ("softplus", .softplus), ("softmax", .softmax), ("log-softmax", .logSoftmax),
    ]
    for (name, function) in functions {
      cases.append(
        WrittenCase(
          "function-\(name)",
          [
            .init("map", .linear(inputSize: 3, outputSize: 4, hasBias: true)),
            .init("f", .activation(function: function)),
          ]))
    }
    return cases
  }()

  /// Rows of different lengths.
  static let lengths: [WrittenCase] = {
    func takingLengths(_ name: String, _ elements: [NetworkDescription.Element]) -> WrittenCase {
      WrittenCase("lengths-\(name)", elements) { $0.takesLengths = true }
    }
    let both = NetworkDescription.Element("rnn", .recurrent(layers: [cell(lstm(), .both())]))
    let head = NetworkDescription.Element("head", .linear(inputSize: 8, outputSize: 2, hasBias: true))
    return [
      takingLengths("steps", [both, .init("norm", .layerNormalization(size: 8, epsilon: 1e-5)), head]),
      takingLengths("last", [both, .init("last", .lastStep), head]),
      takingLengths("final", [both, .init("hidden", .finalHidden), head]),
      takingLengths("mean", [both, .init("pool", .globalPooling(kind: .average)), head]),
      takingLengths("max", [both, head, .init("pool", .globalPooling(kind: .max))]),
      WrittenCase(
        "lengths-tokens-batch-major",
        [
          .init("embedding", .embedding(vocabularySize: 9, size: 3)),
          .init("rnn", .recurrent(layers: [cell(gru(), .backward)])),
          .init("norm", .batchNormalization(size: 4, epsilon: 1e-5, isAffine: true)),
        ]
      ) {
        $0.isBatchMajor = true
        $0.takesLengths = true
        $0.carriesStates = true
      },
    ]
  }()
}
