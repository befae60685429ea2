/// The bytes of all ranks, on their way while the program goes on computing.
public final class Gathering: Sendable {
  private let communicator: any Communicator
  private let outcome = Guarded<Result<[[UInt8]], CommunicationError>?>(nil)

  /// Begins to give all ranks the bytes of all.
  ///
  /// - Parameters:
  ///   - own: Those of this rank.
  ///   - communicator: The ranks, all of which gather at the same place among the calls they submit.
  public init(_ own: [UInt8], over communicator: any Communicator) {
    self.communicator = communicator
    communicator.submit { [self] in
      let gathered = Result { () throws(CommunicationError) in try communicator.allGather(own) }
      outcome.change { $0 = gathered }
    }
  }

  /// The bytes of all ranks, in their order; waits for them.
  public func wait() throws(CommunicationError) -> [[UInt8]] {
    try communicator.waiting { outcome.wait { $0 } }.get()
  }
}
