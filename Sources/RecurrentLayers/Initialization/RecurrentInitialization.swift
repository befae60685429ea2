import Foundation
import RecurrentTensor

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
  /// The longest time, in steps, that `LSTMCell` and `GRUCell` are to remember from the start, at least 3; nil leaves the
  /// gates to the other settings. Each unit gets a time scale of its own: the bias of the gate that keeps the old state is
  /// the logarithm of a number drawn evenly from 1 to `longestLag` - 1, and that of an LSTM's input gate is its negative
  /// (chrono initialisation; Tallec and Ollivier, "Can recurrent neural networks warp time?", 2018).
  public var longestLag: Int?

  /// A choice for each part.
  public init(
    input: Initializer = .uniform, recurrent: Initializer = .uniform, bias: Initializer = .uniform,
    forgetBias: Float? = nil, longestLag: Int? = nil
  ) {
    precondition(longestLag.map { $0 >= 3 } ?? true, "a longest lag of \(longestLag ?? 0) steps leaves nothing to draw")
    self.input = input
    self.recurrent = recurrent
    self.bias = bias
    self.forgetBias = forgetBias
    self.longestLag = longestLag
  }

  /// The biases that make H units keep their state for different times, if a longest lag is given.
  func timeScaleBiases(_ hiddenSize: Int, key: RandomKey) -> [Float]? {
    guard let longestLag else { return nil }
    let key = key.folding(.initialization).folding(4)
    return (0..<hiddenSize).map { Float(log(1 + Double(longestLag - 2) * key.unit(at: $0))) }
  }

  /// Everything even in ±1/√H, biases included, as `torch.nn.LSTM` does.
  public static let pyTorch = RecurrentInitialization()

  /// Glorot and orthogonal, each over all gates at once, biases 0 and for the forget gate 1, as Keras does.
  public static let keras = RecurrentInitialization(
    input: .glorotUniformOverAllGates, recurrent: .orthogonalOverAllGates(), bias: .zeros, forgetBias: 1)
}

/// How many bias vectors a recurrent cell has.
public enum RecurrentBias: String, Hashable, Sendable, CaseIterable, Codable {
  /// One beside each matrix, as PyTorch and cuDNN have it.
  case double
  /// One beside the input's matrix.
  case single
  /// None.
  case none
}
