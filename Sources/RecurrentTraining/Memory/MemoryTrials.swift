import RecurrentLayers
import RecurrentTensor

/// Whole steps on few examples of the largest batch, and what they take.
struct MemoryTrials<Task: TrainingTask> {
  private struct Trial {
    let size: Int
    /// Bytes that are held from step to step.
    let activations: Int
    /// Bytes at one time without a way back.
    let forward: Int
  }

  private let estimator: MemoryEstimator<Task>
  private var model: Task.Model
  private var optimizer: AnyOptimizer
  private var scope: GradientScope?
  private var trials: [Trial] = []
  /// Bytes of weights in the order in which kernels read them.
  private(set) var packed = 0

  init(_ estimator: MemoryEstimator<Task>) throws {
    self.estimator = estimator
    model = estimator.model
    optimizer = try estimator.configuration.optimizer.makeOptimizer()
  }

  /// Bytes of the gradients.
  var gradients: Int { scope.map { $0.gradients.flat.count * $0.gradients.flat.elementType.stride } ?? 0 }
  /// Bytes of what the optimiser remembers.
  var moments: Int { optimizer.state.moments.reduce(0) { $0 + $1.count * $1.elementType.stride } }
  /// Bytes that the last step holds.
  var activations: Int { trials.last?.activations ?? 0 }

  /// Lets go of the memory of the last step.
  mutating func end() { scope = nil }

  /// Makes a step on the last of so many shares of the batch, which has the longest examples where it is sorted by length.
  mutating func run(share shares: Int) throws {
    let (task, whole) = (estimator.task, estimator.largestBatch)
    let batch = BatchPosition(
      epoch: 0, index: whole.index, step: 0, key: whole.key, share: BatchShare(shares - 1, of: shares))
    let scope = GradientScope()
    self.scope = scope
    let (_, use) = try TensorMemory.counting {
      var carry = task.initialCarry(inEpoch: 0)
      _ = try scope.evaluate(at: &model, key: whole.key) { try task.loss(of: $0, on: batch, carry: &carry).mean }
      optimizer.update(&model, with: scope.gradients)
    }
    let weights = model.tensors.reduce(0) { $0 + $1.value.count * $1.value.elementType.stride }
    let first = trials.isEmpty
    let (_, forward) = try TensorMemory.counting {
      var carry = task.initialCarry(inEpoch: 0)
      _ = try task.loss(of: model, on: batch, carry: &carry)
    }
    if first { packed = max(0, use.kept - scope.heldByteCount - gradients - moments - weights) }
    trials.append(
      Trial(
        size: max(1, task.contents(of: batch).size), activations: scope.heldByteCount,
        forward: max(0, forward.peak - packed)))
  }

  /// Bytes that steps of batches of a size hold.
  func activations(ofSize size: Int) -> Int { extrapolated(\.activations, to: size) }

  /// Bytes that a batch of a size takes at one time where nothing is kept for a way back.
  func forward(ofSize size: Int) -> Int { extrapolated(\.forward, to: size) }

  /// Along the line through the last two trials, or, of one, in proportion.
  private func extrapolated(_ bytes: KeyPath<Trial, Int>, to size: Int) -> Int {
    guard let last = trials.last else { return 0 }
    guard let first = trials.dropLast().last, first.size < last.size else {
      return Int(Double(last[keyPath: bytes]) * Double(size) / Double(last.size))
    }
    let slope = Double(last[keyPath: bytes] - first[keyPath: bytes]) / Double(last.size - first.size)
    return max(0, last[keyPath: bytes] + Int(max(0, slope) * Double(size - last.size)))
  }

  /// The size of all batches together whose blocks no other can use: the memory of a step is used again by steps whose
  /// blocks are of nearly the same size, and kept for them.
  static func heldSize(_ sizes: [Int]) -> Int {
    var largest: [Int: Int] = [:]
    for size in sizes where size > 0 {
      // Eight sizes of blocks for each power of two, as the arena of a scope has them.
      let bits = Int.bitWidth - size.leadingZeroBitCount
      let grain = max(0, bits - 4)
      let rounded = ((size + (1 << grain) - 1) >> grain) << grain
      largest[rounded] = max(largest[rounded] ?? 0, size)
    }
    return largest.values.reduce(0, +)
  }
}
