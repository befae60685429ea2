/// First values of a recurrent cell's weights.
public struct RecurrentInitialization: Hashable, Sendable {
  /// Of the matrix that the input meets.
  public var input: Initializer
  /// Of the matrix that the hidden state meets.
  public var recurrent: Initializer
  /// Of the biases.
  public var bias: Initializer
  /// The sum of the forget gate's biases at the start, if it is to be fixed (Gers et al., 2000, and Jozefowicz et al.,
  /// 2015, recommend 1); nil draws them like the others. Only the LSTM has one.
  public var forgetBias: Float?

  /// A choice for each part.
  public init(
    input: Initializer = .uniform, recurrent: Initializer = .uniform, bias: Initializer = .uniform,
    forgetBias: Float? = nil
  ) {
    self.input = input
    self.recurrent = recurrent
    self.bias = bias
    self.forgetBias = forgetBias
  }

  /// Everything even in ±1/√H, biases included, as `torch.nn.LSTM` does.
  public static let pyTorch = RecurrentInitialization()

  /// Glorot and orthogonal, each over all gates at once, biases 0 and for the forget gate 1, as Keras does.
  public static let keras = RecurrentInitialization(
    input: .glorotUniformOverAllGates, recurrent: .orthogonalOverAllGates(), bias: .zeros, forgetBias: 1)
}

/// How many bias vectors a recurrent cell has.
public enum RecurrentBias: String, Hashable, Sendable, CaseIterable {
  /// One beside each matrix, as PyTorch and cuDNN have it.
  case double
  /// One beside the input's matrix.
  case single
  /// None.
  case none
}
