import RecurrentLayers
import RecurrentTensor

/// Tells what a run will have in memory, before its first step, from steps on some examples of its largest batch.
///
/// What a step leaves for the way back grows about evenly with the examples of its batch, so that parts tell what all take. They
/// grow from a small one to the whole, as long as what they tell fits in memory. The rest is counted, or measured after the small steps, when
/// the process has everything once that a run has.
public struct MemoryEstimator<Task: TrainingTask> {
  let task: Task
  let model: Task.Model
  let configuration: TrainingConfiguration
  /// The largest batch of the first epoch.
  public let largestBatch: BatchPosition
  /// What is in it.
  public let contents: BatchContents
  /// The sizes of all batches of the first epoch.
  public let batchSizes: [Int]

  /// An estimate for the training of a model that is there already.
  public init(_ task: Task, model: Task.Model, configuration: TrainingConfiguration) {
    self.task = task
    self.model = model
    self.configuration = configuration
    let key = RandomKey(seed: UInt64(configuration.seed))
    let sizes = task.batchSizes(inEpoch: 0, key: key)
    let index = sizes.indices.max { (sizes[$0], -$0) < (sizes[$1], -$1) } ?? 0
    batchSizes = sizes
    largestBatch = BatchPosition(epoch: 0, index: index, step: 0, key: key)
    contents = task.contents(of: largestBatch)
  }

  /// The estimate.
  ///
  /// - Parameters:
  ///   - programByteCount: What was in memory before anything was read; nil where that is not known.
  ///   - limit: Trials grow no further where they tell that this is not enough.
  public func estimate(
    programByteCount: Int? = nil, limit: MemoryLimit? = .ofThisProcess
  ) throws -> MemoryEstimate {
    let weights = model.tensors.reduce(0) { $0 + $1.value.count * $1.value.elementType.stride }
    var trials = try MemoryTrials(self)
    var isTooMuch = false
    for shares in shareCounts where !isTooMuch {
      try trials.run(share: shares)
      if let limit { isTooMuch = trials.activations(ofSizes: batchSizes) > limit.byteCount }
    }
    // Kernels have room for so many steps at a time and no more, which small parts do not show.
    for shares in [2, 1] where !isTooMuch && shares <= max(1, contents.examples.count) {
      try trials.runForward(share: shares)
    }

    var estimate = MemoryEstimate()
    estimate[.gradients] = trials.gradients
    estimate[.optimizer] = trials.moments
    // The first ones are kept by whoever asks for the training, and are not those that are trained.
    estimate[.parameters] = 2 * weights + trials.packed
    estimate[.activations] = trials.activations
    // All of this is there now. What else is there is what was there before.
    let rest = max(0, ProcessMemory.resident - estimate.total)
    trials.end()
    estimate[.program] = min(rest, programByteCount ?? rest)
    estimate[.data] = rest - estimate[.program]

    estimate[.activations] = trials.activations(ofSizes: batchSizes)
    estimate[.evaluation] = trials.forward(ofSize: task.judgedSize ?? contents.size) + task.judgedByteCount
    estimate[.copies] = weights * weightCopies + (configuration.nonFinite == .stop ? 0 : trials.moments)
    // What is written goes by pieces.
    estimate[.checkpoints] = 1 << 17
    // Reading may have taken more at one time than training will.
    estimate[.data] += max(0, ProcessMemory.peak - estimate.total)
    return estimate
  }

  /// Into how many shares the largest batch is cut for each trial. The last is the batch as a whole, where parts tell that it
  /// fits: kernels choose their room by the number of examples.
  private var shareCounts: [Int] {
    let count = contents.examples.count
    return [64, 16, 4, 2].filter { $0 <= count } + [1]
  }

  /// How many models a run keeps beside the first one and the one that it trains.
  private var weightCopies: Int {
    let averages =
      switch configuration.averaging.average {
      case nil: 0
      case .exponential: 1
      // The mean is made of them when it is judged.
      case .last(let count): min(count, configuration.epochs) + 1
      }
    return (configuration.keepBest ? 1 : 0) + averages + (configuration.nonFinite == .stop ? 0 : 1)
  }
}
