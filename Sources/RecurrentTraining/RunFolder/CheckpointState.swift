import RecurrentFormats

/// The content of a checkpoint's `state.json`. There is no clock time in it.
struct CheckpointState: Hashable, Sendable {
  /// Where the run stands.
  var state: TrainingState
  /// What the run depends on; it must be the same when the run goes on.
  var identity: JSONObject
  /// Bytes of `metrics.csv` that belong to the epochs done.
  var metricsByteCount: Int
  /// What a schedule that is driven by a plateau has seen.
  var plateau: ReduceOnPlateau.State?

  /// The version of the layout of a checkpoint. A reader takes this one and older ones.
  static let formatVersion = 1
}

extension CheckpointState {
  var json: JSONValue {
    [
      "format_version": .integer(Self.formatVersion),
      "library_version": .string(LibraryVersion.current),
      "epoch": .integer(state.epoch),
      "batch": .integer(state.batch),
      "step": .integer(state.step),
      "ending": state.ending.map { .string($0.rawValue) } ?? .null,
      "loss_sum": .number(state.lossSum),
      "item_count": .integer(state.itemCount),
      "best": state.best?.json ?? .null,
      "epochs_without_improvement": .integer(state.epochsWithoutImprovement),
      "last_epoch": state.lastEpoch?.json ?? .null,
      "metrics_bytes": .integer(metricsByteCount),
      "plateau": plateau?.json ?? .null,
      "identity": .object(identity),
    ]
  }

  init(_ document: JSONValue, file: String) throws(CheckpointError) {
    let reader = StateReader(document: document, file: file)
    let version = try reader.integer("format_version")
    guard version <= Self.formatVersion else { throw CheckpointError(file: file, reason: .newerFormat(version)) }
    state = TrainingState()
    state.epoch = try reader.integer("epoch")
    state.batch = try reader.integer("batch")
    state.step = try reader.integer("step")
    state.lossSum = try reader.member("loss_sum", \.number)
    state.itemCount = try reader.integer("item_count")
    state.epochsWithoutImprovement = try reader.integer("epochs_without_improvement")
    state.ending = try reader.optional("ending") { $0.string.flatMap(TrainingState.Ending.init(rawValue:)) }
    state.best = try reader.optional("best", BestEpoch.init(json:))
    state.lastEpoch = try reader.optional("last_epoch", EpochReport.init(json:))
    metricsByteCount = try reader.integer("metrics_bytes")
    plateau = try reader.optional("plateau", ReduceOnPlateau.State.init(json:))
    identity = try reader.member("identity", \.object)
  }
}

/// Reads members of `state.json`.
private struct StateReader {
  let document: JSONValue
  let file: String

  func member<Value>(_ key: String, _ read: (JSONValue) -> Value?) throws(CheckpointError) -> Value {
    guard let value = document[key].flatMap(read) else {
      throw CheckpointError(file: file, reason: .malformed(key: key))
    }
    return value
  }

  /// A count, which is never negative, nor so great that counting on from it could overflow.
  func integer(_ key: String) throws(CheckpointError) -> Int {
    try member(key) { value in value.integer.flatMap { (0...1 << 53).contains($0) ? $0 : nil } }
  }

  /// A member that may be `null`.
  func optional<Value>(_ key: String, _ read: (JSONValue) -> Value?) throws(CheckpointError) -> Value? {
    try member(key) { value -> Value?? in
      if value == .null { return .some(.none) }
      return read(value).map { .some($0) }
    }
  }
}

extension ReduceOnPlateau.State {
  var json: JSONValue {
    [
      "rate": .number(rate), "best": best.map { .number($0) } ?? .null, "bad_count": .integer(badCount),
      "cooldown_left": .integer(cooldownLeft),
    ]
  }

  init?(json: JSONValue) {
    guard let rate = json["rate"]?.number, let best = json["best"], best == .null || best.number != nil,
      let badCount = json["bad_count"]?.integer, let cooldownLeft = json["cooldown_left"]?.integer,
      rate >= 0, (0...1 << 53).contains(badCount), (0...1 << 53).contains(cooldownLeft)
    else { return nil }
    self.init(rate: rate, best: best.number, badCount: badCount, cooldownLeft: cooldownLeft)
  }
}

extension BestEpoch {
  var json: JSONValue { ["epoch": .integer(epoch), "step": .integer(step), "metric": metric.json] }

  init?(json: JSONValue) {
    guard let epoch = json["epoch"]?.integer, let step = json["step"]?.integer,
      let metric = json["metric"].flatMap(Metric.init(json:))
    else { return nil }
    self.init(epoch: epoch, step: step, metric: metric)
  }
}

extension EpochReport {
  var json: JSONValue {
    [
      "epoch": .integer(epoch), "step": .integer(step), "train_loss": .number(trainingLoss),
      "learning_rate": .number(learningRate), "metrics": .array(metrics.map(\.json)),
    ]
  }

  init?(json: JSONValue) {
    guard let epoch = json["epoch"]?.integer, let step = json["step"]?.integer,
      let trainingLoss = json["train_loss"]?.number, let learningRate = json["learning_rate"]?.number,
      let list = json["metrics"]?.array
    else { return nil }
    let metrics = list.compactMap(Metric.init(json:))
    guard metrics.count == list.count else { return nil }
    self.init(
      epoch: epoch, step: step, trainingLoss: trainingLoss, learningRate: learningRate, metrics: metrics)
  }
}

extension Metric {
  /// `null` stands for a value that is not finite, which JSON cannot hold.
  var json: JSONValue {
    [
      "name": .string(name), "value": value.isFinite ? .number(value) : .null,
      "higher_is_better": .bool(direction == .higherIsBetter),
    ]
  }

  init?(json: JSONValue) {
    guard let name = json["name"]?.string, let value = json["value"], let higher = json["higher_is_better"]?.bool,
      let number = value == .null ? .nan : value.number
    else { return nil }
    self.init(name, number, higher ? .higherIsBetter : .lowerIsBetter)
  }
}
