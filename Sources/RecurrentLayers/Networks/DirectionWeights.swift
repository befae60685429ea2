public import RecurrentTensor

/// The weights of one direction of a recurrent layer in one order for all cells, whatever the layer calls them: rows i f g o
/// for an LSTM (f g o where gates are coupled), r z n for a GRU, as in PyTorch.
public struct DirectionWeights: Sendable {
  /// What the input is multiplied by, `[G·H, I]`.
  public var inputHidden: Tensor
  /// What the hidden state is multiplied by, `[G·H, P]`, P the width of the hidden state.
  public var hiddenHidden: Tensor
  /// The bias beside the input's matrix, `[G·H]`; nil for none.
  public var inputBias: Tensor?
  /// The bias beside the hidden state's matrix, `[G·H]`; nil for none.
  public var hiddenBias: Tensor?
  /// What the gates see of the cell state, `[3·H]` in the order i f o; `[2·H]`, f o, where gates are coupled.
  public var peepholes: Tensor?
  /// What makes the hidden state of the cell's output, `[P, H]`.
  public var projection: Tensor?

  /// Weights from their parts.
  public init(
    inputHidden: Tensor, hiddenHidden: Tensor, inputBias: Tensor? = nil, hiddenBias: Tensor? = nil,
    peepholes: Tensor? = nil, projection: Tensor? = nil
  ) {
    self.inputHidden = inputHidden
    self.hiddenHidden = hiddenHidden
    self.inputBias = inputBias
    self.hiddenBias = hiddenBias
    self.peepholes = peepholes
    self.projection = projection
  }
}

extension RecurrentDescription {
  /// A layer with given weights. Biases that the layer has only one of are added.
  ///
  /// - Parameter directions: The weights of each direction, forward first, in the shapes that `DirectionWeights` states.
  /// - Throws: `ParameterLoadingError` where shapes differ.
  public func makeLayer(_ directions: [DirectionWeights]) throws(ParameterLoadingError) -> AnySequenceLayer {
    precondition(directions.count == directionCount, "\(directions.count) directions for \(directionCount)")
    var layer = makeLayer(key: RandomKey(seed: 0))
    var tensors: [String: Tensor] = [:]
    for (weights, suffix) in zip(directions, Self.suffixes) {
      for (name, tensor) in named(weights) { tensors[name + suffix] = tensor }
    }
    try layer.load(tensors)
    return layer
  }

  /// The weights of each direction of a layer that `makeLayer` made, forward first.
  public func weights(of layer: AnySequenceLayer) -> [DirectionWeights] {
    let tensors = Dictionary(uniqueKeysWithValues: layer.tensors.map { ($0.path, $0.value) })
    return Self.suffixes.prefix(directionCount).map { suffix in weights { tensors[$0 + suffix] } }
  }

  private static let suffixes = ["_l0", "_l0_reverse"]

  /// The shapes of the weights of one direction.
  public var shapes: (inputHidden: Shape, hiddenHidden: Shape, bias: Shape, peepholes: Shape?, projection: Shape?) {
    let rows = gateCount * hiddenSize
    var (peepholes, projection): (Shape?, Shape?)
    if case .lstm(let variant) = cell {
      peepholes = variant.hasPeepholes ? [(gateCount - 1) * hiddenSize] : nil
      projection = variant.projectionSize.map { [$0, hiddenSize] }
    }
    return ([rows, inputSize], [rows, directionSize], [rows], peepholes, projection)
  }

  // MARK: The names that layers use

  private func named(_ weights: DirectionWeights) -> [String: Tensor] {
    if isFused { return namedFused(weights) }
    var tensors = ["weight_ih": weights.inputHidden]
    let bias = bias == .none ? nil : weights.inputBias ?? zeroBias
    switch cell {
    case .gru(let variant):
      let gates = 2 * hiddenSize
      tensors["weight_hh"] = weights.hiddenHidden.slice(axis: 0, 0..<gates)
      tensors["weight_hn"] = weights.hiddenHidden.slice(axis: 0, gates..<3 * hiddenSize)
      tensors["bias"] = gruBias(bias, weights.hiddenBias, variant.reset)
      if self.bias != .none, variant.reset == .resetAfter {
        tensors["bias_hn"] = (weights.hiddenBias ?? zeroBias).slice(axis: 0, gates..<3 * hiddenSize)
      }
    case .lstm, .elman:
      tensors["weight_hh"] = weights.hiddenHidden
      tensors["bias"] = bias.map { bias in weights.hiddenBias.map { bias + $0 } ?? bias }
      for (place, name) in peepholeNames.enumerated() {
        tensors[name] = weights.peepholes?.slice(axis: 0, place * hiddenSize..<(place + 1) * hiddenSize)
      }
      tensors["weight_hr"] = weights.projection
    }
    return tensors
  }

  private func namedFused(_ weights: DirectionWeights) -> [String: Tensor] {
    var tensors = ["weight_ih": weights.inputHidden, hiddenHiddenName: weights.hiddenHidden]
    switch bias {
    case .none: break
    case .single:
      tensors["bias_ih"] = weights.hiddenBias.map { (weights.inputBias ?? zeroBias) + $0 } ?? weights.inputBias
    case .double:
      tensors["bias_ih"] = weights.inputBias
      tensors["bias_hh"] = weights.hiddenBias ?? zeroBias
    }
    return tensors
  }

  private func weights(_ tensor: (String) -> Tensor?) -> DirectionWeights {
    func required(_ name: String) -> Tensor {
      guard let value = tensor(name) else {
        preconditionFailure("the layer is not one of this description: no \(name)")
      }
      return value
    }
    if isFused {
      return DirectionWeights(
        inputHidden: required("weight_ih"), hiddenHidden: required(hiddenHiddenName), inputBias: tensor("bias_ih"),
        hiddenBias: tensor("bias_hh"))
    }
    if case .gru = cell {
      return DirectionWeights(
        inputHidden: required("weight_ih"),
        hiddenHidden: Tensor(concatenating: [required("weight_hh"), required("weight_hn")], axis: 0),
        inputBias: tensor("bias"),
        hiddenBias: tensor("bias_hn").map { Tensor(concatenating: [Tensor(zeros: [2 * hiddenSize]), $0], axis: 0) })
    }
    let peepholes = peepholeNames.compactMap(tensor)
    return DirectionWeights(
      inputHidden: required("weight_ih"), hiddenHidden: required("weight_hh"), inputBias: tensor("bias"),
      peepholes: peepholes.isEmpty ? nil : Tensor(concatenating: peepholes, axis: 0), projection: tensor("weight_hr"))
  }

  private var zeroBias: Tensor { Tensor(zeros: [gateCount * hiddenSize]) }

  private var hiddenHiddenName: String {
    if case .gru(let variant) = cell, variant.reset == .resetBefore { return "weight_hh_reset_before" }
    return "weight_hh"
  }

  private var peepholeNames: [String] {
    guard case .lstm(let variant) = cell, variant.hasPeepholes else { return [] }
    return variant.couplesGates ? ["peephole_f", "peephole_o"] : ["peephole_i", "peephole_f", "peephole_o"]
  }

  /// One bias of both, but for what the reset gate of a reset-after unit acts on.
  private func gruBias(_ input: Tensor?, _ hidden: Tensor?, _ reset: GRUCell.Variant) -> Tensor? {
    guard let input, let hidden else { return input }
    guard reset == .resetAfter else { return input + hidden }
    let gates = hidden.slice(axis: 0, 0..<2 * hiddenSize)
    return input + Tensor(concatenating: [gates, Tensor(zeros: [hiddenSize])], axis: 0)
  }
}
