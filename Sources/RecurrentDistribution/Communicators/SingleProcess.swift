#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A process that works alone: rank 0 of 1.
public struct SingleProcess: Communicator {
  /// A process that works alone.
  public init() {}

  /// 0.
  public var rank: Int { 0 }

  /// 1.
  public var size: Int { 1 }

  /// There is no peer.
  public func exchange(
    _ sent: UnsafeRawBufferPointer, _ received: UnsafeMutableRawBufferPointer, with peer: Int
  ) throws(CommunicationError) {
    preconditionFailure("a single process has no rank \(peer) to exchange bytes with")
  }

  /// Leaves the bytes as they are.
  public func broadcast(_ bytes: UnsafeMutableRawBufferPointer, from root: Int) throws(CommunicationError) {
    precondition(root == 0, "a single process has no rank \(root)")
  }

  /// The own bytes alone.
  public func allGather(_ own: [UInt8]) throws(CommunicationError) -> [[UInt8]] { [own] }

  /// Returns.
  public func barrier() throws(CommunicationError) {}

  /// Carries `work` out at once.
  public func submit(_ work: @escaping @Sendable () -> Void) { work() }

  /// Ends the process.
  public func abort(status: Int32) -> Never { exit(status) }
}
