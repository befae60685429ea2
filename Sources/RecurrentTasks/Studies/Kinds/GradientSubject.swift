import RecurrentFormats
import RecurrentLayers
import RecurrentTensor

/// The networks whose gradients `GradientStudy` compares.
public enum GradientSubject: String, Hashable, Sendable, CaseIterable {
  /// Simple recurrent units with tanh and PyTorch's first weights.
  case rnn = "RNN"
  /// The same with an orthogonal recurrent matrix.
  case orthogonalRNN = "RNN-orthogonal"
  /// Rectified units whose recurrent matrix is too large: the gradient explodes.
  case relu = "ReLU"
  /// Rectified units that begin with the identity.
  case irnn = "IRNN"
  /// Gated recurrent units.
  case gru = "GRU"
  /// Long short-term memory: through its hidden state and through its cell state apart.
  case lstm = "LSTM"
  /// The same with layer normalisation of gates and cell state.
  case normalizedLSTM = "LSTM-norm"

  /// One path of the gradient through a network.
  struct Path: Hashable {
    let name: String
    let path: JacobianPath
    let style: LineStyle
  }

  var paths: [Path] {
    func color(_ number: Int) -> String { ChartStyle.colors[number] }
    switch self {
    case .rnn: return [Path(name: "tanh", path: .wholeState, style: LineStyle(color: color(0)))]
    case .orthogonalRNN:
      return [Path(name: "tanh, orthogonal", path: .wholeState, style: LineStyle(color: color(0), dash: "7 3"))]
    case .relu: return [Path(name: "relu, large weights", path: .wholeState, style: LineStyle(color: color(3)))]
    case .irnn: return [Path(name: "IRNN", path: .wholeState, style: LineStyle(color: color(5)))]
    case .gru: return [Path(name: "GRU", path: .wholeState, style: LineStyle(color: color(4)))]
    case .lstm:
      return [
        Path(name: "LSTM through h", path: .part(0), style: LineStyle(color: color(1), dash: "7 3")),
        Path(name: "LSTM through c", path: .part(1), style: LineStyle(color: color(1), width: 2.8)),
      ]
    case .normalizedLSTM:
      return [
        Path(name: "LSTM through c, layer norm", path: .part(1), style: LineStyle(color: color(2)))
      ]
    }
  }

  /// The measurements of a network of this kind with first weights.
  func measure(_ study: GradientStudy, key: RandomKey) throws(StudyError) -> GradientMeasurement {
    let (inputSize, hiddenSize) = (study.problem.inputSize, study.hiddenSize)
    let gated = RecurrentInitialization(longestLag: study.opensGates ? max(3, study.lag) : nil)
    func elman(
      _ activation: ElmanCell.Activation, _ first: RecurrentInitialization
    ) throws(StudyError) -> GradientMeasurement {
      try study.measure(
        self,
        ElmanCell(
          inputSize: inputSize, hiddenSize: hiddenSize, activation: activation, bias: .single, initialization: first,
          key: key), key)
    }
    switch self {
    case .rnn: return try elman(.tanh, .pyTorch)
    case .orthogonalRNN: return try elman(.tanh, RecurrentInitialization(recurrent: .orthogonal(), bias: .zeros))
    case .relu:
      // A normal matrix of deviation g / √H has a spectral radius of about g; half of the units are at rest.
      let deviation = 1.6 / Float(hiddenSize).squareRoot()
      return try elman(.relu, RecurrentInitialization(recurrent: .normal(deviation: deviation), bias: .zeros))
    case .irnn:
      return try study.measure(
        self, ElmanCell.irnn(inputSize: inputSize, hiddenSize: hiddenSize, key: key), key)
    case .gru:
      return try study.measure(
        self, GRUCell(inputSize: inputSize, hiddenSize: hiddenSize, initialization: gated, key: key), key)
    case .lstm:
      return try study.measure(
        self, LSTMCell(inputSize: inputSize, hiddenSize: hiddenSize, initialization: gated, key: key), key)
    case .normalizedLSTM:
      var variant = LSTMVariant()
      variant.normalization = .layer
      var cell = LSTMVariantCell(inputSize: inputSize, hiddenSize: hiddenSize, variant: variant, key: key)
      if study.opensGates {
        cell.openGates(LSTMCell(inputSize: inputSize, hiddenSize: hiddenSize, initialization: gated, key: key))
      }
      return try study.measure(self, cell, key)
    }
  }
}

extension LSTMVariantCell {
  /// Takes the biases of input and forget gate of another cell as shifts of the normalised sums.
  fileprivate mutating func openGates(_ other: LSTMCell) {
    guard var shift = weights["norm_shift"], let biases = other.weights.inputBias else { return }
    let given = biases.value.scalars
    shift.value.withMutableScalars { scalars in
      for place in 0..<2 * other.hiddenSize { scalars[place] = given[place] }
    }
    weights["norm_shift"] = shift
  }
}
