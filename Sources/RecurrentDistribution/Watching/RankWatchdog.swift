import RecurrentFormats

/// Ends the job when a rank hangs, and says which: a rank that gives no sign of life for `limit` seconds, or one that
/// does not come to where the others wait while no step ends for the longer of `limit` and 20 times the median step.
///
/// Each rank has a watchdog on a thread of its own, so that it matters not which of them hangs. Signs of life are given
/// by the thread that communicates, also while it waits, and while the program computes. Slurm's and MPI's launchers
/// notice by themselves that a process has ended; that one has stopped they do not.
public final class RankWatchdog: Sendable {
  /// What the watchdog looks at and does; other functions in tests.
  struct Surroundings: Sendable {
    var clock: @Sendable () -> Double = { MonotonicTime.now }
    var hostNames: [String] = []
    /// Seconds by which this rank waits longer than rank 0, which is to tell alone.
    var courtesy = 0.0
    var view: Guarded<RankView>
    var isOver: @Sendable () -> Bool
    /// Tells the line and ends the job.
    var end: @Sendable (String) -> Void
  }

  /// Seconds that are waited in any case, unless the user says otherwise.
  public static let standardLimit = 60.0

  private let limit: Double
  private let surroundings: Surroundings
  private let steps = Guarded(StepClock())
  private let lastLook: Guarded<Double>

  /// How often it is looked, and how late a look may be before this process itself was stopped.
  private static let secondsBetweenLooks = 0.25
  private static let longestLook = 3.0

  init(limit: Double, _ surroundings: Surroundings) {
    self.limit = limit
    self.surroundings = surroundings
    lastLook = Guarded(surroundings.clock())
  }

  /// Starts the thread.
  func start() throws(CommunicationError) {
    _ = try OwnThread { [self] in
      while !surroundings.isOver() {
        MonotonicTime.sleep(seconds: Self.secondsBetweenLooks)
        look()
      }
    }
  }

  /// A step has ended. The first one is waited for without limit.
  func stepEnded() { steps.change { $0.stepEnded(at: surroundings.clock()) } }

  /// No steps come for a while, in which only silence is a reason to end the job.
  func pause() { steps.change { $0.pause() } }

  /// Looks once.
  func look() {
    let now = surroundings.clock()
    let pause = lastLook.change { last in
      defer { last = now }
      return now - last
    }
    if pause > Self.longestLook {
      surroundings.view.change { $0.forgive(at: now) }
      steps.change { steps in if steps.waited(at: now) != nil { steps.resume(at: now) } }
      return
    }
    let view = surroundings.view.read { $0 }
    let stepLimit = steps.read { $0.limit(atLeast: limit) }
    let waited = steps.read { $0.waited(at: now) } ?? 0
    guard
      view.longestSilence(at: now) >= limit + surroundings.courtesy || waited >= stepLimit + surroundings.courtesy
    else { return }
    surroundings.end(line(about: view.laggard(at: now), after: waited))
  }

  private func line(about laggard: Laggard?, after waited: Double) -> String {
    let mend = "the job ends here; look at that process and go on with --resume"
    guard let laggard else {
      return "no step has ended for \(Int(waited)) s on any rank, and none is behind the others; "
        + "the job ends here; go on with --resume"
    }
    let host = surroundings.hostNames.indices.contains(laggard.rank) ? surroundings.hostNames[laggard.rank] : "?"
    let place = "rank \(laggard.rank) on \(host.printable(limit: 80)), \(laggard.steps) steps done,"
    if let silence = laggard.silence { return "\(place) gives no sign of life for \(Int(silence)) s; \(mend)" }
    return "\(place) keeps the others waiting for \(Int(waited)) s; \(mend)"
  }
}
