#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Ranks that are threads of one process: for tests, and to try what many ranks would do.
///
/// ```swift
/// let sums = try InProcessCommunicator.run(count: 4) { communicator in
///   try communicator.allGather([UInt8(communicator.rank)]).joined().reduce(0) { $0 + Int($1) }
/// }
/// ```
public final class InProcessCommunicator: Communicator {
  /// The number of this rank, from 0.
  public let rank: Int
  private let group: Group
  private let thread: CommunicationThread

  private init(rank: Int, group: Group) throws(CommunicationError) {
    thread = try CommunicationThread()
    self.rank = rank
    self.group = group
  }

  /// The communicators of `count` ranks; each belongs on a thread of its own.
  ///
  /// - Throws: `CommunicationError.threadRefused`.
  public static func make(count: Int) throws(CommunicationError) -> [InProcessCommunicator] {
    precondition(count > 0, "there must be a rank")
    let group = Group(size: count)
    return try (0..<count).map { rank throws(CommunicationError) in
      try InProcessCommunicator(rank: rank, group: group)
    }
  }

  /// Runs `body` once for each rank, all at the same time, and gives what they return.
  ///
  /// - Throws: The error of the lowest rank that has failed by itself. The others get `rankLost` where they wait for it.
  ///   `CommunicationError.threadRefused` for a rank that gets no thread.
  public static func run<Result: Sendable>(
    count: Int, _ body: @escaping @Sendable (InProcessCommunicator) throws -> Result
  ) throws -> [Result] {
    let outcomes = Guarded([Swift.Result<Result, any Error>?](repeating: nil, count: count))
    for communicator in try make(count: count) {
      let end = { @Sendable (outcome: Swift.Result<Result, any Error>) in
        if case .failure = outcome { communicator.group.lose(communicator.rank) }
        outcomes.change { $0[communicator.rank] = outcome }
      }
      do {
        _ = try OwnThread(stackSize: 8 << 20) { end(Swift.Result { try body(communicator) }) }
      } catch {
        end(.failure(error))
      }
    }
    let all = outcomes.wait { outcomes in outcomes.contains { $0 == nil } ? nil : outcomes.compactMap { $0 } }
    if let own = all.first(where: \.isOwnFailure) { _ = try own.get() }
    return try all.map { try $0.get() }
  }

  /// How many ranks there are.
  public var size: Int { group.size }

  /// Sends bytes to a peer and receives from the same peer.
  public func exchange(
    _ sent: UnsafeRawBufferPointer, _ received: UnsafeMutableRawBufferPointer, with peer: Int
  ) throws(CommunicationError) {
    precondition(peer != rank && peer >= 0 && peer < size, "rank \(rank) of \(size) has no peer \(peer)")
    try thread.run { [self] () throws(CommunicationError) in
      if !sent.isEmpty { group.send([UInt8](sent), from: rank, to: peer) }
      if !received.isEmpty { try receive(into: received, from: peer) }
    }
  }

  /// Gives all ranks the bytes of `root`.
  public func broadcast(_ bytes: UnsafeMutableRawBufferPointer, from root: Int) throws(CommunicationError) {
    precondition(root >= 0 && root < size, "there is no rank \(root) of \(size)")
    try thread.run { [self] () throws(CommunicationError) in
      guard rank == root else { return try receive(into: bytes, from: root) }
      for peer in 0..<size where peer != rank { group.send([UInt8](bytes), from: rank, to: peer) }
    }
  }

  /// The bytes of all ranks.
  public func allGather(_ own: [UInt8]) throws(CommunicationError) -> [[UInt8]] {
    try thread.run { [self] () throws(CommunicationError) in
      for peer in 0..<size where peer != rank { group.send(own, from: rank, to: peer) }
      var all: [[UInt8]] = []
      for peer in 0..<size { all.append(peer == rank ? own : try group.receive(from: peer, to: rank)) }
      return all
    }
  }

  /// Returns when all ranks have come here.
  public func barrier() throws(CommunicationError) { _ = try allGather([]) }

  /// Carries out `work` after all that was asked for before.
  public func submit(_ work: @escaping @Sendable () -> Void) { thread.submit(work) }

  /// Ends the process, in which all ranks are.
  public func abort(status: Int32) -> Never { exit(status) }

  private func receive(into bytes: UnsafeMutableRawBufferPointer, from peer: Int) throws(CommunicationError) {
    let message = try group.receive(from: peer, to: rank)
    guard message.count == bytes.count else {
      throw .countMismatch(expected: bytes.count, received: message.count, peer: peer)
    }
    bytes.copyBytes(from: message)
  }
}

/// The messages that are under way between the ranks.
private final class Group: Sendable {
  private struct State {
    /// For each pair, at sender · size + receiver, in the order of sending.
    var messages: [[[UInt8]]]
    var lostRank: Int?
  }

  let size: Int
  private let state: Guarded<State>

  init(size: Int) {
    self.size = size
    state = Guarded(State(messages: Array(repeating: [], count: size * size)))
  }

  func send(_ message: [UInt8], from sender: Int, to receiver: Int) {
    state.change { $0.messages[sender * size + receiver].append(message) }
  }

  func receive(from sender: Int, to receiver: Int) throws(CommunicationError) -> [UInt8] {
    try state.wait { state -> Result<[UInt8], CommunicationError>? in
      let box = sender * size + receiver
      if !state.messages[box].isEmpty { return .success(state.messages[box].removeFirst()) }
      return state.lostRank.map { .failure(.rankLost(rank: $0)) }
    }.get()
  }

  /// Wakes those who wait for a rank that will send no more.
  func lose(_ rank: Int) { state.change { $0.lostRank = $0.lostRank ?? rank } }
}

extension Result where Failure == any Error {
  /// Whether it is a failure that does not come from another rank's.
  fileprivate var isOwnFailure: Bool {
    guard case .failure(let error) = self else { return false }
    if case CommunicationError.rankLost = error { return false }
    return true
  }
}
