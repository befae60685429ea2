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
    return switch cell {
    case .lstm:
      wrap(key) { key in
        LSTMCell(inputSize: inputSize, hiddenSize: hiddenSize, bias: bias, initialization: first, key: key)
      }
    case .gru:
      wrap(key) { key in
        GRUCell(
          inputSize: inputSize, hiddenSize: hiddenSize, variant: gruVariant, bias: bias, initialization: first,
          key: key)
      }
    case .elman:
      wrap(key) { key in
        ElmanCell(
          inputSize: inputSize, hiddenSize: hiddenSize, activation: activation.activation, bias: bias,
          initialization: first, key: key)
      }
    }
  }

  private func wrap<Cell: RecurrentCell>(_ key: RandomKey, _ makeCell: (RandomKey) -> Cell) -> AnySequenceLayer {
    if isBidirectional {
      return AnySequenceLayer(
        BidirectionalLayer(
          forward: makeCell(key.folding(0)), backward: makeCell(key.folding(1)), initialState: initialState))
    }
    return AnySequenceLayer(RecurrentLayer(makeCell(key.folding(0)), initialState: initialState))
  }
}
