import RecurrentLayers
import RecurrentTensor

/// What the attributes of a recurrent node say.
struct RecurrentSettings: Sendable {
  /// The operator.
  enum Kind: String {
    case rnn = "RNN"
    case gru = "GRU"
    case lstm = "LSTM"

    /// Blocks of rows in the matrices.
    var gateCount: Int {
      switch self {
      case .rnn: 1
      case .gru: 3
      case .lstm: 4
      }
    }

    /// The functions of one direction, in the order in which attributes name them: of the gates, the candidate, the output.
    var functions: [CellActivation] {
      switch self {
      case .rnn: [.tanh]
      case .gru: [.sigmoid, .tanh]
      case .lstm: [.sigmoid, .tanh, .tanh]
      }
    }
  }

  private enum DirectionName: String, CaseIterable {
    case forward, reverse, bidirectional
  }

  let kind: Kind
  /// Of each block of the weights.
  let directions: [Direction]
  /// For each direction.
  let functions: [[CellActivation]]
  /// Limits what goes into the functions; nil for no limit.
  let clip: Double?
  /// Whether the batch is the first axis.
  let isBatchMajor: Bool
  let hiddenSize: Int?
  /// Whether f = 1 - i.
  let couplesGates: Bool
  /// Where the reset gate of a GRU acts.
  let reset: GRUCell.Variant
  let hasBias: Bool
  let hasPeepholes: Bool

  init(_ kind: Kind, _ reader: inout NodeReader) throws(ONNXError) {
    self.kind = kind
    switch try reader.choice("direction", default: DirectionName.forward) {
    case .forward: directions = [.forward]
    case .reverse: directions = [.backward]
    case .bidirectional: directions = [.forward, .backward]
    }
    functions = try RecurrentSettings.functions(kind, directions.count, &reader)
    let limit = try reader.float("clip")
    if let limit, limit <= 0 { throw reader.error("attribute 'clip' is \(limit); a limit is above 0") }
    clip = limit.map { Double($0) }
    isBatchMajor = reader.node.opset >= 14 ? try reader.flag("layout") : false
    hiddenSize = try reader.integer("hidden_size")
    couplesGates = kind == .lstm ? try reader.flag("input_forget") : false
    let resetsAfter = kind == .gru ? try reader.flag("linear_before_reset") : false
    reset = resetsAfter ? .resetAfter : .resetBefore
    hasBias = reader.node.hasInput(3)
    hasPeepholes = kind == .lstm && reader.node.hasInput(7)
  }

  /// Whether every direction computes what the fused cells compute.
  var isPlain: Bool {
    let isUsual = kind == .rnn || functions.allSatisfy { $0 == kind.functions }
    return isUsual && clip == nil && !couplesGates && !hasPeepholes
  }

  private static func functions(
    _ kind: Kind, _ directionCount: Int, _ reader: inout NodeReader
  ) throws(ONNXError) -> [[CellActivation]] {
    let count = kind.functions.count
    let names = try reader.strings("activations")
    let alphas = try reader.floats("activation_alpha") ?? []
    let betas = try reader.floats("activation_beta") ?? []
    guard let names else {
      guard alphas.isEmpty && betas.isEmpty else {
        throw reader.error("there are activation_alpha or activation_beta, but no activations that take them")
      }
      return Array(repeating: kind.functions, count: directionCount)
    }
    guard names.count == count * directionCount else {
      throw reader.error(
        "\(names.count) activations where \(count * directionCount) are wanted: \(count) for a direction")
    }
    var constants = ActivationConstants(alphas: alphas, betas: betas)
    var found: [CellActivation] = []
    for name in names { found.append(try CellActivation(onnx: name, &constants, reader)) }
    guard constants.isUsedUp else {
      throw reader.error("activation_alpha or activation_beta has more numbers than the activations take")
    }
    return (0..<directionCount).map { Array(found[$0 * count..<($0 + 1) * count]) }
  }
}

/// The constants of activation functions, each taken by the next function that has such a constant.
struct ActivationConstants {
  private var alphas: ArraySlice<Float>
  private var betas: ArraySlice<Float>

  init(alphas: [Float], betas: [Float]) {
    self.alphas = alphas[...]
    self.betas = betas[...]
  }

  var isUsedUp: Bool { alphas.isEmpty && betas.isEmpty }

  mutating func alpha(default value: Double) -> Double { alphas.popFirst().map { Double($0) } ?? value }
  mutating func beta(default value: Double) -> Double { betas.popFirst().map { Double($0) } ?? value }
}

extension CellActivation {
  /// The function of a name, in capitals or not. What is not said of its constants is as in ONNX Runtime, which takes 0 where the
  /// operator of that name has another default.
  init(onnx name: String, _ constants: inout ActivationConstants, _ reader: NodeReader) throws(ONNXError) {
    switch name.lowercased() {
    case "tanh": self = .tanh
    case "sigmoid": self = .sigmoid
    case "relu": self = .relu
    case "softsign": self = .softsign
    case "softplus": self = .softplus
    case "leakyrelu": self = .leakyReLU(slope: try .positive(constants.alpha(default: 0.01), name, reader))
    case "thresholdedrelu": self = .thresholdedReLU(threshold: try .positive(constants.alpha(default: 0), name, reader))
    case "elu": self = .elu(scale: try .positive(constants.alpha(default: 1), name, reader))
    case "hardsigmoid":
      self = .hardSigmoid(slope: constants.alpha(default: 0.2), offset: constants.beta(default: 0.5))
    case "affine": self = .affine(scale: constants.alpha(default: 0), offset: constants.beta(default: 0))
    case "scaledtanh":
      let (outer, inner) = (constants.alpha(default: 0), constants.beta(default: 0))
      self = outer == 0 || inner == 0 ? .affine(scale: 0) : .scaledTanh(outer: outer, inner: inner)
    default:
      throw reader.error(
        "there is no activation '\(name)'; there are Tanh, Sigmoid, Relu, LeakyRelu, ThresholdedRelu, ScaledTanh, HardSigmoid, "
          + "Elu, Softsign, Softplus and Affine")
    }
  }
}

extension Double {
  /// A constant below which a function does not grow with its argument, so that no gradient could be told from its value.
  fileprivate static func positive(_ value: Double, _ name: String, _ reader: NodeReader) throws(ONNXError) -> Double {
    guard value >= 0 else { throw reader.error("\(name) with the negative constant \(value) is not supported") }
    return value
  }
}
