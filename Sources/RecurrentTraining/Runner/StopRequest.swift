import Synchronization

/// Why a run is asked to stop before its end.
public enum StopReason: Hashable, Sendable {
  /// Ctrl-C (SIGINT).
  case interrupt
  /// SIGTERM: the machine or a service manager wants the process to end.
  case termination
  /// SIGUSR1: a scheduler wants its machine back and will start the command again.
  case preemption
  /// The program that uses the library.
  case program
}

/// A flag that a run looks at after every step. Setting it is safe from any thread.
public final class StopRequest: Sendable {
  private let code = Atomic<Int32>(0)

  /// A request that has not been made.
  public init() {}

  /// Asks for a stop after the running step.
  public func stop(_ reason: StopReason = .program) {
    code.store(reason.code, ordering: .relaxed)
  }

  /// Whether a stop was asked for.
  var isMade: Bool { code.load(ordering: .relaxed) != 0 }

  /// Takes the request back.
  func clear() { code.store(0, ordering: .relaxed) }

  /// Why the run is to stop, if it is.
  public var reason: StopReason? {
    let code = code.load(ordering: .relaxed)
    // Almost always, after every step: no stop.
    return code == 0 ? nil : StopReason(code: code)
  }
}

extension StopReason {
  var code: Int32 {
    switch self {
    case .interrupt: 1
    case .termination: 2
    case .preemption: 3
    case .program: 4
    }
  }

  init?(code: Int32) {
    guard let reason = [StopReason.interrupt, .termination, .preemption, .program].first(where: { $0.code == code })
    else { return nil }
    self = reason
  }
}
