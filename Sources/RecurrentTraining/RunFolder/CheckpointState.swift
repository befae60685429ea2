import RecurrentFormats

/// The content of a checkpoint's `state.json`. There is no clock time in it.
struct CheckpointState: Hashable, Sendable {
  /// What is known of a place in a run beside its tensors.
  struct Place: Hashable, Sendable {
    /// Where it is.
    var state: TrainingState
    /// Bytes of `metrics.csv` that belong to the epochs done.
    var metricsByteCount: Int
    /// What a schedule that is driven by a plateau has seen.
    var plateau: ReduceOnPlateau.State?
  }

  /// Where the run stands.
  var place: Place
  /// What the run depends on; it must be the same when the run goes on.
  var identity: JSONObject
  /// Where the run goes back to if numbers are not finite; nil where it keeps no such place, or it is this one.
  var rollback: Place?

  /// Where the run stands.
  var state: TrainingState { place.state }

  /// The version of the layout of a checkpoint. A reader takes this one and older ones.
  ///
  /// Version 2 added what is known of numbers that were not finite.
  static let formatVersion = 2
}

extension CheckpointState {
  var json: JSONValue {
    let head: JSONObject = [
      "format_version": .integer(Self.formatVersion), "library_version": .string(LibraryVersion.current),
    ]
    let tail: JSONObject = [
      "rollback": rollback.map { .object($0.json) } ?? .null, "identity": .object(identity),
    ]
    return .object([head, place.json, tail].joined)
  }

  init(_ document: JSONValue, file: String) throws(CheckpointError) {
    let reader = StateReader(document: document, file: file)
    let version = try reader.integer("format_version")
    guard version <= Self.formatVersion else { throw CheckpointError(file: file, reason: .newerFormat(version)) }
    place = try Place(reader, version: version)
    identity = try reader.member("identity", \.object)
    if version >= 2, let found = try reader.optional("rollback", { $0 }) {
      rollback = try Place(StateReader(document: found, file: file), version: version)
    }
  }
}

extension CheckpointState.Place {
  fileprivate var json: JSONObject {
    [state.json, ["metrics_bytes": .integer(metricsByteCount), "plateau": plateau?.json ?? .null]].joined
  }

  fileprivate init(_ reader: StateReader, version: Int) throws(CheckpointError) {
    state = try TrainingState(reader, version: version)
    metricsByteCount = try reader.integer("metrics_bytes")
    plateau = try reader.optional("plateau", ReduceOnPlateau.State.init(json:))
  }
}

extension TrainingState {
  var json: JSONObject {
    [
      "epoch": .integer(epoch),
      "batch": .integer(batch),
      "step": .integer(step),
      "ending": ending.map { .string($0.rawValue) } ?? .null,
      "loss_sum": .number(lossSum),
      "item_count": .integer(itemCount),
      "first_loss": firstLoss.map { .number($0) } ?? .null,
      "lowest_loss": lowestLoss.map { .number($0) } ?? .null,
      "rate_reductions": .integer(rateReductions),
      "skipped_batches": .integer(skippedBatches),
      "skipped_in_a_row": .integer(skippedInARow),
      "best": best?.json ?? .null,
      "epochs_without_improvement": .integer(epochsWithoutImprovement),
      "last_epoch": lastEpoch?.json ?? .null,
    ]
  }

  fileprivate init(_ reader: StateReader, version: Int) throws(CheckpointError) {
    self.init()
    epoch = try reader.integer("epoch")
    batch = try reader.integer("batch")
    step = try reader.integer("step")
    lossSum = try reader.member("loss_sum", \.number)
    itemCount = try reader.integer("item_count")
    epochsWithoutImprovement = try reader.integer("epochs_without_improvement")
    ending = try reader.optional("ending") { $0.string.flatMap(TrainingState.Ending.init(rawValue:)) }
    best = try reader.optional("best", BestEpoch.init(json:))
    lastEpoch = try reader.optional("last_epoch", EpochReport.init(json:))
    if version >= 2 {
      firstLoss = try reader.optional("first_loss", \.number)
      lowestLoss = try reader.optional("lowest_loss", \.number)
      rateReductions = try reader.integer("rate_reductions", upTo: NonFinitePolicy.allowedReductions)
      skippedBatches = try reader.integer("skipped_batches")
      skippedInARow = try reader.integer("skipped_in_a_row")
    }
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
  func integer(_ key: String, upTo limit: Int = 1 << 53) throws(CheckpointError) -> Int {
    try member(key) { value in value.integer.flatMap { (0...limit).contains($0) ? $0 : nil } }
  }

  /// A member that may be `null`.
  func optional<Value>(_ key: String, _ read: (JSONValue) -> Value?) throws(CheckpointError) -> Value? {
    try member(key) { value -> Value?? in
      if value == .null { return .some(.none) }
      return read(value).map { .some($0) }
    }
  }
}

extension [JSONObject] {
  /// The members of all objects, one after the other.
  fileprivate var joined: JSONObject {
    reduce(into: JSONObject()) { all, object in
      for (key, value) in object { all[key] = value }
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
      "epoch": .integer(epoch), "step": .integer(step), "train_loss": JSONValue(finite: trainingLoss),
      "learning_rate": .number(learningRate), "metrics": .array(metrics.map(\.json)),
    ]
  }

  init?(json: JSONValue) {
    guard let epoch = json["epoch"]?.integer, let step = json["step"]?.integer,
      let trainingLoss = json["train_loss"]?.finiteNumber, let learningRate = json["learning_rate"]?.number,
      let list = json["metrics"]?.array
    else { return nil }
    let metrics = list.compactMap(Metric.init(json:))
    guard metrics.count == list.count else { return nil }
    self.init(
      epoch: epoch, step: step, trainingLoss: trainingLoss, learningRate: learningRate, metrics: metrics)
  }
}

extension Metric {
  var json: JSONValue {
    [
      "name": .string(name), "value": JSONValue(finite: value),
      "higher_is_better": .bool(direction == .higherIsBetter),
    ]
  }

  init?(json: JSONValue) {
    guard let name = json["name"]?.string, let number = json["value"]?.finiteNumber,
      let higher = json["higher_is_better"]?.bool
    else { return nil }
    self.init(name, number, higher ? .higherIsBetter : .lowerIsBetter)
  }
}

extension JSONValue {
  /// A number; `null` stands for one that is not finite, which JSON cannot hold.
  fileprivate init(finite value: Double) { self = value.isFinite ? .number(value) : .null }

  /// What `init(finite:)` has made of a number.
  fileprivate var finiteNumber: Double? { self == .null ? .nan : number }
}
