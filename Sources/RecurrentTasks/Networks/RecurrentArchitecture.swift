public import RecurrentLayers
public import RecurrentTensor

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
  /// The steps that a step of a convolution sees.
  public var kernelSize = 3
  /// How many bias vectors there are.
  public var bias: RecurrentBias = .double
  /// How the first weights are drawn.
  public var initialization: InitializationKind = .pyTorch
  /// Draws all weights and biases evenly from ± this instead; nil leaves it to `initialization`.
  public var initRange: Float?
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

  /// The number of features of an output step.
  public var outputSize: Int { (widths.last ?? 0) * (isBidirectional ? 2 : 1) }

  /// The layers with random weights.
  ///
  /// - Parameters:
  ///   - inputSize: The number of features of a step.
  ///   - key: Where the random numbers come from.
  public func makeStack(inputSize: Int, key: RandomKey) -> RecurrentStack<AnySequenceLayer> {
    var size = inputSize
    var stack: [AnySequenceLayer] = []
    for (index, width) in widths.enumerated() {
      let layer = makeLayer(index, inputSize: size, hiddenSize: width, key: key.folding(index))
      size = layer.outputSize
      stack.append(layer)
    }
    return RecurrentStack(stack, dropout: dropout)
  }

  private func makeLayer(_ index: Int, inputSize: Int, hiddenSize: Int, key: RandomKey) -> AnySequenceLayer {
    var first = initialization.initialization
    if let initRange {
      let even = Initializer.uniformWithin(initRange)
      first = RecurrentInitialization(input: even, recurrent: even, bias: even)
    }
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
    case .convolution:
      return skipping(
        CausalConvolution(
          inputSize: inputSize, outputSize: hiddenSize, kernelSize: kernelSize, dilation: 1 << min(index, 16),
          initializer: .heUniform, key: key),
        key)
    }
  }

  /// What this says that the kind of cell has no use for; nil where it all fits.
  public var contradiction: String? {
    if hasPeepholes, cell != .lstm { return "peepholes belong to the lstm, not to the \(cell.rawValue)" }
    if normalization != .none, cell != .lstm, cell != .gru {
      return "normalization is there for lstm and gru, not for the \(cell.rawValue)"
    }
    if cell == .convolution, isBidirectional || zoneout > 0 || stateDropout > 0 || weightDrop > 0 {
      return
        "a convolution has no direction and no recurrence: bidirectional, zoneout, state_dropout and weight_drop are "
        + "for the other cells"
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
