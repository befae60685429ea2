public import RecurrentLayers
public import RecurrentTensor

/// What turns the states of reservoirs into outputs: y = W x + b, kept and summed in double precision.
///
/// A ridge regression of nearly parallel states has large weights that cancel; in single precision the sums would lose what
/// it has found.
public struct LinearReadout: Module {
  /// W, `[O, F]`.
  public var weight: Parameter
  /// b, `[O]`.
  public var bias: Parameter

  /// A readout whose weights are all 0.
  ///
  /// - Parameters:
  ///   - featureCount: The number of features, F.
  ///   - outputSize: The number of outputs, O.
  public init(featureCount: Int, outputSize: Int) {
    self.init(
      weights: [Double](repeating: 0, count: outputSize * featureCount),
      bias: [Double](repeating: 0, count: outputSize))
  }

  /// A readout of given weights.
  ///
  /// - Parameters:
  ///   - weights: W, `[O, F]`, row after row.
  ///   - bias: b, `[O]`.
  public init(weights: [Double], bias: [Double]) {
    precondition(
      !bias.isEmpty && weights.count % bias.count == 0, "\(weights.count) weights for \(bias.count) outputs")
    weight = Parameter(
      Tensor(doubles: weights, shape: [bias.count, weights.count / bias.count]), isTrainable: false)
    self.bias = Parameter(Tensor(doubles: bias, shape: [bias.count]), isTrainable: false)
  }

  /// The number of features, F.
  public var featureCount: Int { weight.value.shape[1] }
  /// The number of outputs, O.
  public var outputSize: Int { weight.value.shape[0] }
  /// W, row after row.
  public var weights: [Double] { weight.value.doubles }
  /// b
  public var biases: [Double] { bias.value.doubles }

  /// Visits matrix and bias.
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("weight", &weight)
    visitor.visit("bias", &bias)
  }

  /// `[…, F]` to `[…, O]`.
  public func callAsFunction(_ features: Tensor) -> Tensor {
    features.readout(weight: weight.value, bias: bias.value)
  }
}
