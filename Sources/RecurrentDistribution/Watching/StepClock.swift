/// Knows how long steps take, and so when one takes too long.
struct StepClock: Sendable {
  /// The durations of the last steps, in a ring.
  private var durations: [Double] = []
  private var next = 0
  private var lastTime: Double?

  /// Durations that are kept for the median.
  private static let kept = 31
  /// A step that takes so many times the median is not slow, but stuck.
  private static let factor = 20.0

  /// A step has ended.
  mutating func stepEnded(at now: Double) {
    if let lastTime { keep(now - lastTime) }
    lastTime = now
  }

  /// Steps come from now on.
  mutating func resume(at now: Double) { lastTime = now }

  /// No steps come for a while.
  mutating func pause() { lastTime = nil }

  /// Seconds since the last step; nil where none is expected.
  func waited(at now: Double) -> Double? { lastTime.map { now - $0 } }

  /// After how many seconds without a step something is wrong: not before `least`.
  func limit(atLeast least: Double) -> Double { max(least, Self.factor * median) }

  private mutating func keep(_ duration: Double) {
    if durations.count < Self.kept {
      durations.append(duration)
    } else {
      durations[next] = duration
      next = (next + 1) % Self.kept
    }
  }

  private var median: Double {
    durations.isEmpty ? 0 : durations.sorted()[durations.count / 2]
  }
}
