#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Shows how a run goes, on standard error: a bar on a terminal, else a line now and then.
///
/// ```swift
/// var progress = ProgressReporter()
/// try runner.run { progress.observe($0) }
/// ```
public struct ProgressReporter {
  private let terminal: Terminal
  private let isQuiet: Bool
  private let clock: Clock
  private let width: () -> Int
  private let write: (String) -> Void

  private var start: TrainingStart?
  private var startTime = 0.0
  private var nextTime = 0.0
  private var items = 0
  private var metric: Metric?
  private var lastStep: StepReport?
  private var isBarDrawn = false

  /// A bar is drawn at most ten times a second.
  private static let secondsBetweenBars = 0.1
  private static let secondsBetweenLines = 5.0

  /// Shows a run on standard error.
  ///
  /// - Parameters:
  ///   - terminal: What standard error can show.
  ///   - isQuiet: Whether only warnings are shown.
  public init(terminal: Terminal = Terminal(descriptor: 2), isQuiet: Bool = false) {
    self.init(
      terminal: terminal, isQuiet: isQuiet, clock: monotonicSeconds, width: { terminal.width },
      write: writeToStandardError)
  }

  init(
    terminal: Terminal, isQuiet: Bool, clock: @escaping Clock, width: @escaping () -> Int,
    write: @escaping (String) -> Void
  ) {
    self.terminal = terminal
    self.isQuiet = isQuiet
    self.clock = clock
    self.width = width
    self.write = write
  }

  /// Takes notice of an event.
  public mutating func observe(_ event: TrainingEvent) {
    switch event {
    case .started(let start): begin(start)
    case .step(let step):
      lastStep = step
      items += step.itemCount
      showIfDue()
    case .epochEnded(let epoch): metric = epoch.metrics.first ?? metric
    case .improved, .checkpointWritten: break
    case .checkpointFailed(let error): warn("checkpoint not written: \(error); trying again later")
    case .checkpointSkipped(let error): warn("checkpoint passed over: \(error)")
    case .notFinite(let step, let report):
      warn("\(step); \(step.response.text)" + (report.map { "; see \($0)" } ?? ""))
    case .reportFailed(let error): warn("report not written: \(error)")
    case .stoppedEarly(let epoch, let best):
      end(
        "stopped early after epoch \(epoch): best \(best.metric.name) "
          + "\(NumberText.significant(best.metric.value)) after epoch \(best.epoch)")
    case .interrupted: end("stopped after \(steps)")
    case .finished: end("finished \(steps)")
    }
  }

  private var steps: String {
    guard let lastStep else { return "before the first step" }
    return "epoch \(lastStep.epoch), step \(lastStep.step)"
  }
}

extension ProgressReporter {
  private mutating func begin(_ start: TrainingStart) {
    self.start = start
    startTime = clock()
    items = 0
    nextTime = startTime + (terminal.isInteractive ? 0 : Self.secondsBetweenLines)
    if !isQuiet, let note = start.ranksNote { write(note + "\n") }
    guard !isQuiet, !terminal.isInteractive else { return }
    let length =
      "\(start.epochs) epochs of \(start.batchesPerEpoch) \(start.batchesPerEpoch == 1 ? "batch" : "batches")"
    write(
      start.finishedSteps == 0
        ? "training: \(length)\n" : "training: \(length), going on after step \(start.finishedSteps)\n")
  }

  private mutating func showIfDue() {
    if isQuiet { return }
    let now = clock()
    guard now >= nextTime, let line = line(at: now) else { return }
    if terminal.isInteractive {
      draw(line)
      nextTime = now + Self.secondsBetweenBars
    } else {
      write(line.plain + "\n")
      nextTime = now + Self.secondsBetweenLines
    }
  }

  private func line(at now: Double) -> ProgressLine? {
    guard let start, let step = lastStep else { return nil }
    let epochs = Double(max(1, start.epochs))
    let fraction = (Double(step.epoch - 1) + Double(step.batch) / Double(max(1, step.batchCount))) / epochs
    let startFraction = Double(start.finishedEpochs) / epochs
    let elapsed = now - startTime
    let isMeasured = elapsed > 0 && fraction > startFraction
    return ProgressLine(
      epoch: step.epoch, epochs: start.epochs, fraction: fraction, meanLoss: step.meanLoss, metric: metric,
      learningRate: step.learningRate, itemsPerSecond: isMeasured ? Double(items) / elapsed : nil,
      itemName: start.itemName, secondsLeft: isMeasured ? elapsed * (1 - fraction) / (fraction - startFraction) : nil)
  }

  private mutating func draw(_ line: ProgressLine) {
    write("\r" + line.drawn(on: terminal, width: width()) + "\u{1B}[K")
    isBarDrawn = true
  }

  /// Writes a line above the bar.
  private mutating func warn(_ text: String) {
    write(clearing + terminal.styled("warning: ", .yellow) + text + "\n")
    if isBarDrawn, let line = line(at: clock()) { draw(line) }
  }

  private var clearing: String { isBarDrawn ? "\r\u{1B}[K" : "" }

  /// Leaves a last line that says how it went.
  private mutating func end(_ text: String) {
    guard !isQuiet else { return }
    var parts = [text]
    if let lastStep { parts.append("loss \(NumberText.significant(lastStep.meanLoss))") }
    if let metric { parts.append("\(metric.name) \(NumberText.significant(metric.value))") }
    parts.append("\(NumberText.significant(clock() - startTime, digits: 3)) s")
    write(clearing + parts.joined(separator: "  ") + "\n")
    isBarDrawn = false
  }
}

/// Writes all of a text to standard error; where nobody listens any more there is nothing to do about it.
private func writeToStandardError(_ text: String) {
  var text = text
  text.withUTF8 { bytes in
    var rest = UnsafeRawBufferPointer(bytes)
    while !rest.isEmpty {
      let count = writeSome(rest, to: 2)
      if count < 0, errno == EINTR { continue }
      if count <= 0 { return }
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
    }
  }
}

private func writeSome(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int {
  #if canImport(Darwin)
    Darwin.write(descriptor, bytes.baseAddress, bytes.count)
  #elseif canImport(Glibc)
    Glibc.write(descriptor, bytes.baseAddress, bytes.count)
  #else
    Musl.write(descriptor, bytes.baseAddress, bytes.count)
  #endif
}
