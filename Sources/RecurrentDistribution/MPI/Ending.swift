#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
import CMPIRuntime
import Synchronization

/// How this process leaves MPI: in order, or by ending all ranks.
final class Ending: Sendable {
  private let over = Atomic<Bool>(false)
  /// The exit status with which all ranks are to end, plus one; 0 where nobody wants that.
  private let wanted = Atomic<Int32>(0)

  /// How long the thread that communicates may take to end the job before this process ends by itself, which its
  /// launcher takes for a reason to end the others.
  private static let patience = 5.0

  /// Whether MPI has ended.
  var isOver: Bool {
    get { over.load(ordering: .acquiring) }
    set {
      over.store(newValue, ordering: .releasing)
      if newValue { mpi_process_must_not_succeed(0) }
    }
  }

  /// Ends all ranks, from any thread.
  func abort(_ thread: CommunicationThread, _ calls: MPICalls, status: Int32) -> Never {
    _ = wanted.compareExchange(expected: 0, desired: status &+ 1, ordering: .sequentiallyConsistent)
    thread.submit { self.abortIfWanted(calls) }
    if thread.isCurrent { abortIfWanted(calls) }
    MonotonicTime.sleep(seconds: Self.patience)
    _exit(status)
  }

  /// Ends all ranks where somebody wants that; called by the thread that communicates, also while it waits.
  func abortIfWanted(_ calls: MPICalls) {
    let status = wanted.load(ordering: .sequentiallyConsistent)
    if status == 0 || isOver { return }
    calls.abort(status: status &- 1)
    _exit(status &- 1)
  }

  /// Has the job end as failed when this process exits while others count on it: some launchers take an exit with 0 for
  /// the success of all.
  func register(_ thread: CommunicationThread, _ calls: MPICalls) {
    Self.running.withLock { $0 = Running(ending: self, thread: thread, calls: calls) }
    atexit { Ending.leave() }
    mpi_process_must_not_succeed(Self.unexpected)
  }

  private struct Running: Sendable {
    let ending: Ending
    let thread: CommunicationThread
    let calls: MPICalls
  }

  private static let running = Mutex<Running?>(nil)

  /// The exit status of a process that ends in the middle of its work.
  private static let unexpected: Int32 = 70

  private static func leave() {
    guard let running = running.withLock({ $0 }), !running.ending.isOver else { return }
    // Where the job is being ended already, the library itself may be what exits.
    if running.ending.wanted.load(ordering: .sequentiallyConsistent) != 0 { return }
    running.ending.abort(running.thread, running.calls, status: unexpected)
  }
}
