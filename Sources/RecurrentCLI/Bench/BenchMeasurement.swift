import RecurrentFormats
import RecurrentTraining

/// A problem with the time it took.
struct BenchMeasurement: Sendable {
  let problem: BenchProblem
  let threads: Int
  let timing: Stopwatch.Timing
  let checksum: Double
  /// Bytes that training held besides weights, inputs, outputs and gradients.
  let keptBytes: Int
  /// The least time that the machine allows, in seconds, where its limits are known.
  let limit: Double?
  /// Operations that one core did in a second just before, where the limits are known.
  let peakPerCore: Double?

  /// Useful operations in a second.
  var rate: Double { problem.operations / timing.seconds }

  /// The share of what the machine allows that was reached.
  var share: Double? { limit.map { $0 / timing.seconds } }

  /// Lays a problem out, and times it.
  ///
  /// - Throws: `BenchError` where `isChecked` and the results are not those of the reference.
  init(
    _ problem: BenchProblem, threads: Int, stopwatch: Stopwatch, isChecked: Bool, limits: LimitModel?
  ) throws {
    if isChecked { try ReferenceCheck(problem).require(of: problem) }
    var subject = problem.prepared()
    timing = stopwatch.time { subject.run() }
    checksum = Checksum.of(subject.results)
    keptBytes = subject.keptByteCount
    limit = limits?.seconds(problem)
    peakPerCore = limits?.limits.peakPerCore
    self.problem = problem
    self.threads = threads
  }

  /// As a line for programs.
  ///
  /// - Parameter showsShare: Whether the limit stands in it.
  func json(showsShare: Bool) -> JSONObject {
    let shape = problem.shape
    var json: JSONObject = [
      "peer": "recurrent", "cell": .string(problem.cell.rawValue), "T": .integer(shape.steps),
      "B": .integer(shape.batch), "I": .integer(shape.inputSize), "H": .integer(shape.hiddenSize),
      "L": .integer(shape.layers), "mode": .string(problem.mode.rawValue), "threads": .integer(threads),
      "ms": .number(timing.seconds.milliseconds), "gflops": .number((rate / 1e7).rounded() / 100),
      "checksum": .number(checksum),
    ]
    if problem.lengths != .full { json["lengths"] = .string(problem.lengths.rawValue) }
    if problem.isBidirectional { json["bidirectional"] = true }
    for (name, share) in problem.noise { json[name] = .number(Double("\(share)") ?? 0) }
    if problem.recomputes { json["recompute"] = true }
    if problem.mode == .train { json["kept_bytes"] = .integer(keptBytes) }
    if problem.state != .zero { json["state"] = .string(problem.state.rawValue) }
    if showsShare, let limit, let share, let peakPerCore {
      json["peak_gflops_per_core"] = .number((peakPerCore / 1e8).rounded() / 10)
      json["limit_ms"] = .number(limit.milliseconds)
      json["share"] = .number((share * 1e4).rounded() / 1e4)
    }
    return json
  }
}

extension Double {
  /// Seconds as milliseconds, to the nearest 10 ns.
  var milliseconds: Double { (self * 1e8).rounded() / 1e5 }
}

extension BenchProblem {
  /// The problem in a message.
  var name: String { "\(cell.rawValue) \(shape.name) \(mode.rawValue)\(options)" }

  /// What differs from plain layers.
  var options: String {
    var words: [String] = []
    if lengths != .full { words.append("lengths \(lengths.rawValue)") }
    if isBidirectional { words.append("both directions") }
    words += noise.map { "\($0.name) \($0.share)" }
    if recomputes { words.append("recomputed in time") }
    if state != .zero { words.append("state \(state.rawValue)") }
    return words.isEmpty ? "" : ", " + words.joined(separator: ", ")
  }
}

extension BenchShape {
  /// `T12 B1 I3 H6 L2`.
  var name: String { "T\(steps) B\(batch) I\(inputSize) H\(hiddenSize) L\(layers)" }
}

/// Measurements as a table for people.
struct BenchTable {
  private var table: TextTable
  private let showsShare: Bool

  init(showsShare: Bool) {
    self.showsShare = showsShare
    table = TextTable(
      ["shape", "cell", "mode", "time", "spread", "GFLOP/s"] + (showsShare ? ["limit", "share"] : []),
      alignments: [.left, .left, .left, .right, .right, .right] + (showsShare ? [.right, .right] : []))
  }

  mutating func append(_ measurement: BenchMeasurement) {
    let problem = measurement.problem
    var row = [
      problem.shape.name, problem.cell.rawValue, problem.mode.rawValue, BenchTable.time(measurement.timing.seconds),
      BenchTable.percent(measurement.timing.spread), NumberText.significant(measurement.rate / 1e9, digits: 3),
    ]
    if showsShare {
      row += [
        measurement.limit.map(BenchTable.time) ?? "-", measurement.share.map(BenchTable.percent) ?? "-",
      ]
    }
    table.append(row)
  }

  func text(on terminal: Terminal) -> String { table.text(on: terminal) }

  /// `25.3 us`, `1.27 ms`, `2.04 s`.
  static func time(_ seconds: Double) -> String {
    switch seconds {
    case ..<1e-3: NumberText.significant(seconds * 1e6, digits: 3) + " us"
    case ..<1: NumberText.significant(seconds * 1e3, digits: 3) + " ms"
    default: NumberText.significant(seconds, digits: 3) + " s"
    }
  }

  static func percent(_ share: Double) -> String { NumberText.significant(share * 100, digits: 3) + " %" }
}

extension MachineReport {
  /// The line above a table.
  var text: String {
    let bandwidths = levels.map { level in
      "\(level.name) \(NumberText.significant(level.bandwidthOfAll / 1e9, digits: 3))"
    }
    return "\(threads == 1 ? "1 thread" : "\(threads) threads"), "
      + "peak \(NumberText.significant(peakPerCore / 1e9, digits: 4)) GFLOP/s a core; "
      + "reading, GB/s: \(bandwidths.joined(separator: ", "))\n\n"
  }
}
