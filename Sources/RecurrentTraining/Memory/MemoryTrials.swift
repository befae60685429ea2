import RecurrentLayers
import RecurrentTensor

/// Whole steps on few examples of the largest batch, and what they take.
struct MemoryTrials<Task: TrainingTask> {
  private struct Trial {
    let size: Int
    /// Bytes that were asked for of each block that is held from step to step, and bytes of all that is held.
    let blocks: [Int]
    let activations: Int
  }

  private let estimator: MemoryEstimator<Task>
  private var model: Task.Model
  private var optimizer: AnyOptimizer
  private var scope: GradientScope?
  private var trials: [Trial] = []
  /// Sizes, and bytes at one time without a way back.
  private var forwardTrials: [(size: Int, bytes: Int)] = []
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
    let batch = share(shares)
    let task = estimator.task
    let scope = GradientScope()
    self.scope = scope
    let (_, use) = try TensorMemory.counting {
      var carry = task.initialCarry(inEpoch: 0)
      _ = try scope.evaluate(at: &model, key: batch.key) { try task.loss(of: $0, on: batch, carry: &carry).mean }
      optimizer.update(&model, with: scope.gradients)
    }
    if trials.isEmpty {
      let weights = model.tensors.reduce(0) { $0 + $1.value.count * $1.value.elementType.stride }
      packed = max(0, use.kept - scope.heldByteCount - gradients - moments - weights)
    }
    trials.append(
      Trial(
        size: max(1, task.contents(of: batch).size), blocks: scope.heldBlockRequests, activations: scope.heldByteCount))
  }

  /// Computes the loss of the last of so many shares of the batch without a way back, as when a model is judged.
  mutating func runForward(share shares: Int) throws {
    let batch = share(shares)
    let (_, use) = try TensorMemory.counting {
      var carry = estimator.task.initialCarry(inEpoch: 0)
      _ = try estimator.task.loss(of: model, on: batch, carry: &carry)
    }
    forwardTrials.append((max(1, estimator.task.contents(of: batch).size), use.peak))
  }

  private func share(_ shares: Int) -> BatchPosition {
    let whole = estimator.largestBatch
    return BatchPosition(
      epoch: 0, index: whole.index, step: 0, key: whole.key, share: BatchShare(shares - 1, of: shares))
  }

  /// Bytes that steps of batches of these sizes hold, one after the other.
  ///
  /// A step takes the blocks of the steps before where they are of its sizes, and adds those that it lacks, which stay.
  func activations(ofSizes sizes: [Int]) -> Int {
    guard let last = trials.last, let largest = sizes.max() else { return 0 }
    let blocks = blockLines(last)
    var held: [Int: Int] = [:]
    for size in Set(sizes) {
      let wanted = blocks.reduce(into: [Int: Int]()) { counts, block in
        counts[Arena.blockSize(forBytes: Int(block.bytes + block.slope * Double(size - last.size))), default: 0] += 1
      }
      held.merge(wanted) { max($0, $1) }
    }
    let scratch = last.activations - last.blocks.reduce(0) { $0 + Arena.blockSize(forBytes: $1) }
    return held.reduce(Int(Double(scratch) * Double(largest) / Double(last.size))) { $0 + $1.key * $1.value }
  }

  /// Of each block the bytes in the last trial, and how they grow with the size of a batch: not at all, where the trial before
  /// has asked for as many.
  private func blockLines(_ last: Trial) -> [(bytes: Double, slope: Double)] {
    let before = trials.dropLast().last
    return last.blocks.enumerated().map { number, bytes in
      guard let before, before.size < last.size, before.blocks.count == last.blocks.count else {
        return (Double(bytes), Double(bytes) / Double(last.size))
      }
      return (Double(bytes), max(0, Double(bytes - before.blocks[number]) / Double(last.size - before.size)))
    }
  }

  /// Bytes that a batch of a size takes at one time where nothing is kept for a way back: along the line through the two
  /// trials, or, of one, in proportion.
  func forward(ofSize size: Int) -> Int {
    guard let last = forwardTrials.last else { return 0 }
    guard let first = forwardTrials.dropLast().last, first.size < last.size else {
      return Int(Double(last.bytes) * Double(size) / Double(last.size))
    }
    let slope = max(0, Double(last.bytes - first.bytes) / Double(last.size - first.size))
    return max(0, last.bytes + Int(slope * Double(size - last.size)))
  }
}
