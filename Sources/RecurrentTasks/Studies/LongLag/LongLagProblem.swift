public import RecurrentLayers
public import RecurrentTensor

/// A problem that takes memory: what `LongLagExperiment` trains a network on.
public protocol LongLagProblem: Sendable {
  /// The name in files and on the command line.
  var name: String { get }
  /// The number of features of an input step, I.
  var inputSize: Int { get }
  /// The number of outputs, D.
  var outputSize: Int { get }
  /// Whether an answer is wanted at every step rather than after the last.
  var answersEveryStep: Bool { get }
  /// The number of steps over which something has to be remembered.
  var lag: Int { get }
  /// What solving it is measured by.
  var measure: LongLagMeasure { get }

  /// Sequences to learn from.
  ///
  /// - Parameters:
  ///   - batchSize: How many, N.
  ///   - step: The number of the training step, from 0.
  ///   - key: What they are drawn from.
  func trainingBatch(_ batchSize: Int, step: Int, key: RandomKey) -> LongLagBatch

  /// The measure on sequences that were not trained on.
  ///
  /// - Parameters:
  ///   - key: What they are drawn from.
  ///   - predict: What the network says: `[N, D]`, or `[T, N, D]` where it answers every step.
  func evaluate(key: RandomKey, _ predict: (SequenceBatch) -> Tensor) -> Double
}

/// What solving a problem is measured by.
public struct LongLagMeasure: Hashable, Sendable {
  /// The name in files: `mse`, `accuracy`, ….
  public let name: String
  /// Whether less is better.
  public let isError: Bool
  /// What is reached without memory.
  public let baseline: Double
  /// From where on the problem counts as solved.
  public let goal: Double

  /// A measure.
  public init(_ name: String, isError: Bool, baseline: Double, goal: Double) {
    self.name = name
    self.isError = isError
    self.baseline = baseline
    self.goal = goal
  }

  /// Whether a value is as good as another one.
  public func reaches(_ value: Double, _ goal: Double) -> Bool { isError ? value <= goal : value >= goal }
}

/// Sequences with the right answers.
public struct LongLagBatch: Sendable {
  /// The right answers.
  public enum Targets: Sendable {
    /// Numbers, `[N, D]`.
    case numbers(Tensor)
    /// One class for each answer, the N of the first step first; padding where none is wanted.
    case classes([Int32])
    /// For each answer and output whether it is allowed: 1 or 0, `[T, N, D]`.
    case allowed(Tensor)
  }

  /// The inputs, `[T, N, I]`.
  public let inputs: SequenceBatch
  /// The right answers.
  public let targets: Targets

  /// Sequences with the right answers.
  public init(_ inputs: SequenceBatch, _ targets: Targets) {
    self.inputs = inputs
    self.targets = targets
  }
}

extension TokenBatch {
  /// Each symbol as a vector with a single 1, `[T, N, V]`; zeros at padding.
  func oneHot(_ size: Int) -> SequenceBatch {
    var values = [Float](repeating: 0, count: tokens.count * size)
    for (place, token) in tokens.enumerated() where token >= 0 { values[place * size + Int(token)] = 1 }
    return SequenceBatch(
      Tensor(values, shape: [stepCount, batchSize, size]), lengths: lengths.map { $0.map(Int.init) })
  }
}
