public import RecurrentLayers
public import RecurrentTensor

/// The kinds of recurrent cell that a configuration can name.
public enum CellKind: String, Hashable, Sendable, CaseIterable {
  /// Long short-term memory.
  case lstm
  /// Gated recurrent units.
  case gru
  /// Simple recurrent units.
  case elman
  /// Simple recurrent units that see only themselves.
  case independent = "indrnn"
  /// The minimal gated unit.
  case minimalGated = "mgu"
  /// The minimal GRU, whose gates see the input only.
  case minimalGRU = "mingru"
  /// The minimal LSTM, whose gates see the input only.
  case minimalLSTM = "minlstm"
}

/// The kinds of normalisation inside a cell that a configuration can name.
public enum CellNormalizationKind: String, Hashable, Sendable, CaseIterable {
  /// None.
  case none
  /// Over the units of each row.
  case layer

  var normalization: Normalization { self == .none ? .none : .layer }
}

/// The functions that a configuration can name for the simple recurrent cell.
public enum ElmanActivationKind: String, Hashable, Sendable, CaseIterable {
  /// The hyperbolic tangent.
  case tanh
  /// The positive part.
  case relu
  /// The positive part plus a hundredth of the negative one.
  case leakyReLU = "leaky-relu"
  /// The logistic function.
  case sigmoid

  var activation: ElmanCell.Activation {
    switch self {
    case .tanh: .tanh
    case .relu: .relu
    case .leakyReLU: .leakyReLU()
    case .sigmoid: .sigmoid
    }
  }

  var cellActivation: CellActivation {
    switch self {
    case .tanh: .tanh
    case .relu: .relu
    case .leakyReLU: .leakyReLU()
    case .sigmoid: .sigmoid
    }
  }
}

/// The ways of drawing first weights that a configuration can name.
public enum InitializationKind: String, Hashable, Sendable, CaseIterable {
  /// Even in ±1/√H, as PyTorch does.
  case pyTorch = "pytorch"
  /// Glorot, orthogonal over all gates and zero biases, as Keras does.
  case keras
  /// Glorot and orthogonal for each gate, zero biases.
  case orthogonal
  /// He, with orthogonal recurrent matrices and zero biases: for rectified units.
  case he

  var initialization: RecurrentInitialization {
    switch self {
    case .pyTorch: .pyTorch
    case .keras: .keras
    case .orthogonal: RecurrentInitialization(input: .glorotUniform, recurrent: .orthogonal(), bias: .zeros)
    case .he: RecurrentInitialization(input: .heUniform, recurrent: .orthogonal(), bias: .zeros)
    }
  }
}

/// What a configuration says about the recurrent part of a model.
public struct RecurrentArchitecture: Hashable, Sendable {
  /// What runs at every step.
  public var cell: CellKind = .lstm
  /// The number of units of each layer; one number stands for all layers.
  public var hidden: [Int] = [32]
  /// The number of layers.
  public var layers = 1
  /// Whether each layer also runs from the end; the outputs are put side by side.
  public var isBidirectional = false
  /// Where the reset gate of gated recurrent units acts.
  public var gruVariant: GRUCell.Variant = .resetAfter
  /// The function of the simple recurrent cell.
  public var activation: ElmanActivationKind = .tanh
  /// Whether the gates of the LSTM see its cell state.
  public var hasPeepholes = false
  /// What evens out the sums that go into the gates of an LSTM or a GRU.
  public var normalization: CellNormalizationKind = .none
  /// The share of units whose state a step leaves as it was, in training at random.
  public var zoneout: Float = 0
  /// The share of the hidden state that training drops on its way to the recurrent matrix, the same at all steps.
  public var stateDropout: Float = 0
  /// The share of the recurrent weights that training drops (DropConnect).
  public var weightDrop: Float = 0
  /// Whether the input of each layer is added to its output, through a matrix where the widths differ.
  public var isResidual = false
  /// How many bias vectors there are.
  public var bias: RecurrentBias = .double
  /// How the first weights are drawn.
  public var initialization: InitializationKind = .pyTorch
  /// The sum of the LSTM forget gate's biases at the start; nil leaves it to `initialization`.
  public var forgetBias: Float?
  /// What the first states are.
  public var initialState: InitialState = .zero
  /// The share of outputs that training drops, between layers and before the head.
  public var dropout: Float = 0

  /// One layer of 32 LSTM units.
  public init() {}

  /// The number of units of each layer, first layer first.
  public var widths: [Int] {
    (0..<layers).map { hidden[min($0, hidden.count - 1)] }
  }

  /// The layers with random weights.
  ///
  /// - Parameters:
  ///   - inputSize: The number of features of a step.
  ///   - key: Where the random numbers come from.
  public func makeStack(inputSize: Int, key: RandomKey) -> RecurrentStack<AnySequenceLayer> {
    var size = inputSize
    var stack: [AnySequenceLayer] = []
    for (index, width) in widths.enumerated() {
      let layer = makeLayer(inputSize: size, hiddenSize: width, key: key.folding(index))
      size = layer.outputSize
      stack.append(layer)
    }
    return RecurrentStack(stack, dropout: dropout)
  }

  private func makeLayer(inputSize: Int, hiddenSize: Int, key: RandomKey) -> AnySequenceLayer {
    var first = initialization.initialization
    first.forgetBias = forgetBias ?? first.forgetBias
    switch cell {
    case .lstm where hasPeepholes || normalization != .none:
      var variant = LSTMVariant()
      (variant.hasPeepholes, variant.normalization) = (hasPeepholes, normalization.normalization)
      return wrap(key) { key in
        LSTMVariantCell(
          inputSize: inputSize, hiddenSize: hiddenSize, variant: variant, hasBias: bias != .none,
          initialization: first, key: key)
      }
    case .lstm:
      return wrap(key) { key in
        LSTMCell(inputSize: inputSize, hiddenSize: hiddenSize, bias: bias, initialization: first, key: key)
      }
    case .gru where normalization != .none:
      var variant = GRUVariant()
      (variant.reset, variant.normalization) = (gruVariant, normalization.normalization)
      return wrap(key) { key in
        GRUVariantCell(
          inputSize: inputSize, hiddenSize: hiddenSize, variant: variant, hasBias: bias != .none,
          initialization: first, key: key)
      }
    case .gru:
      return wrap(key) { key in
        GRUCell(
          inputSize: inputSize, hiddenSize: hiddenSize, variant: gruVariant, bias: bias, initialization: first,
          key: key)
      }
    case .elman:
      return wrap(key) { key in
        ElmanCell(
          inputSize: inputSize, hiddenSize: hiddenSize, activation: activation.activation, bias: bias,
          initialization: first, key: key)
      }
    case .independent:
      return wrap(key) { key in
        LeakyElmanCell(
          inputSize: inputSize, hiddenSize: hiddenSize, activation: activation.cellActivation,
          hasIndependentUnits: true, hasBias: bias != .none, initialization: first, key: key)
      }
    case .minimalGated:
      return wrap(key) { key in
        MinimalGatedCell(
          inputSize: inputSize, hiddenSize: hiddenSize, hasBias: bias != .none, initialization: first, key: key)
      }
    case .minimalGRU:
      return wrap(key) { key in
        MinimalGRUCell(
          inputSize: inputSize, hiddenSize: hiddenSize, hasBias: bias != .none, initialization: first, key: key)
      }
    case .minimalLSTM:
      return wrap(key) { key in
        MinimalLSTMCell(
          inputSize: inputSize, hiddenSize: hiddenSize, hasBias: bias != .none, initialization: first, key: key)
      }
    }
  }

  /// What this says that the kind of cell has no use for; nil where it all fits.
  public var contradiction: String? {
    if hasPeepholes, cell != .lstm { return "peepholes belong to the lstm, not to the \(cell.rawValue)" }
    if normalization != .none, cell != .lstm, cell != .gru {
      return "normalization is there for lstm and gru, not for the \(cell.rawValue)"
    }
    return nil
  }

  private func wrap<Cell: RecurrentCell>(_ key: RandomKey, _ makeCell: (RandomKey) -> Cell) -> AnySequenceLayer {
    let dropout = stateDropout > 0 ? StateDropout(stateDropout) : nil
    let zoneout = zoneout > 0 ? Zoneout(hidden: zoneout, cell: zoneout) : nil
    let weightDrop = weightDrop > 0 ? WeightDrop(weightDrop) : nil
    let forward = makeCell(key.folding(0))
    if isBidirectional {
      return skipping(
        BidirectionalLayer(
          forward: forward, backward: makeCell(key.folding(1)), initialState: initialState, stateDropout: dropout,
          zoneout: zoneout, weightDrop: weightDrop),
        key)
    }
    return skipping(
      RecurrentLayer(
        forward, initialState: initialState, stateDropout: dropout, zoneout: zoneout, weightDrop: weightDrop),
      key)
  }

  /// A layer, or what adds its input to its output.
  private func skipping(_ layer: some SequenceLayer, _ key: RandomKey) -> AnySequenceLayer {
    guard isResidual else { return AnySequenceLayer(layer) }
    return AnySequenceLayer(
      layer.inputSize == layer.outputSize ? Residual(layer) : Residual(layer, key: key.folding(2)))
  }
}
