#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// How to wait for another process without keeping a core from those that compute: look often at first, then ever more
/// seldom, but never so seldom that much time is lost.
struct Patience {
  private let start = MonotonicTime.now

  /// Looked at without a sleep for so long.
  static let eagerSeconds = 20e-6
  /// The part of the time waited so far that a sleep may take: how much later than possible an answer can be seen.
  static let share = 0.125
  /// The longest sleep.
  static let longestSleep = 100e-6

  /// Lets others run until it is time to look again.
  func pause() {
    let waited = MonotonicTime.now - start
    if waited < Self.eagerSeconds {
      sched_yield()
    } else {
      MonotonicTime.sleep(seconds: min(Self.longestSleep, max(2e-6, waited * Self.share)))
    }
  }
}
