import RecurrentFormats
import RecurrentTraining

/// A training step with the time and the memory it took.
struct StepMeasurement: Sendable {
  let kind: TrainingStep.Kind
  let threads: Int
  let timing: Stopwatch.Timing
  /// Real symbols of a step.
  let tokens: Int
  /// Bytes beyond weights, gradients and the two moments of Adam; nil where they cannot be told.
  let memory: Int?

  var json: JSONObject {
    [
      "peer": "recurrent", "step": .string(kind.rawValue), "threads": .integer(threads),
      "ms": .number(timing.seconds.milliseconds),
      "memory_mb": memory.map { .number((Double($0) / 1e4).rounded() / 100) } ?? .null,
      "tokens_per_second": .number((Double(tokens) / timing.seconds).rounded()),
    ]
  }

  /// A row of the table for people.
  var row: [String] {
    [
      kind.rawValue, BenchTable.time(timing.seconds), NumberText.compact(Double(tokens) / timing.seconds),
      memory.map { NumberText.significant(Double($0) / 1e6, digits: 3) + " MB" } ?? "-",
    ]
  }
}

extension TrainingStep {
  /// Times a training step.
  ///
  /// Its memory is the most that was resident while it ran, less what was resident after the same step with tiny layers,
  /// less four numbers for each parameter: weight, gradient and the two moments.
  ///
  /// - Parameter isFirst: Whether the process has trained nothing else, which would have left memory to be used again.
  static func measure(_ kind: Kind, threads: Int, stopwatch: Stopwatch, isFirst: Bool) -> StepMeasurement {
    let step = TrainingStep(kind)
    step.tiny.withTraining { tinyStep, _ in
      for _ in 0..<3 { _ = tinyStep() }
    }
    let before = ResidentMemory.startPeak()
    return step.withTraining { oneStep, parameterCount in
      let timing = stopwatch.time { _ = oneStep() }
      let known = 4 * 4 * parameterCount
      let memory = before.flatMap { before in ResidentMemory.peak.map { $0 - before - known } }
      return StepMeasurement(
        kind: kind, threads: threads, timing: timing, tokens: step.rowLengths.reduce(0, +),
        memory: isFirst ? memory : nil)
    }
  }
}

/// The memory of this process that is in the machine, in bytes.
enum ResidentMemory {
  private static let status = "/proc/self/status"

  /// Lets the peak begin anew, and gives what is resident now; nil where the system does not tell.
  static func startPeak() -> Int? {
    // 5 resets the peak (proc(5)). Without it the peak is that of the whole process: no less than the true one.
    _ = ProcessFile.write("5", to: "/proc/self/clear_refs")
    return number("VmRSS")
  }

  /// The most that was resident.
  static var peak: Int? { number("VmHWM") }

  private static func number(_ name: String) -> Int? {
    ProcessFile.text(status).flatMap { ProcessFile.number(named: name, in: $0) }.map { $0 << 10 }
  }
}
