#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Times repeated work.
struct Stopwatch: Sendable {
  /// Seconds to spend on the runs that count.
  var budget: Double
  /// How many of those there are at least.
  var leastRuns: Int

  /// A run that is shorter is repeated until the clock does not matter, and counts as one.
  private static let shortestRun = 100e-6

  /// A call that takes this long has warmed up by itself.
  private static let longCall = 0.5

  /// What was found: medians do not mind a run that was disturbed.
  struct Timing: Sendable {
    /// Seconds of one call, the median of all runs.
    let seconds: Double
    /// How far the middle half of the runs lies apart, as a share of the median.
    let spread: Double
    let runs: Int
  }

  /// Seconds of some clock that never goes back.
  static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// Runs `work` until the budget is spent, after two calls that do not count, or one long call.
  func time(_ work: () -> Void) -> Timing {
    var start = Stopwatch.now()
    work()
    var once = Stopwatch.now() - start
    if once < Stopwatch.longCall {
      start = Stopwatch.now()
      work()
      once = Stopwatch.now() - start
    }
    let calls = once > 0 ? max(1, Int((Stopwatch.shortestRun / once).rounded(.up))) : 1000
    var runs: [Double] = []
    let end = Stopwatch.now() + budget
    repeat {
      start = Stopwatch.now()
      for _ in 0..<calls { work() }
      runs.append((Stopwatch.now() - start) / Double(calls))
    } while runs.count < leastRuns || Stopwatch.now() < end
    return Timing(sorting: runs)
  }
}

extension Stopwatch.Timing {
  init(sorting runs: [Double]) {
    let sorted = runs.sorted()
    let median = sorted[sorted.count / 2]
    let middleHalf = sorted[(sorted.count - 1) * 3 / 4] - sorted[sorted.count / 4]
    self.init(seconds: median, spread: median > 0 ? middleHalf / median : 0, runs: sorted.count)
  }
}
