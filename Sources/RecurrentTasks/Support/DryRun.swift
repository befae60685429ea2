public import RecurrentFormats
import RecurrentLayers
import RecurrentTensor
public import RecurrentTraining

/// A look at a training before it is begun: what goes in and comes out, how large it is, and one batch of it. Nothing is
/// written.
public struct DryRun: Sendable {
  /// The task.
  public let task: String
  /// The shapes of the largest batch of the first epoch.
  public let batch: BatchContents
  /// The number of numbers in each part of the network, by the first name on the way to them.
  public let parameters: [(part: String, count: Int)]
  /// The batches of the first epoch.
  public let batchCount: Int
  /// What the run will have in memory, told before the batch was run.
  public let memory: MemoryEstimate
  /// How much memory there is, where the system tells.
  public let limit: MemoryLimit?
  /// The loss of the largest batch, with the first weights.
  public let loss: Double
  /// Seconds that a step on it takes.
  public let batchSeconds: Double
  /// Seconds that the steps of an epoch will take, as far as time goes with size.
  public let epochSeconds: Double
  /// What was found while the data were read.
  public let itemName: String

  /// Looks at a training.
  ///
  /// - Parameters:
  ///   - training: The training.
  ///   - programByteCount: What was in memory before the data were read.
  /// - Throws: `MemoryError` where the run cannot fit, before the batch is run; and what computing the loss throws.
  public init<Training: TaskTraining>(_ training: Training, programByteCount: Int? = nil) throws {
    let network = training.initial.network
    let configuration = training.initial.configuration
    if let threads = configuration.training.threads { ComputeEnvironment.threads = threads }
    let estimator = MemoryEstimator(training, model: network, configuration: configuration.training)
    task = Training.Product.task
    itemName = training.itemName
    batch = estimator.contents
    parameters = network.parametersByPart
    batchCount = training.batchCount(inEpoch: 0)
    memory = try estimator.estimate(programByteCount: programByteCount)
    limit = MemoryLimit.ofThisProcess
    try memory.check(against: limit, lowering: configuration.batchSetting)
    let step = try FirstStep(training, on: estimator.largestBatch, configuration.training)
    (loss, batchSeconds) = (step.loss, step.seconds)
    let share = Double(estimator.batchSizes.reduce(0, +)) / Double(max(estimator.batchSizes.max() ?? 1, 1))
    epochSeconds = step.seconds * share
  }

  /// The number of numbers in the network.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.count } }
}

/// A whole step on one batch, and again, when nothing is done for the first time.
private struct FirstStep {
  private(set) var loss = 0.0
  private(set) var seconds = 0.0

  /// A batch that takes longer is not run again.
  private static let longest = 5.0

  init<Training: TaskTraining>(
    _ training: Training, on batch: BatchPosition, _ configuration: TrainingConfiguration
  ) throws {
    var model = training.initial.network
    var optimizer = try configuration.optimizer.makeOptimizer()
    let scope = GradientScope()
    let clock = ContinuousClock()
    for round in 0..<3 {
      var value: Float = 0
      let time = try clock.measure {
        var carry = training.initialCarry(inEpoch: 0)
        value = try scope.evaluate(at: &model, key: batch.key) {
          try training.loss(of: $0, on: batch, carry: &carry).mean
        }
        optimizer.update(&model, with: scope.gradients)
      }
      if round == 0 { loss = Double(value) }
      seconds = round == 0 ? time / .seconds(1) : min(seconds, time / .seconds(1))
      if seconds > Self.longest { break }
    }
  }
}

extension DryRun {
  /// The report as one JSON object.
  public var json: JSONValue {
    func shapes(_ parts: [BatchContents.Part]) -> JSONValue {
      var object = JSONObject()
      for part in parts { object[part.name] = .array(part.shape.dimensions.map { .integer($0) }) }
      return .object(object)
    }
    var counts = JSONObject()
    for (part, count) in parameters { counts[part] = .integer(count) }
    var limits = JSONObject()
    if let limit { limits = ["bytes": .integer(limit.byteCount), "source": .string(limit.source.rawValue)] }
    return [
      "task": .string(task), "dry_run": true, "inputs": shapes(batch.inputs), "targets": shapes(batch.targets),
      "outputs": shapes(batch.outputs), "parameters": .integer(parameterCount), "parameters_by_part": .object(counts),
      "batches_per_epoch": .integer(batchCount), "memory": .object(memory.json),
      "memory_limit": limit == nil ? .null : .object(limits),
      "loss": loss.isFinite ? .number(loss) : .null, "batch_seconds": .number(batchSeconds),
      "epoch_seconds": .number(epochSeconds),
    ]
  }
}

extension Module {
  /// The number of numbers below each first name, in visiting order.
  fileprivate var parametersByPart: [(part: String, count: Int)] {
    parameters.reduce(into: []) { parts, entry in
      let part = String(entry.path.prefix { $0 != "." })
      let count = entry.parameter.value.count
      if parts.last?.part == part { parts[parts.count - 1].count += count } else { parts.append((part, count)) }
    }
  }
}

extension TaskConfiguration {
  /// The setting that makes batches smaller, and its value.
  var batchSetting: String {
    let value = resultSettings["batch_size"]?.integer.map { " (now \($0))" } ?? ""
    return "batch_size\(value)"
  }
}
