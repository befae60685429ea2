import Foundation

/// Runs the reader of a format over damaged files: every truncation and every changed byte of small samples, and random mutants.
/// Whatever is in a file, a reader returns or throws an error of its own, soon and in little memory.
///
/// A reader that traps takes its process with it, and memory is counted for a whole process: call this in an exit test.
/// The environment variable `RECURRENT_MUTANTS` says how many mutants there are; `RECURRENT_LAST_CASE` names a file that holds each
/// case while it is read, which is the guilty one after a trap; `RECURRENT_ACCEPTED` names a folder where copies that were accepted are
/// put, so that `Tests/Fixtures/damage/check.py` asks the reference readers about them.
package struct DamagedFiles {
  /// The format, as the figures name it.
  package let format: String
  /// What is damaged.
  package let samples: [ByteMutations]
  /// Whether no beginning of a sample is a file by itself.
  package var refusesTruncations = true
  /// Whether each byte of a sample is changed by itself; else there are mutants alone.
  package var changesEveryByte = true
  #if DEBUG
    /// How many mutants there are. Without optimisation readers are some fifty times slower, so few are tried there, and single bytes
    /// are changed in small samples alone.
    private static let mutantCount = 3000
    private static let largestSample = 2048
  #else
    /// How many mutants there are.
    private static let mutantCount = 100_000
    private static let largestSample = Int.max
  #endif
  /// The longest that a call may take of a processor, in seconds.
  package var secondsLimit = 2.0

  /// Damaged files of a format.
  package init(_ format: String, _ samples: [ByteMutations]) {
    self.format = format
    self.samples = samples
  }

  /// Runs the reader, records the figures, and says what it did wrong; nothing if all is well.
  ///
  /// - Parameters:
  ///   - isTyped: Whether an error is one that the reader's documentation names, for a file that is wrong.
  ///   - read: The reader.
  package func problems(isTyped: @escaping (any Error) -> Bool, _ read: @escaping ([UInt8]) throws -> Void) -> [String]
  {
    let watch = DamageWatch(secondsLimit: secondsLimit, isTyped: isTyped, read: read)
    for (number, sample) in samples.enumerated() {
      if !watch.reads(sample.sample) { watch.note("sample \(number) itself is refused") }
    }
    PeakMemory.reset()
    let before = PeakMemory.bytes
    var (truncations, changes) = (0, 0)
    for (number, sample) in samples.enumerated()
    where changesEveryByte && sample.sample.count <= Self.largestSample {
      truncations += sample.sample.count
      for (count, bytes) in sample.truncations.enumerated() where watch.reads(bytes) && refusesTruncations {
        watch.note("the first \(count) bytes of sample \(number) are accepted")
      }
      for bytes in sample.singleByteChanges {
        _ = watch.reads(bytes)
        changes += 1
      }
    }
    let mutants = ProcessInfo.processInfo.environment["RECURRENT_MUTANTS"].flatMap { Int($0) } ?? Self.mutantCount
    let refused = watch.refused
    for number in 0..<mutants {
      let mutant = samples[number % samples.count].mutant(number, seed: 2026)
      if watch.reads(mutant) { keep(mutant, number) }
    }
    if watch.refused - refused < mutants / 4 || watch.refused - refused >= mutants {
      watch.note("of \(mutants) mutants \(watch.refused - refused) are refused")
    }
    let growth = PeakMemory.bytes - before
    let largest = samples.map(\.sample.count).max() ?? 0
    if growth > 3 * largest + 64 << 20 { watch.note("memory grew by \(growth) bytes for files of \(largest)") }
    record(truncations, changes, mutants, seconds: watch.longest, growth: growth)
    return watch.problems
  }

  private func keep(_ accepted: [UInt8], _ number: Int) {
    guard let folder = ProcessInfo.processInfo.environment["RECURRENT_ACCEPTED"] else { return }
    try? FileManager.default.createDirectory(atPath: "\(folder)/\(format)", withIntermediateDirectories: true)
    try? Data(accepted).write(to: URL(fileURLWithPath: "\(folder)/\(format)/\(number)"))
  }

  private func record(_ truncations: Int, _ changes: Int, _ mutants: Int, seconds: Double, growth: Int) {
    recordFigure("truncations/\(format)", Double(truncations))
    recordFigure("single_byte_changes/\(format)", Double(changes))
    recordFigure("mutants/\(format)", Double(mutants))
    recordFigure("damage_seconds/\(format)", seconds)
    recordFigure("damage_mebibytes/\(format)", Double(growth) / Double(1 << 20))
  }
}

/// Watches a reader.
private final class DamageWatch {
  private let secondsLimit: Double
  private let isTyped: (any Error) -> Bool
  private let read: ([UInt8]) throws -> Void
  private let caseFile = ProcessInfo.processInfo.environment["RECURRENT_LAST_CASE"].map { URL(fileURLWithPath: $0) }
  private(set) var longest = 0.0
  private(set) var refused = 0
  private(set) var problems: [String] = []

  init(secondsLimit: Double, isTyped: @escaping (any Error) -> Bool, read: @escaping ([UInt8]) throws -> Void) {
    (self.secondsLimit, self.isTyped, self.read) = (secondsLimit, isTyped, read)
  }

  /// Notes what is wrong; the first few will do.
  func note(_ problem: @autoclosure () -> String) {
    if problems.count < 10 { problems.append(problem()) }
  }

  /// Whether the reader accepts the bytes.
  func reads(_ bytes: [UInt8]) -> Bool {
    if let caseFile { try? Data(bytes).write(to: caseFile) }
    let start = Self.processorSeconds
    defer {
      let seconds = Self.processorSeconds - start
      longest = max(longest, seconds)
      if seconds > secondsLimit { note("\(seconds) s for \(Self.text(bytes))") }
    }
    do {
      try read(bytes)
      return true
    } catch {
      refused += 1
      check(error, bytes)
      return false
    }
  }

  private func check(_ error: any Error, _ bytes: [UInt8]) {
    let line = String(describing: error)
    if !isTyped(error) {
      note("\(type(of: error)) '\(line)' for \(Self.text(bytes))")
    } else if line.isEmpty || line.utf8.count > 4000 || !line.unicodeScalars.allSatisfy(Self.isOfLine) {
      note("the message '\(line)' is no line, for \(Self.text(bytes))")
    }
  }

  /// Neither ends of lines nor what moves the cursor of a terminal.
  private static func isOfLine(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: false
    default: true
    }
  }

  /// The bytes, so that the case can be repeated.
  private static func text(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

  /// What this thread has had of a processor: on a busy machine clocks on the wall say little.
  private static var processorSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}

/// The most memory that the process has held.
private enum PeakMemory {
  /// Begins anew, where the system can.
  static func reset() {
    #if os(Linux)
      try? Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/self/clear_refs"))
    #endif
  }

  static var bytes: Int {
    #if os(Linux)
      let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
      let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
      return (line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) << 10
    #else
      var usage = rusage()
      getrusage(RUSAGE_SELF, &usage)
      return usage.ru_maxrss
    #endif
  }
}
