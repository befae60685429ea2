#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
import CMPIRuntime
import Synchronization

/// The processes that `mpirun` or `srun` has started, through the MPI library of this machine.
///
/// One thread of its own makes all calls of MPI, as `MPI_THREAD_FUNNELED` asks for. While it waits it sleeps in short
/// pieces, so that a rank that computes with one thread has its core for itself; between messages it gives signs of
/// life, by which the others know whether this process hangs.
///
/// After a `CommunicationError` nothing is left but `abort`: other ranks may wait for what will never come.
public final class MPICommunicator: Communicator {
  /// The number of this process, from 0.
  public let rank: Int
  /// How many processes there are.
  public let size: Int
  /// The library in use.
  public let library: MPILibrary
  /// The names of the hosts, for each rank.
  public let hostNames: [String]

  private let thread: CommunicationThread
  private let calls: MPICalls
  private let beats: Confined<HeartBeats>
  private let idle: Confined<() -> Void>
  private let limit: Double
  private let progress: RankProgress
  private let ending: Ending
  private let watchdog: RankWatchdog

  /// Starts MPI, which is possible once in a process.
  ///
  /// - Parameters:
  ///   - launcher: What has started this process.
  ///   - environment: The variables of the process.
  ///   - limit: Seconds after which a rank without a sign of life ends the job; a start is given up after as many, but not
  ///     before a minute.
  ///   - tell: Takes the line that says which rank has ended the job.
  ///   - status: The exit status of a job that ends because a rank hangs.
  /// - Throws: Where no library fits, where it does not see the ranks that the launcher has started, where the system
  ///   refuses a thread, and what MPI says.
  public static func start(
    _ launcher: Launcher, environment: [String: String], limit: Double = RankWatchdog.standardLimit,
    status: Int32, tell: @escaping @Sendable (String) -> Void
  ) throws(CommunicationError) -> MPICommunicator {
    let calls = MPICalls(try MPILibrary.open(for: launcher, environment: environment))
    let ending = Ending()
    let idle = Confined<() -> Void>({})
    let thread = try CommunicationThread(idleSeconds: HeartBeats.secondsBetweenBeats / 4) { idle.value() }
    try thread.run("MPI_Init_thread", atMost: Self.patience(limit)) { () throws(CommunicationError) in
      try calls.start()
      guard launcher.agrees(rank: calls.rank, size: calls.size) else {
        throw .launcherMismatch(launcher, library: calls.library.version, rank: calls.rank, size: calls.size)
      }
    }
    return try MPICommunicator(calls, thread, idle, ending, limit: limit, status: status, tell: tell)
  }

  private init(
    _ calls: MPICalls, _ thread: CommunicationThread, _ idle: Confined<() -> Void>, _ ending: Ending, limit: Double,
    status: Int32, tell: @escaping @Sendable (String) -> Void
  ) throws(CommunicationError) {
    (rank, size, library) = (calls.rank, calls.size, calls.library)
    (self.calls, self.thread, self.idle, self.ending, self.limit) = (calls, thread, idle, ending, limit)
    let progress = RankProgress()
    let view = Guarded(RankView(beats: []))
    let names: [[UInt8]]
    (beats, names) = try thread.run("MPI_Init_thread", atMost: Self.patience(limit)) { () throws(CommunicationError) in
      calls.attend = { ending.abortIfWanted(calls) }
      let names = try calls.allGather(Array(Self.hostName.utf8))
      let beats = HeartBeats(calls, progress: progress, view: view)
      calls.attend = {
        ending.abortIfWanted(calls)
        beats.attend()
      }
      idle.value = calls.attend
      return (Confined(beats), names)
    }
    self.progress = progress
    hostNames = names.map { String(decoding: $0, as: UTF8.self) }
    watchdog = RankWatchdog(
      limit: limit,
      .init(
        hostNames: hostNames, courtesy: calls.rank == 0 ? 0 : 2 + 0.25 * Double(min(calls.rank, 20)), view: view,
        isOver: { ending.isOver },
        end: { line in
          tell(line)
          ending.abort(thread, calls, status: status)
        }))
    try watchdog.start()
    ending.register(thread, calls)
  }

  /// Ends MPI, after all ranks have come here. A process that ends without this ends the job as failed.
  public func finish() throws(CommunicationError) {
    pauseSteps()
    try barrier()
    try thread.run { [self] () throws(CommunicationError) in
      try beats.value.end()
      idle.value = {}
      calls.attend = {}
    }
    try thread.run("MPI_Finalize", atMost: Self.patience(limit)) { [calls] () throws(CommunicationError) in
      try calls.finish()
    }
    ending.isOver = true
  }

  /// Tells the watchdog that a step has ended; from the first on, steps are expected.
  public func stepEnded() {
    progress.countStep()
    watchdog.stepEnded()
  }

  /// Tells the watchdog that no steps come for a while, as when a model is judged: until the next step only silence is a
  /// reason to end the job.
  public func pauseSteps() { watchdog.pause() }

  /// Sends bytes to a peer and receives from the same peer.
  public func exchange(
    _ sent: UnsafeRawBufferPointer, _ received: UnsafeMutableRawBufferPointer, with peer: Int
  ) throws(CommunicationError) {
    precondition(peer != rank && peer >= 0 && peer < size, "rank \(rank) of \(size) has no peer \(peer)")
    try run { [calls] () throws(CommunicationError) in try calls.exchange(sent, received, with: peer) }
  }

  /// Gives all ranks the bytes of `root`.
  public func broadcast(_ bytes: UnsafeMutableRawBufferPointer, from root: Int) throws(CommunicationError) {
    precondition(root >= 0 && root < size, "there is no rank \(root) of \(size)")
    try run { [calls] () throws(CommunicationError) in try calls.broadcast(bytes, from: root) }
  }

  /// The bytes of all ranks.
  public func allGather(_ own: [UInt8]) throws(CommunicationError) -> [[UInt8]] {
    try run { [calls] () throws(CommunicationError) in try calls.allGather(own) }
  }

  /// Returns when all ranks have come here.
  public func barrier() throws(CommunicationError) {
    try run { [calls] () throws(CommunicationError) in try calls.barrier() }
  }

  /// Carries out `work` after all that was asked for before.
  public func submit(_ work: @escaping @Sendable () -> Void) {
    progress.countCall()
    thread.submit(work)
  }

  /// Runs `body`, which waits for what was submitted; messages are looked for more often meanwhile.
  public func waiting<Result>(_ body: () -> Result) -> Result {
    calls.awaiting.whileRunning(body)
  }

  /// Ends all ranks.
  public func abort(status: Int32) -> Never { ending.abort(thread, calls, status: status) }

  private func run<Result>(
    _ body: @escaping () throws(CommunicationError) -> Result
  ) throws(CommunicationError) -> Result {
    if thread.isCurrent {
      calls.attend()
      return try body()
    }
    progress.countCall()
    return try waiting {
      Swift.Result { () throws(CommunicationError) in
        try thread.run { [calls] () throws(CommunicationError) in
          // Also where nothing has to be waited for, the others want to hear from this rank.
          calls.attend()
          return try body()
        }
      }
    }.get()
  }

  /// Seconds for the start and the end of MPI, which take longer than a sign of life however long users want to wait.
  private static func patience(_ limit: Double) -> Double { max(limit, RankWatchdog.standardLimit) }

  private static var hostName: String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "?" }
    return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

/// What only the thread that communicates touches.
// Unchecked: one thread has it; others only hold on to it.
private final class Confined<Value>: @unchecked Sendable {
  var value: Value
  init(_ value: Value) { self.value = value }
}
