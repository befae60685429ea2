/// Whether threads of this process have nothing to do but wait for the thread that communicates.
final class Awaiting: Sendable {
  private let count = Guarded(0)

  /// Runs `body`, which waits.
  func whileRunning<Result>(_ body: () -> Result) -> Result {
    count.change { $0 += 1 }
    defer { count.change { $0 -= 1 } }
    return body()
  }

  /// Whether somebody waits.
  var isAwaited: Bool { count.read { $0 > 0 } }

  /// Sleeps, but no longer than until somebody waits.
  func sleepUnlessAwaited(seconds: Double) {
    _ = count.wait(seconds: seconds) { $0 > 0 ? true : nil }
  }
}
