public import RecurrentLayers
public import RecurrentTensor

/// Linear regression with a penalty on large weights (Hoerl and Kennard, "Ridge regression", 1970), in double precision.
///
/// Steps are taken in as they come and need not be kept: what is remembered are the sums of their products. The bias is
/// not penalised.
///
/// ```swift
/// var regression = RidgeRegression(featureCount: 500, outputSize: 1)
/// regression.add(states, targets: targets)
/// let readout = try regression.solve(ridge: 1e-6)
/// ```
public struct RidgeRegression: Sendable {
  /// The number of features, F.
  public let featureCount: Int
  /// The number of outputs, O.
  public let outputSize: Int
  /// The number of steps taken in.
  public private(set) var stepCount = 0
  /// Products of features, targets and 1 with each other, in this order.
  private var products: GramMatrix

  /// A regression that has seen nothing.
  public init(featureCount: Int, outputSize: Int) {
    precondition(featureCount > 0 && outputSize > 0, "a regression has at least one feature and one output")
    self.featureCount = featureCount
    self.outputSize = outputSize
    products = GramMatrix(size: featureCount + outputSize + 1)
  }

  /// Takes in the real steps of a batch.
  ///
  /// - Parameters:
  ///   - features: `[T, N, F]`.
  ///   - targets: `[T, N, O]`.
  ///   - washout: So many steps at the beginning of each row are left out: those in which a reservoir forgets where it began.
  public mutating func add(_ features: SequenceBatch, targets: Tensor, washout: Int = 0) {
    precondition(washout >= 0, "a washout of \(washout) steps")
    precondition(
      features.featureCount == featureCount
        && targets.shape == [features.stepCount, features.batchSize, outputSize],
      "features \(features.values.shape) and targets \(targets.shape) for a regression of \(featureCount) features and \(outputSize) outputs"
    )
    let size = products.size
    let ones = Tensor(repeating: 1, shape: [features.stepCount, features.batchSize, 1])
    let rows = Tensor(concatenating: [features.values, targets, ones], axis: 2)
      .reshaped(to: [features.stepCount * features.batchSize, size])
    let first = min(washout, features.stepCount) * features.batchSize
    guard let lengths = features.lengths else {
      let taken = rows.shape[0] - first
      products.add(rows.view([taken, size], from: first * size))
      stepCount += taken
      return
    }
    let real = (first..<rows.shape[0]).filter { $0 / features.batchSize < Int(lengths[$0 % features.batchSize]) }
    products.add(rows.rows(at: real.map(Int32.init)))
    stepCount += real.count
  }

  /// The readout that minimises the sum of squared errors plus `ridge` times the sum of squared weights.
  ///
  /// - Parameters:
  ///   - ridge: The penalty λ, at least 0.
  ///   - hasBias: Whether a bias is fitted; else it is 0.
  /// - Throws: `RidgeError` where the penalty is negative, nothing was taken in, a number was not finite, or the features
  ///   depend on each other so that there is no one best readout.
  public func solve(ridge: Double, hasBias: Bool = true) throws(RidgeError) -> LinearReadout {
    guard ridge >= 0, ridge.isFinite else { throw .penalty(ridge) }
    guard stepCount > 0 else { throw .noSteps }
    let (correlation, target, means) = centred(hasBias: hasBias, ridge: ridge)
    guard (correlation + target).allSatisfy(\.isFinite) else { throw .notFinite }
    let factor: CholeskyFactor
    do throws(NotPositiveDefinite) {
      factor = try CholeskyFactor(correlation, size: featureCount)
    } catch {
      throw .singular(feature: error.pivot, steps: stepCount, ridge: ridge)
    }
    let weights = factor.solving(target, count: outputSize)
    let bias = (0..<outputSize).map { output in
      (0..<featureCount).reduce(means[featureCount + output]) { sum, feature in
        sum - weights[output * featureCount + feature] * means[feature]
      }
    }
    return LinearReadout(weights: weights, bias: hasBias ? bias : bias.map { _ in 0 })
  }

  /// The products of features with features, upper triangle, and of targets with features, `[O, F]`, about their means if
  /// there is a bias; and the means.
  private func centred(
    hasBias: Bool, ridge: Double
  ) -> (correlation: [Double], target: [Double], means: [Double]) {
    let sums = products.sums
    let size = products.size
    let count = Double(stepCount)
    let means = (0..<size).map { hasBias ? sums[$0 * size + size - 1] / count : 0 }
    var correlation = [Double](repeating: 0, count: featureCount * featureCount)
    var target = [Double](repeating: 0, count: outputSize * featureCount)
    for i in 0..<featureCount {
      for j in i..<featureCount {
        correlation[i * featureCount + j] = sums[i * size + j] - count * means[i] * means[j]
      }
      correlation[i * featureCount + i] += ridge
      for output in 0..<outputSize {
        let column = featureCount + output
        target[output * featureCount + i] = sums[i * size + column] - count * means[i] * means[column]
      }
    }
    return (correlation, target, means)
  }
}

/// Why a ridge regression has no answer.
public enum RidgeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The penalty is negative or not finite.
  case penalty(Double)
  /// No step was taken in.
  case noSteps
  /// A feature or target, or a sum of their products, is NaN or infinite.
  case notFinite
  /// A feature is a combination of those before it, as far as double precision can tell.
  case singular(feature: Int, steps: Int, ridge: Double)

  /// One line: what is wrong and how to mend it.
  public var description: String {
    switch self {
    case .penalty(let ridge): "ridge regression: the penalty is \(ridge); it must be at least 0"
    case .noSteps: "ridge regression: no steps to fit; the washout may be longer than the data"
    case .notFinite: "ridge regression: the features or targets hold a number that is not finite"
    case .singular(let feature, let steps, let ridge):
      "ridge regression: over \(steps) steps feature \(feature) depends on those before it; raise the penalty \(ridge) or give more steps"
    }
  }
}
