import Synchronization

/// A clock that a test moves by hand.
final class ManualClock: Sendable {
  private let time = Mutex(0.0)

  var seconds: Double { time.withLock { $0 } }

  func advance(by seconds: Double) { time.withLock { $0 += seconds } }
}
