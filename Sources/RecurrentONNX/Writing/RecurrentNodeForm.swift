import RecurrentInterchange
import RecurrentLayers
import RecurrentTensor

/// How a recurrent layer stands in an ONNX node: the operator, its attributes, and where the blocks of its weights come from.
struct RecurrentNodeForm {
  /// A block of H rows.
  struct Block {
    /// Its place among the blocks of `DirectionWeights`.
    let source: Int
    /// Whether the sign is changed.
    var isNegated = false
  }

  /// Which blocks of the network's own weights the node has, in the order of the node.
  let blocks: [Block]
  /// The same for the vectors of peepholes.
  let peepholes: [Block]
  let operatorName: String
  /// What the signs of the blocks add to what is said of the weights.
  var negation: [ConversionAudit.Action] { blocks.contains(where: \.isNegated) ? [.negated] : [] }
  let attributes: [ONNXAttributeProto]

  init(_ layer: RecurrentDescription) throws(InexpressibleCell) {
    var attributes = [ONNXAttributeProto.integer("hidden_size", layer.hiddenSize)]
    switch layer.directions {
    case .forward: break
    case .backward: attributes.append(.string("direction", "reverse"))
    case .both: attributes.append(.string("direction", "bidirectional"))
    }
    switch layer.cell {
    case .lstm(let variant):
      operatorName = "LSTM"
      try InexpressibleCell.check(variant)
      // i o f c; coupled gates are 1 - f in the network and 1 - i in the node. All four blocks are written, so that the node is
      // right for a reader that leaves its coupling out.
      blocks =
        variant.couplesGates
        ? [Block(source: 0, isNegated: true), Block(source: 2), Block(source: 0), Block(source: 1)]
        : [Block(source: 0), Block(source: 3), Block(source: 1), Block(source: 2)]
      peepholes =
        !variant.hasPeepholes
        ? []
        : variant.couplesGates
          ? [Block(source: 0, isNegated: true), Block(source: 1), Block(source: 0)]
          : [Block(source: 0), Block(source: 2), Block(source: 1)]
      if variant.couplesGates { attributes.append(.integer("input_forget", 1)) }
      if let clip = variant.gateClip { attributes.append(.float("clip", Float(clip))) }
      let functions = [variant.gateActivation, variant.inputActivation, variant.outputActivation]
      attributes += try functions.attributes(unless: [.sigmoid, .tanh, .tanh], layer.directionCount)
    case .gru(let variant):
      operatorName = "GRU"
      try InexpressibleCell.check(variant)
      // z r h.
      blocks = [
        Block(source: 1, isNegated: variant.updateGate == .takesNewState), Block(source: 0), Block(source: 2),
      ]
      peepholes = []
      if variant.reset == .resetAfter { attributes.append(.integer("linear_before_reset", 1)) }
      if let clip = variant.gateClip { attributes.append(.float("clip", Float(clip))) }
      let functions = [variant.gateActivation, variant.candidateActivation]
      attributes += try functions.attributes(unless: [.sigmoid, .tanh], layer.directionCount)
    case .elman(let activation):
      operatorName = "RNN"
      blocks = [Block(source: 0)]
      peepholes = []
      attributes += try [activation].attributes(unless: [.tanh], layer.directionCount)
    }
    self.attributes = attributes
  }
}

/// A cell that one ONNX node cannot express; why.
struct InexpressibleCell: Error {
  let reason: String

  static func check(_ variant: LSTMVariant) throws(InexpressibleCell) {
    if variant.projectionSize != nil {
      throw InexpressibleCell(reason: "ONNX has no LSTM with a projection; write the network as safetensors instead")
    }
    if variant.normalization.isPresent {
      throw InexpressibleCell(reason: "ONNX has no LSTM that normalises within a step")
    }
    if variant.cellClip != nil {
      throw InexpressibleCell(reason: "ONNX limits what goes into the gates of an LSTM, not its cell state")
    }
    if variant.couplesGates && !variant.gateActivation.isSymmetric {
      throw InexpressibleCell(
        reason:
          "ONNX couples the gates of an LSTM as f = 1 - i, not i = 1 - f, which is the same only for logistic gates")
    }
  }

  static func check(_ variant: GRUVariant) throws(InexpressibleCell) {
    if variant.normalization.isPresent {
      throw InexpressibleCell(reason: "ONNX has no GRU that normalises within a step")
    }
    if variant.updateGate == .takesNewState && !variant.gateActivation.isSymmetric {
      throw InexpressibleCell(
        reason:
          "the update gate of an ONNX GRU keeps the old state, which is 1 - z here: the same only for logistic gates")
    }
  }
}

extension CellActivation {
  /// Whether f(-x) = 1 - f(x), so that changing signs turns a gate into its complement.
  var isSymmetric: Bool { self == .sigmoid || self == .hardSigmoid(slope: p, offset: 0.5) }

  /// The name of the function in recurrent nodes and the constants that it takes there.
  fileprivate var node: (name: String, constants: [Double])? {
    switch self {
    case .tanh: ("Tanh", [])
    case .sigmoid: ("Sigmoid", [])
    case .relu: ("Relu", [])
    case .softsign: ("Softsign", [])
    case .softplus: ("Softplus", [])
    case .identity: ("Affine", [1, 0])
    case .leakyReLU(slope: p): ("LeakyRelu", [p])
    case .elu(scale: p): ("Elu", [p])
    case .hardSigmoid(slope: p, offset: q): ("HardSigmoid", [p, q])
    case .affine(scale: p, offset: q): ("Affine", [p, q])
    case _ where p >= 0 && self == .thresholdedReLU(threshold: p): ("ThresholdedRelu", [p])
    case _ where p != 0 && q != 0 && self == .scaledTanh(outer: p, inner: q): ("ScaledTanh", [p, q])
    default: nil
    }
  }
}

extension [CellActivation] {
  /// The attributes that name these functions for each direction, with all of their constants, for what readers take in their
  /// place differs; none for the usual functions.
  fileprivate func attributes(
    unless usual: [CellActivation], _ directionCount: Int
  ) throws(InexpressibleCell) -> [ONNXAttributeProto] {
    if self == usual { return [] }
    var (names, alphas, betas): ([String], [Float], [Float]) = ([], [], [])
    for function in self {
      guard let (name, constants) = function.node else {
        throw InexpressibleCell(reason: "ONNX' recurrent nodes have no function that cuts its argument off at two ends")
      }
      names.append(name)
      if let alpha = constants.first { alphas.append(Float(alpha)) }
      if constants.count > 1 { betas.append(Float(constants[1])) }
    }
    func repeated<Value>(_ values: [Value]) -> [Value] { (0..<directionCount).flatMap { _ in values } }
    var attributes = [ONNXAttributeProto.strings("activations", repeated(names))]
    if !alphas.isEmpty { attributes.append(.floats("activation_alpha", repeated(alphas))) }
    if !betas.isEmpty { attributes.append(.floats("activation_beta", repeated(betas))) }
    return attributes
  }
}
