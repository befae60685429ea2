import RecurrentLayers
public import RecurrentTensor

/// A readout that learns from every step as it comes: one step in, better weights out.
public protocol OnlineReadout: Sendable {
  /// The readout as learned so far.
  var readout: LinearReadout { get }

  /// Learns from one step.
  ///
  /// - Parameters:
  ///   - features: What the readout sees, `[F]`.
  ///   - target: What it should have said, `[O]`.
  /// - Returns: What it said before it learned, `[O]`.
  mutating func learn(_ features: Tensor, target: Tensor) -> Tensor
}

/// Recursive least squares with a forgetting factor (Haykin, "Adaptive Filter Theory"; for reservoirs: Jaeger, "Adaptive
/// nonlinear system identification with echo state networks", 2003; Sussillo and Abbott, 2009).
///
/// Without forgetting its weights after any number of steps are those of a ridge regression over these steps with the
/// penalty `initialPenalty`. A step takes time of order F².
public struct RecursiveLeastSquares: OnlineReadout {
  /// How the bias is learned.
  public enum Bias: String, Hashable, Sendable, Codable, CaseIterable {
    /// There is none.
    case none
    /// As the weight of one more feature that is always 1.
    case constantFeature
    /// By the mean of the errors, apart from the weights (as ReservoirPy does).
    case meanError
  }

  /// The readout as learned so far.
  public private(set) var readout: LinearReadout
  /// The weight of what is one step older, above 0 and at most 1; 1 forgets nothing.
  public let forgetting: Double
  /// How the bias is learned.
  public let bias: Bias
  private var inverse: InverseCorrelation
  /// What the steps so far weigh.
  private var weightOfSteps = 0.0

  /// A readout that has learned nothing: all its weights are 0.
  ///
  /// - Parameters:
  ///   - initialPenalty: The penalty on large weights that early steps feel: α, above 0.
  ///   - forgetting: The weight of what is one step older, above 0 and at most 1.
  ///   - bias: How the bias is learned.
  public init(
    featureCount: Int, outputSize: Int, initialPenalty: Double = 1e-6, forgetting: Double = 1,
    bias: Bias = .constantFeature
  ) {
    precondition(initialPenalty > 0 && forgetting > 0 && forgetting <= 1, "a penalty or forgetting factor out of range")
    readout = LinearReadout(featureCount: featureCount, outputSize: outputSize)
    self.forgetting = forgetting
    self.bias = bias
    inverse = InverseCorrelation(
      size: featureCount + (bias == .constantFeature ? 1 : 0), diagonal: 1 / initialPenalty)
  }

  /// Learns from one step; see `OnlineReadout`.
  public mutating func learn(_ features: Tensor, target: Tensor) -> Tensor {
    let (prediction, errors) = readout.errors(on: features, target: target)
    let seen = bias == .constantFeature ? Tensor(concatenating: [features, Tensor([1])], axis: 0) : features
    var gain = inverse.gain(seen, forgetting: forgetting)
    weightOfSteps = forgetting * weightOfSteps + 1
    switch bias {
    case .none: break
    case .constantFeature: readout.moveBias(against: errors, by: gain.removeLast())
    case .meanError: readout.moveBias(against: errors, by: 1 / weightOfSteps)
    }
    readout.weight.value.descend(gain, errors: errors)
    return prediction
  }
}

/// The least mean squares rule (Widrow and Hoff, "Adaptive switching circuits", 1960): a step down the gradient of the
/// squared error of the newest step.
public struct LeastMeanSquares: OnlineReadout {
  /// The readout as learned so far.
  public private(set) var readout: LinearReadout
  /// The step size. It may be changed while the readout learns.
  public var learningRate: Double
  /// Whether a bias is learned.
  public let hasBias: Bool

  /// A readout that has learned nothing: all its weights are 0.
  public init(featureCount: Int, outputSize: Int, learningRate: Double, hasBias: Bool = true) {
    readout = LinearReadout(featureCount: featureCount, outputSize: outputSize)
    self.learningRate = learningRate
    self.hasBias = hasBias
  }

  /// Learns from one step; see `OnlineReadout`.
  public mutating func learn(_ features: Tensor, target: Tensor) -> Tensor {
    let (prediction, errors) = readout.errors(on: features, target: target)
    readout.weight.value.descend(features.doubles.map { learningRate * $0 }, errors: errors)
    if hasBias { readout.moveBias(against: errors, by: learningRate) }
    return prediction
  }
}

extension LinearReadout {
  /// What it says of one step and by how much it is wrong, in double precision.
  fileprivate func errors(on features: Tensor, target: Tensor) -> (prediction: Tensor, errors: [Double]) {
    precondition(
      features.shape == [featureCount] && target.shape == [outputSize],
      "features \(features.shape) and target \(target.shape) for a readout of \(featureCount) features and \(outputSize) outputs")
    let prediction = self(features.converted(to: .float64))
    return (prediction.converted(to: .float32), zip(prediction.doubles, target.doubles).map { $0 - $1 })
  }

  fileprivate mutating func moveBias(against errors: [Double], by rate: Double) {
    let moved = zip(biases, errors).map { $0 - rate * $1 }
    bias.value = Tensor(doubles: moved, shape: [moved.count])
  }
}
