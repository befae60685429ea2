import CRecurrentKernels
public import RecurrentTensor

/// What one recurrent layer is, without its weights.
public struct RecurrentDescription: Hashable, Sendable, Codable {
  /// The equations of a step.
  public enum Cell: Hashable, Sendable, Codable {
    /// Long short-term memory.
    case lstm(variant: LSTMVariant = LSTMVariant())
    /// Gated recurrent units.
    case gru(variant: GRUVariant = GRUVariant())
    /// Simple recurrent units with a function of their own.
    case elman(activation: CellActivation = .tanh)
  }

  /// Where rows begin.
  public enum Directions: Hashable, Sendable, Codable {
    /// At their first step.
    case forward
    /// At their last step.
    case backward
    /// At both ends, by two cells.
    case both(merge: DirectionMerge = .concatenate)
  }

  /// The equations of a step.
  public var cell: Cell
  /// The features of an input step, I.
  public var inputSize: Int
  /// The units, H.
  public var hiddenSize: Int
  /// Where rows begin.
  public var directions: Directions
  /// How many bias vectors there are. Cells with options have one at most; the second of a reset-after GRU with options
  /// stands beside its candidate's product alone.
  public var bias: RecurrentBias

  /// A description of one layer.
  public init(
    _ cell: Cell, inputSize: Int, hiddenSize: Int, directions: Directions = .forward, bias: RecurrentBias = .double
  ) {
    self.cell = cell
    self.inputSize = inputSize
    self.hiddenSize = hiddenSize
    self.directions = directions
    self.bias = bias
  }

  /// The blocks of H rows of the input's matrix: gates and candidate.
  public var gateCount: Int {
    switch cell {
    case .lstm(let variant): variant.couplesGates ? 3 : 4
    case .gru: 3
    case .elman: 1
    }
  }

  /// The features that one direction gives at a step: H, or the width of its projection.
  public var directionSize: Int {
    if case .lstm(let variant) = cell { return variant.projectionSize ?? hiddenSize }
    return hiddenSize
  }

  /// The number of directions, D.
  public var directionCount: Int { if case .both = directions { 2 } else { 1 } }

  /// The features of an output step.
  public var outputSize: Int {
    directions == .both(merge: .concatenate) ? 2 * directionSize : directionSize
  }

  /// Whether the library has fused kernels for the cell; they know two biases, cells with options one.
  public var isFused: Bool {
    switch cell {
    case .lstm(let variant): variant == LSTMVariant()
    case .gru(let variant):
      variant == GRUVariant() || variant == GRUVariant(reset: .resetBefore)
    case .elman(let activation): ElmanCell.Activation(activation) != nil
    }
  }

  /// A layer with random weights.
  public func makeLayer(key: RandomKey) -> AnySequenceLayer {
    switch cell {
    case .lstm where isFused:
      wrap(key) { LSTMCell(inputSize: inputSize, hiddenSize: hiddenSize, bias: bias, key: $0) }
    case .lstm(let variant):
      wrap(key) {
        LSTMVariantCell(
          inputSize: inputSize, hiddenSize: hiddenSize, variant: variant, hasBias: bias != .none, key: $0)
      }
    case .gru(let variant) where isFused:
      wrap(key) {
        GRUCell(inputSize: inputSize, hiddenSize: hiddenSize, variant: variant.reset, bias: bias, key: $0)
      }
    case .gru(let variant):
      wrap(key) {
        GRUVariantCell(
          inputSize: inputSize, hiddenSize: hiddenSize, variant: variant, hasBias: bias != .none, key: $0)
      }
    case .elman(let activation): makeElman(activation, key)
    }
  }

  private func makeElman(_ activation: CellActivation, _ key: RandomKey) -> AnySequenceLayer {
    if let fused = ElmanCell.Activation(activation) {
      return wrap(key) {
        ElmanCell(inputSize: inputSize, hiddenSize: hiddenSize, activation: fused, bias: bias, key: $0)
      }
    }
    return wrap(key) {
      LeakyElmanCell(
        inputSize: inputSize, hiddenSize: hiddenSize, activation: activation, hasBias: bias != .none, key: $0)
    }
  }

  private func wrap<Cell: RecurrentCell>(_ key: RandomKey, _ cell: (RandomKey) -> Cell) -> AnySequenceLayer {
    let first = cell(key.folding(0))
    switch directions {
    case .forward: return AnySequenceLayer(RecurrentLayer(first, direction: .forward))
    case .backward: return AnySequenceLayer(RecurrentLayer(first, direction: .backward))
    case .both(let merge):
      return AnySequenceLayer(BidirectionalLayer(forward: first, backward: cell(key.folding(1)), merge: merge))
    }
  }
}

extension GRUVariant {
  fileprivate init(reset: GRUCell.Variant) {
    self.init()
    self.reset = reset
  }
}

extension ElmanCell.Activation {
  /// The function that the fused kernels know; nil for others.
  fileprivate init?(_ activation: CellActivation) {
    switch activation {
    case .tanh: self = .tanh
    case .relu: self = .relu
    case .sigmoid: self = .sigmoid
    case .identity: self = .identity
    case _ where activation.function == RK_ACTIVATION_LEAKY_RELU: self = .leakyReLU(slope: Float(activation.p))
    default: return nil
    }
  }
}
