public import RecurrentTensor

/// A linear map with a bias: y = x Wᵀ + b, the same at every step.
public struct Linear: Module {
  /// The matrix W, `[D, C]`.
  public var weight: Parameter
  /// The bias b, `[D]`; nil for none.
  public var bias: Parameter?
  private let cache = LinearCache()

  /// A map from C to D features.
  ///
  /// - Parameters:
  ///   - inputSize: C.
  ///   - outputSize: D.
  ///   - hasBias: Whether b is added.
  ///   - initializer: How W is drawn; PyTorch's way unless told otherwise.
  ///   - biasInitializer: How b is drawn.
  ///   - key: Where the random numbers come from.
  public init(
    inputSize: Int, outputSize: Int, hasBias: Bool = true, initializer: Initializer = .uniform,
    biasInitializer: Initializer = .uniform, key: RandomKey
  ) {
    precondition(inputSize > 0 && outputSize > 0, "a linear map needs at least one input and one output")
    let key = key.folding(.initialization)
    let bound = 1 / Float(inputSize).squareRoot()
    weight = Parameter(initializer.values([outputSize, inputSize], bound: bound, key: key.folding(0)))
    bias = hasBias ? Parameter(biasInitializer.values([outputSize], bound: bound, key: key.folding(1))) : nil
  }

  /// The number of input features, C.
  public var inputSize: Int { weight.value.shape[1] }
  /// The number of output features, D.
  public var outputSize: Int { weight.value.shape[0] }

  /// Visits matrix and bias.
  @inlinable
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("weight", &weight)
    visitor.visit("bias", &bias)
  }

  /// `[…, C]` to `[…, D]`.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    x.linear(weight: weight.value, bias: bias?.value, cache: cache)
  }

  /// The same map at every step: `[T, N, C]` to `[T, N, D]`.
  public func callAsFunction(_ sequence: SequenceBatch) -> SequenceBatch {
    sequence.replacingValues(self(sequence.values))
  }
}
