import RecurrentDistribution
import RecurrentFormats

extension TrainingRunner {
  /// What a checkpoint must agree on: also how batches are cut, where they are.
  var checkpointIdentity: JSONObject {
    guard gradientStep.plan.count > 1 else { return identity }
    var identity = identity
    identity[Self.sharesKey] = .integer(gradientStep.plan.count)
    return identity
  }

  static var sharesKey: String { "shares" }

  /// Cuts batches as a checkpoint does, whatever the number of ranks is by now.
  ///
  /// With more ranks than the checkpoint has shares, batches are cut finer from here on, unless something flows from batch to
  /// batch, which cannot be cut.
  ///
  /// - Throws: What `refuse` makes of what is wrong.
  func adoptShares(
    of checkpoint: LoadedCheckpoint, _ refuse: (String) -> TrainingError
  ) throws(TrainingError) {
    let entry = checkpoint.description.identity[Self.sharesKey]
    let count = entry == nil ? 1 : entry?.integer ?? 0
    if count == gradientStep.plan.count { return }
    guard count > 0, count & (count - 1) == 0, count <= 1 << 16 else { throw refuse("its number of shares is none") }
    if count < communicator.size {
      if checkpoint.tensors.carry.isEmpty { return }
      throw refuse("what it carries from batch to batch has \(count) shares; go on with at most so many ranks")
    }
    let plan = SharePlan(count: count, rank: communicator.rank, of: communicator.size)
    gradientStep = GradientStep(plan, over: communicator, isOverlapping: configuration.overlap)
    carry = ShareCarries(plan, initial: task.initialCarry(inEpoch: state.epoch))
  }

  /// Makes sure that all ranks begin with the same model, settings and data.
  func compareRanks() throws {
    if communicator.size == 1 { return }
    var message = RankMessage()
    message.append(try JSONValue.object(checkpointIdentity).text(.oneLine).utf8)
    message.append(model.digest())
    message.append(state.step)
    let all = try communicator.allGather(message.bytes)
    let others = all.indices.filter { all[$0] != all[0] }
    guard others.isEmpty else {
      throw CommunicationError.ranksDiffer(what: "the model, the settings or the data", ranks: others)
    }
  }

  /// What flows into a batch, of the shares of all ranks; at other ranks than the first, which writes it, nothing.
  func gather(_ carry: ShareCarries<Task.Carry>) throws -> NamedTensors {
    if communicator.size == 1 { return carry.tensors }
    let all = try communicator.allGather(try TensorMessage(carry.tensors).bytes)
    guard communicator.rank == 0 else { return [] }
    return try all.flatMap { bytes in
      try TensorMessage(bytes: bytes).tensors.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
  }

  /// Takes up the checkpoint that rank 0 has read, at every rank: no other rank needs to see the folder.
  ///
  /// - Parameter read: Reads it, at rank 0.
  func shareCheckpoint(_ read: () throws -> LoadedCheckpoint?) throws -> LoadedCheckpoint? {
    if communicator.size == 1 { return try read() }
    guard communicator.rank == 0 else {
      guard let bytes = try communicator.broadcast(nil) else { return nil }
      return try LoadedCheckpoint(message: bytes)
    }
    let checkpoint = try read()
    _ = try communicator.broadcast(.some(try checkpoint?.message()))
    return checkpoint
  }
}

extension Communicator {
  /// Gives all ranks the bytes of rank 0, or nothing.
  ///
  /// - Parameter bytes: Those of rank 0; nil at the others.
  fileprivate func broadcast(_ bytes: [UInt8]??) throws -> [UInt8]? {
    var count = Int64(bytes.map { $0?.count ?? -1 } ?? 0)
    try withUnsafeMutableBytes(of: &count) { try broadcast($0, from: 0) }
    if count < 0 { return nil }
    var content = (bytes ?? nil) ?? [UInt8](repeating: 0, count: Int(count))
    try content.withUnsafeMutableBytes { try broadcast($0, from: 0) }
    return content
  }
}
