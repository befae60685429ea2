#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// How to wait for another process: look often at first, then ever more seldom.
///
/// While the program computes, every look takes a core from it. While a thread of this process has nothing to do but wait for
/// the outcome, its core is free, and what is looked for late is time lost: messages of MPI go on only while somebody looks.
struct Patience {
  private let start = MonotonicTime.now

  /// How often is looked.
  private struct Rhythm {
    /// Seconds in which it is looked without a sleep.
    let eagerSeconds: Double
    /// The part of the time waited so far that a sleep may take.
    let share: Double
    /// Seconds of the longest sleep.
    let longestSleep: Double

    static let computing = Rhythm(eagerSeconds: 20e-6, share: 0.5, longestSleep: 500e-6)
    static let awaited = Rhythm(eagerSeconds: 1e-3, share: 0.125, longestSleep: 100e-6)
  }

  /// Lets others run until it is time to look again.
  func pause(_ awaiting: Awaiting) {
    let isAwaited = awaiting.isAwaited
    guard let seconds = Self.sleep(after: MonotonicTime.now - start, isAwaited: isAwaited) else {
      sched_yield()
      return
    }
    if isAwaited {
      MonotonicTime.sleep(seconds: seconds)
    } else {
      awaiting.sleepUnlessAwaited(seconds: seconds)
    }
  }

  /// How long to sleep before the next look; nil where it is to come at once.
  ///
  /// - Parameters:
  ///   - waited: Seconds since the first look.
  ///   - isAwaited: Whether another thread of this process waits for the outcome.
  static func sleep(after waited: Double, isAwaited: Bool) -> Double? {
    let rhythm = isAwaited ? Rhythm.awaited : .computing
    if waited < rhythm.eagerSeconds { return nil }
    return min(rhythm.longestSleep, max(2e-6, waited * rhythm.share))
  }
}
