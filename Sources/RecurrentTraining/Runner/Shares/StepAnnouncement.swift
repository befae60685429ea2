import RecurrentDistribution
import RecurrentLayers

/// Tells the other ranks what this one knows of a step, when its last way back begins: all but the gradients is known then,
/// and the message travels while they are computed.
final class StepAnnouncement {
  private let communicator: any Communicator
  private var vote: RankVote
  private var outcomes: [ShareOutcome]
  private var gathering: Gathering?

  /// Prepares to tell the others.
  ///
  /// - Parameters:
  ///   - vote: What this rank wants.
  ///   - outcomes: What is known of its shares but for the last.
  init(_ vote: RankVote, _ outcomes: [ShareOutcome], over communicator: any Communicator) {
    self.vote = vote
    self.outcomes = outcomes
    self.communicator = communicator
  }

  /// Takes note of the last share, whose statistics come with its way back.
  func note(_ last: ShareOutcome, badCarry: String?) {
    outcomes.append(last)
    vote.badCarry = badCarry ?? ""
  }

  /// Tells the others. Later calls do nothing.
  func send(_ statistics: [RunningStatistic.Observation]) {
    if gathering != nil { return }
    outcomes[outcomes.count - 1].statistics = statistics
    gathering = Gathering(StepMessage(vote: vote, outcomes: outcomes).bytes, over: communicator)
  }

  /// What all ranks have told.
  func messages(step: Int) throws(CommunicationError) -> [StepMessage] {
    guard let gathering else { preconditionFailure("no way back has begun") }
    return try StepMessage.messages(in: gathering, step: step)
  }
}
