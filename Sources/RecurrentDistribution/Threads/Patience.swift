#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// How to wait for another process without keeping a core from those that compute: look often at first, then ever more
/// seldom, but never so seldom that much time is lost. While a thread of this process has nothing to do but wait for the
/// outcome, its core is free, and it is looked often for longer: messages of MPI within a host go on only while somebody
/// looks.
struct Patience {
  private let start = MonotonicTime.now

  /// Looked at without a sleep for so long: while the program computes, and while it waits.
  static let eagerSeconds = (computing: 20e-6, waiting: 1e-3)
  /// The part of the time waited so far that a sleep may take: how much later than possible an answer can be seen.
  static let share = 0.125
  /// The longest sleep.
  static let longestSleep = 100e-6

  /// Lets others run until it is time to look again.
  ///
  /// - Parameter isAwaited: Whether another thread of this process waits for the outcome.
  func pause(isAwaited: Bool) {
    if let seconds = Self.sleep(after: MonotonicTime.now - start, isAwaited: isAwaited) {
      MonotonicTime.sleep(seconds: seconds)
    } else {
      sched_yield()
    }
  }

  /// How long to sleep before the next look; nil where it is to come at once.
  ///
  /// - Parameter waited: Seconds since the first look.
  static func sleep(after waited: Double, isAwaited: Bool) -> Double? {
    if waited < (isAwaited ? eagerSeconds.waiting : eagerSeconds.computing) { return nil }
    return min(longestSleep, max(2e-6, waited * share))
  }
}
