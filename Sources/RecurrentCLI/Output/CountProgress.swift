import RecurrentTraining

/// Tells on standard error how many of some things are done, where that takes long: on a terminal in one line that is written
/// again and again, otherwise in a line now and then.
struct CountProgress {
  private let total: Int
  private let noun: String
  private let isQuiet: Bool
  private let terminal = Terminal(descriptor: 2)
  private let start = ContinuousClock.now
  private var last = ContinuousClock.now
  private var done = 0
  private var isDrawn = false

  /// How often a line is written.
  private var interval: Duration { terminal.isInteractive ? .milliseconds(200) : .seconds(10) }

  /// - Parameters:
  ///   - total: How many there are.
  ///   - noun: What they are, as a plural.
  ///   - isQuiet: Whether nothing is told.
  init(of total: Int, _ noun: String, isQuiet: Bool) {
    self.total = total
    self.noun = noun
    self.isQuiet = isQuiet
  }

  /// Counts some more.
  mutating func add(_ count: Int) {
    done += count
    let now = ContinuousClock.now
    guard !isQuiet, done < total, now - last >= interval else { return }
    last = now
    let rate = Double(done) / ((now - start) / .seconds(1))
    let left = NumberText.duration(Double(total - done) / rate)
    let text = "\(done) of \(total) \(noun)  \(NumberText.compact(rate))/s  ETA \(left)"
    StandardError.write(terminal.isInteractive ? "\r\u{1B}[K" + text : text + "\n")
    isDrawn = terminal.isInteractive
  }

  /// Wipes the line away.
  mutating func finish() {
    if isDrawn { StandardError.write("\r\u{1B}[K") }
    isDrawn = false
  }
}
