import RecurrentDistribution
import RecurrentLayers

/// What a rank tells the others after every step.
struct RankVote: Sendable {
  /// Why the rank has been asked to stop, if it has.
  var stop: StopReason?
  /// Whether it is time for a checkpoint; rank 0 decides.
  var wantsCheckpoint = false
  /// The name of a tensor that flows into the next batch and is not finite; empty where there is none.
  var badCarry = ""
  /// A digest of the parameters; 0 where they are not compared.
  var digest: UInt64 = 0
}

/// What all ranks do after a step, so that they stop and save after the same one.
struct RankAgreement: Sendable {
  /// Why the run is to stop: the reason of the lowest rank that was asked to.
  var stop: StopReason?
  /// Whether a checkpoint is written.
  var isCheckpointDue: Bool
  /// A tensor that flows into the next batch of some share and is not finite.
  var badCarry: String?

  init(_ votes: [RankVote]) {
    stop = votes.lazy.compactMap(\.stop).first
    isCheckpointDue = votes.first?.wantsCheckpoint ?? false
    badCarry = votes.lazy.map(\.badCarry).first { !$0.isEmpty }
  }
}

/// A vote with what is known of the shares of a rank.
struct StepMessage: Sendable {
  var vote: RankVote
  var outcomes: [ShareOutcome]

  init(vote: RankVote, outcomes: [ShareOutcome]) {
    self.vote = vote
    self.outcomes = outcomes
  }

  var bytes: [UInt8] {
    var message = RankMessage()
    message.append(Int(vote.stop?.code ?? 0))
    message.append(vote.wantsCheckpoint ? 1 : 0)
    message.append(vote.badCarry.utf8)
    message.append(vote.digest)
    message.append(outcomes.count)
    for outcome in outcomes { outcome.write(to: &message) }
    return message.bytes
  }

  init?(_ bytes: [UInt8]) {
    var reader = RankMessageReader(bytes)
    guard let code = reader.integer(), let wantsCheckpoint = reader.integer(), let name = reader.content(),
      let digest = reader.word(), let count = reader.count()
    else { return nil }
    vote = RankVote(
      stop: StopReason(code: Int32(truncatingIfNeeded: code)), wantsCheckpoint: wantsCheckpoint == 1,
      badCarry: String(decoding: name, as: UTF8.self), digest: digest)
    outcomes = []
    for _ in 0..<count {
      guard let outcome = ShareOutcome(&reader) else { return nil }
      outcomes.append(outcome)
    }
    guard reader.isAtEnd else { return nil }
  }

  /// The messages of all ranks.
  ///
  /// - Throws: `CommunicationError.ranksDiffer` where parameters are not the same everywhere.
  static func messages(in gathering: Gathering, step: Int) throws(CommunicationError) -> [StepMessage] {
    let messages = try gathering.wait().map(StepMessage.init)
    let unread = messages.indices.filter { messages[$0] == nil }
    guard unread.isEmpty else { throw .ranksDiffer(what: "the version of the program", ranks: unread) }
    let all = messages.compactMap { $0 }
    let others = all.indices.filter { all[$0].vote.digest != all[0].vote.digest }
    guard others.isEmpty else { throw .ranksDiffer(what: "the model before step \(step)", ranks: others) }
    return all
  }
}
