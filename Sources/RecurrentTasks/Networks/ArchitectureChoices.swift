public import RecurrentFormats
public import RecurrentLayers
import RecurrentTensor
public import RecurrentTraining

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
  /// No recurrence: a causal convolution over the last steps, twice as far apart in each further layer.
  case convolution = "conv"
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

extension CellKind: SettingChoice {
  /// Reads one of the words; `rnn`, the word of PyTorch and Keras, stands for the Elman cell.
  public init?(setting value: JSONValue) {
    guard let word = value.string else { return nil }
    self.init(rawValue: word == "rnn" ? CellKind.elman.rawValue : word)
  }
}

extension ElmanActivationKind: SettingChoice {}
extension CellNormalizationKind: SettingChoice {}
extension InitializationKind: SettingChoice {}

extension GRUCell.Variant: SettingChoice {}
extension RecurrentBias: SettingChoice {}
extension InitialState: SettingChoice {}
