/// The processes that work on one job, as one of them sees the others: MPI's idea of a communicator, with as much of it
/// as training needs.
///
/// All ranks make the same calls in the same order. Calls are carried out one after the other by one thread, in the
/// order in which they come, those of `submit` included; a call that gives a result waits for it.
public protocol Communicator: Sendable {
  /// The number of this process, from 0.
  var rank: Int { get }

  /// How many processes there are.
  var size: Int { get }

  /// Sends bytes to a peer and receives from the same peer at the same time.
  ///
  /// The two counts may differ; both sides know them. Where a count is 0 nothing is sent.
  func exchange(
    _ sent: UnsafeRawBufferPointer, _ received: UnsafeMutableRawBufferPointer, with peer: Int
  ) throws(CommunicationError)

  /// Gives all ranks the bytes of `root`; the count is the same everywhere.
  func broadcast(_ bytes: UnsafeMutableRawBufferPointer, from root: Int) throws(CommunicationError)

  /// The bytes of all ranks, in their order; the counts may differ.
  func allGather(_ own: [UInt8]) throws(CommunicationError) -> [[UInt8]]

  /// Returns when all ranks have come here.
  func barrier() throws(CommunicationError)

  /// Carries out `work` on the thread that communicates, after all that was asked for before, and returns at once. Calls
  /// that `work` makes of this communicator run in place.
  func submit(_ work: @escaping @Sendable () -> Void)

  /// Runs `body`, which waits for what was submitted. Whoever communicates may take more of this machine meanwhile, as the
  /// calling thread has nothing to do.
  func waiting<Result>(_ body: () -> Result) -> Result

  /// Ends all ranks, with this exit status.
  func abort(status: Int32) -> Never
}

extension Communicator {
  /// Runs `body`.
  public func waiting<Result>(_ body: () -> Result) -> Result { body() }
}
