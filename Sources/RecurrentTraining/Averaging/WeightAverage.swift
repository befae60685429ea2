import CRecurrentKernels
public import RecurrentLayers
import RecurrentTensor

/// A mean of the models that training passes through, often better than the last of them.
///
/// ```swift
/// var average = WeightAverage<Forecaster>(.exponential(decay: 0.999))
/// for batch in batches {
///   …
///   average.record(model)
/// }
/// if let smoothed = average.model { model = smoothed }
/// ```
public struct WeightAverage<M: Module>: Sendable {
  /// The models that are in it.
  public let kind: WeightAverageKind
  /// What it is computed from: the running mean, or the last models, oldest first. To be kept in a checkpoint.
  public private(set) var models: [M]

  /// A mean of no models yet, or one that goes on from the `models` of another.
  public init(_ kind: WeightAverageKind, models: [M] = []) {
    switch kind {
    case .exponential(let decay):
      precondition((0..<1).contains(decay), "the decay \(decay) is not in 0..<1")
      precondition(models.count <= 1, "a running mean is one model, not \(models.count)")
    case .last(let count):
      precondition(count >= 1, "a mean of the last \(count) models has no meaning")
      precondition(models.count <= count, "\(models.count) models are more than the last \(count)")
    }
    self.kind = kind
    self.models = models
  }

  /// Takes a model into account.
  public mutating func record(_ model: M) {
    switch kind {
    case .exponential(let decay) where !models.isEmpty:
      models[0].mix(decay, with: 1 - decay, of: model)
    case .last(let count) where models.count == count:
      models.removeFirst()
      models.append(model)
    default:
      models.append(model)
    }
  }

  /// The mean; nil before the first model.
  public var model: M? {
    guard var mean = models.first else { return nil }
    for (index, next) in models.enumerated().dropFirst() {
      // The mean of n + 1 is n / (n + 1) of the mean of n and 1 / (n + 1) of the next.
      mean.mix(Double(index) / Double(index + 1), with: 1 / Double(index + 1), of: next)
    }
    return mean
  }
}

/// The models that are in a mean of weights.
public enum WeightAverageKind: Hashable, Sendable {
  /// All, each `decay` times as heavy as the one after it (Polyak and Juditsky, 1992).
  case exponential(decay: Double)
  /// The last few that were recorded, for example one per epoch (Izmailov et al., 2018).
  case last(Int)
}

extension Module {
  /// Makes every trainable parameter `own` times itself plus `share` times that of `other`. Frozen ones and running
  /// statistics, which are means already, are taken over.
  fileprivate mutating func mix(_ own: Double, with share: Double, of other: Self) {
    var collector = ValueCollector()
    var source = other
    source.visit(&collector)
    var mixer = ParameterMixer(own: own, share: share, values: collector.values)
    visit(&mixer)
  }
}

private struct ValueCollector: ModuleVisitor {
  var values: [Tensor] = []

  mutating func visit(_ name: StaticString, _ parameter: inout Parameter) { values.append(parameter.value) }
  mutating func visit(_ name: StaticString, _ statistic: inout RunningStatistic) { values.append(statistic.value) }
}

private struct ParameterMixer: ModuleVisitor {
  let own: Double
  let share: Double
  let values: [Tensor]
  var position = 0

  mutating func visit(_ name: StaticString, _ parameter: inout Parameter) {
    let other = values[position]
    position += 1
    precondition(other.shape == parameter.value.shape, "parameter \(name) has another shape in the other model")
    guard parameter.isTrainable else {
      parameter.value = other
      return
    }
    parameter.value.makeUnique()
    let count = Int64(other.count)
    parameter.value.kernels.pointee.scale(count, own, parameter.value.mutablePointer)
    parameter.value.kernels.pointee.add_scaled(count, share, other.pointer, parameter.value.mutablePointer)
  }

  mutating func visit(_ name: StaticString, _ statistic: inout RunningStatistic) {
    statistic.value = values[position]
    position += 1
  }
}
