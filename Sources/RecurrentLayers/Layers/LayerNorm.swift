public import RecurrentTensor

/// Normalises the features of each step to mean 0 and variance 1, then scales and shifts them (Ba et al., 2016).
public struct LayerNorm: Module {
  /// What the normalised features are multiplied by, `[C]`; 1 at first.
  public var weight: Parameter
  /// What is added, `[C]`; 0 at first.
  public var bias: Parameter
  /// What is added to the variance.
  public let epsilon: Float

  /// A normalisation of C features.
  public init(size: Int, epsilon: Float = 1e-5) {
    weight = Parameter(Tensor(repeating: 1, shape: [size]))
    bias = Parameter(Tensor(zeros: [size]))
    self.epsilon = epsilon
  }

  /// Visits scale and shift.
  @inlinable
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("weight", &weight)
    visitor.visit("bias", &bias)
  }

  /// `[…, C]` to `[…, C]`.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    x.layerNormalized(gain: weight.value, shift: bias.value, epsilon: epsilon)
  }
}
