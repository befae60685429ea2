import CRecurrentKernels
public import RecurrentTensor
import Synchronization

/// Numbers that a layer observes while it is trained, such as the means of its inputs: no gradient changes them, but files
/// hold them with the parameters (PyTorch calls them buffers).
///
/// A model is a value, and the closure that computes a loss sees it as a constant. So a layer that observes something in
/// training calls `record`; the gradient scope hands the observations on beside the gradients, and whoever applies the
/// gradients (`Optimizer.update`) writes them to the model. Until then all steps see the old value.
///
/// ```swift
/// if runningMean.isTraining {
///   let mean = x.mean(axis: 0)
///   runningMean.record(mean, momentum: 0.1)
///   return x - mean
/// }
/// return x - runningMean.value
/// ```
public struct RunningStatistic: Sendable {
  /// The numbers.
  public var value: Tensor
  @usableFromInline var recorder: StatisticsRecorder?
  private var position = 0

  /// A statistic with the given first value.
  public init(_ value: Tensor) { self.value = value }

  /// Whether the layer runs in a gradient scope that was given a key, where statistics of the batch are used and recorded.
  @inlinable public var isTraining: Bool { recorder != nil }

  /// Has the training step make the value `(1 - momentum) value + momentum observation`.
  ///
  /// - Parameters:
  ///   - observation: Of the shape of the value; or shorter along the outermost axis: then the rest of the value stays,
  ///     as where only the first steps of a sequence were seen. Its gradient is of no interest.
  ///   - momentum: How much of the new value is the observation's.
  public func record(_ observation: Tensor, momentum: Float) {
    let shape = observation.shape
    precondition(
      shape == value.shape
        || shape.rank == value.shape.rank && shape.rank > 0 && shape[0] <= value.shape[0]
          && shape == value.shape.replacing(axis: 0, with: shape[0]),
      "an observation of shape \(shape) for a statistic of shape \(value.shape)")
    recorder?.append(Observation(position: position, value: observation.detached(), momentum: momentum))
  }

  /// What a training step has observed for one statistic of a model.
  public struct Observation: Sendable {
    /// Which statistic, in visiting order.
    package let position: Int
    package let value: Tensor
    package let momentum: Float

    package init(position: Int, value: Tensor, momentum: Float) {
      self.position = position
      self.value = value
      self.momentum = momentum
    }
  }

  /// Takes the observations of a training step into the value, in their order.
  ///
  /// - Parameters:
  ///   - observations: Those of the whole model.
  ///   - position: Which statistic of the model this is, in visiting order.
  package mutating func apply(_ observations: [Observation], position: Int) {
    for observation in observations where observation.position == position {
      precondition(observation.value.count <= value.count, "the observations belong to another model")
      value.makeUnique()
      let count = Int64(observation.value.count)
      value.kernels.pointee.scale(count, 1 - Double(observation.momentum), value.mutablePointer)
      value.kernels.pointee.add_scaled(
        count, Double(observation.momentum), observation.value.pointer, value.mutablePointer)
    }
  }

  /// Whether a name in a file is that of PyTorch's count of the batches that a statistic has seen.
  static func isBatchCount(_ path: String) -> Bool {
    path == "num_batches_tracked" || path.hasSuffix(".num_batches_tracked")
  }

  mutating func beginTraining(as position: Int, _ recorder: StatisticsRecorder) {
    self.position = position
    self.recorder = recorder
  }

  mutating func endTraining() { recorder = nil }
}

/// Where the statistics of a model leave what they observe during a training step.
@usableFromInline
final class StatisticsRecorder: Sendable {
  private let observations = Mutex<[RunningStatistic.Observation]>([])

  func append(_ observation: RunningStatistic.Observation) { observations.withLock { $0.append(observation) } }

  /// Forgets all observations and returns them.
  @discardableResult
  func removeAll() -> [RunningStatistic.Observation] {
    observations.withLock { observations in
      defer { observations = [] }
      return observations
    }
  }
}

extension Module {
  /// Takes what training steps have observed into the running statistics, for those who apply gradients without an
  /// optimiser.
  public mutating func updateStatistics(from gradients: Gradients) {
    if gradients.statistics.isEmpty { return }
    var updater = StatisticsUpdater(observations: gradients.statistics)
    visit(&updater)
  }
}

private struct StatisticsUpdater: ModuleVisitor {
  let observations: [RunningStatistic.Observation]
  var position = 0

  mutating func visit(_ name: StaticString, _ parameter: inout Parameter) {}
  mutating func visit(_ name: StaticString, _ statistic: inout RunningStatistic) {
    statistic.apply(observations, position: position)
    position += 1
  }
}
