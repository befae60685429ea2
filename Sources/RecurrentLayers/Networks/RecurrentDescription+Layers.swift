import RecurrentTensor

extension RecurrentDescription {
  /// What a layer is.
  ///
  /// - Throws: `UndescribedLayer` where it does more in use than its cell's equations, or is of another kind.
  public init(of layer: AnySequenceLayer) throws(UndescribedLayer) {
    switch layer.wrapped {
    case let layer as RecurrentLayer<LSTMCell>: self = try Self.describe(layer)
    case let layer as RecurrentLayer<LSTMVariantCell>: self = try Self.describe(layer)
    case let layer as RecurrentLayer<GRUCell>: self = try Self.describe(layer)
    case let layer as RecurrentLayer<GRUVariantCell>: self = try Self.describe(layer)
    case let layer as RecurrentLayer<ElmanCell>: self = try Self.describe(layer)
    case let layer as BidirectionalLayer<LSTMCell>: self = try Self.describe(layer)
    case let layer as BidirectionalLayer<LSTMVariantCell>: self = try Self.describe(layer)
    case let layer as BidirectionalLayer<GRUCell>: self = try Self.describe(layer)
    case let layer as BidirectionalLayer<GRUVariantCell>: self = try Self.describe(layer)
    case let layer as BidirectionalLayer<ElmanCell>: self = try Self.describe(layer)
    default: throw UndescribedLayer(reason: "layers of the kind \(layer.kind) have no counterpart elsewhere")
    }
  }

  private static func describe<Cell: DescribedCell>(_ layer: RecurrentLayer<Cell>) throws(UndescribedLayer) -> Self {
    try layer.requirePlain()
    return layer.cell.describe(layer.direction == .forward ? .forward : .backward)
  }

  private static func describe<Cell: DescribedCell>(
    _ layer: BidirectionalLayer<Cell>
  ) throws(UndescribedLayer) -> Self {
    try layer.forward.requirePlain()
    try layer.backward.requirePlain()
    return layer.forward.cell.describe(.both(merge: layer.merge))
  }
}

/// A layer that no description names.
public struct UndescribedLayer: Error, Hashable, CustomStringConvertible {
  /// Why not.
  public let reason: String

  /// The reason.
  public var description: String { reason }
}

extension RecurrentLayer {
  /// What acts in training alone, dropped states and weights, is no part of a description; the rest must not be there.
  fileprivate func requirePlain() throws(UndescribedLayer) {
    if zoneout != nil {
      throw UndescribedLayer(reason: "zoneout mixes states in use, which no other system's layer does")
    }
    if initialState != nil {
      throw UndescribedLayer(reason: "a trained first state has no place in other systems' layers")
    }
  }
}

/// A cell that other systems have as well.
private protocol DescribedCell: RecurrentCell {
  func describe(_ directions: RecurrentDescription.Directions) -> RecurrentDescription
}

extension FusedWeights {
  fileprivate func describe(
    _ cell: RecurrentDescription.Cell, _ directions: RecurrentDescription.Directions
  ) -> RecurrentDescription {
    RecurrentDescription(
      cell, inputSize: inputSize, hiddenSize: hiddenSize, directions: directions,
      bias: hiddenBias != nil ? .double : inputBias != nil ? .single : .none)
  }
}

extension EquationWeights {
  fileprivate func describe(
    _ cell: RecurrentDescription.Cell, _ directions: RecurrentDescription.Directions
  ) -> RecurrentDescription {
    RecurrentDescription(
      cell, inputSize: inputSize, hiddenSize: hiddenSize, directions: directions,
      bias: inputBias == nil ? .none : .single)
  }
}

extension LSTMCell: DescribedCell {
  fileprivate func describe(_ directions: RecurrentDescription.Directions) -> RecurrentDescription {
    weights.describe(.lstm(), directions)
  }
}

extension LSTMVariantCell: DescribedCell {
  fileprivate func describe(_ directions: RecurrentDescription.Directions) -> RecurrentDescription {
    weights.describe(.lstm(variant: variant), directions)
  }
}

extension GRUCell: DescribedCell {
  fileprivate func describe(_ directions: RecurrentDescription.Directions) -> RecurrentDescription {
    var options = GRUVariant()
    options.reset = variant
    return weights.describe(.gru(variant: options), directions)
  }
}

extension GRUVariantCell: DescribedCell {
  fileprivate func describe(_ directions: RecurrentDescription.Directions) -> RecurrentDescription {
    weights.describe(.gru(variant: variant), directions)
  }
}

extension ElmanCell: DescribedCell {
  fileprivate func describe(_ directions: RecurrentDescription.Directions) -> RecurrentDescription {
    let function: CellActivation =
      switch activation {
      case .tanh: .tanh
      case .relu: .relu
      case .sigmoid: .sigmoid
      case .identity: .identity
      case .leakyReLU(let slope): .leakyReLU(slope: Double(slope))
      }
    return weights.describe(.elman(activation: function), directions)
  }
}
