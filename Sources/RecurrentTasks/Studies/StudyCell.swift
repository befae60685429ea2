public import RecurrentLayers
public import RecurrentTensor

/// The recurrent cells that studies compare.
public enum StudyCell: String, Hashable, Sendable, CaseIterable {
  /// Long short-term memory.
  case lstm = "LSTM"
  /// Gated recurrent units, reset after the product.
  case gru = "GRU"
  /// Simple recurrent units with tanh.
  case rnn = "RNN"
  /// Rectified units that begin with the identity; see `ElmanCell.irnn`.
  case irnn = "IRNN"

  /// A layer with random weights.
  ///
  /// - Parameters:
  ///   - inputSize: The number of features of a step, I.
  ///   - hiddenSize: The number of units, H.
  ///   - longestLag: The longest time that LSTM and GRU are to remember from the start (chrono initialisation); nil for
  ///   none.
  ///   - key: Where the random numbers come from.
  public func makeLayer(
    inputSize: Int, hiddenSize: Int, longestLag: Int?, initialization: RecurrentInitialization? = nil, key: RandomKey
  ) -> AnySequenceLayer {
    var gated =
      initialization
      ?? RecurrentInitialization(
        input: .glorotUniform, recurrent: .orthogonal(), bias: .zeros)
    if let longestLag { gated.longestLag = max(3, longestLag) }
    switch self {
    case .lstm:
      return AnySequenceLayer(
        RecurrentLayer(
          LSTMCell(inputSize: inputSize, hiddenSize: hiddenSize, bias: .single, initialization: gated, key: key)))
    case .gru:
      return AnySequenceLayer(
        RecurrentLayer(GRUCell(inputSize: inputSize, hiddenSize: hiddenSize, initialization: gated, key: key)))
    case .rnn:
      return AnySequenceLayer(
        RecurrentLayer(
          ElmanCell(inputSize: inputSize, hiddenSize: hiddenSize, bias: .single, initialization: gated, key: key)))
    case .irnn:
      return AnySequenceLayer(
        RecurrentLayer(ElmanCell.irnn(inputSize: inputSize, hiddenSize: hiddenSize, key: key)))
    }
  }
}
