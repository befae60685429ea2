package import CRecurrentKernels
import RecurrentTensor

/// The function that the units of a reservoir apply to their sums.
public enum ReservoirActivation: String, Hashable, Sendable, Codable, CaseIterable {
  /// The hyperbolic tangent.
  case tanh
  /// None: a linear reservoir.
  case identity
  /// The positive part.
  case relu
  /// The logistic function.
  case sigmoid
  /// log(1 + exp x)
  case softplus

  package var function: rk_unary {
    switch self {
    case .tanh: RK_TANH
    case .identity: RK_IDENTITY
    case .relu: RK_RELU
    case .sigmoid: RK_SIGMOID
    case .softplus: RK_SOFTPLUS
    }
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    switch self {
    case .tanh: RecurrentTensor.tanh(x)
    case .identity: x
    case .relu: RecurrentTensor.relu(x)
    case .sigmoid: RecurrentTensor.sigmoid(x)
    case .softplus: RecurrentTensor.softplus(x)
    }
  }
}
