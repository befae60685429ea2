import ArgumentParser
import RecurrentFormats
import RecurrentTasks
import RecurrentTensor
import RecurrentTraining

/// The options that every study has, and what happens around it.
struct StudyOptions: ParsableArguments {
  @Option(help: ArgumentHelp("where weights and data are drawn from", valueName: "number"))
  var seed: UInt64 = 1

  @Option(
    help: ArgumentHelp(
      "threads to use (default: one for counting, else as many as there are cores)", valueName: "number"))
  var threads: Int?

  @Option(
    help: ArgumentHelp("the folder of the results (default: a new numbered one under runs/)", valueName: "folder"))
  var output: String?

  @OptionGroup var ranks: RankOptions
  @OptionGroup var outputOptions: OutputOptions

  /// Runs a study so that Ctrl-C ends it with what it has found, and writes and tells the results.
  ///
  /// - Parameters:
  ///   - kind: The name of the study.
  ///   - usualThreads: The threads unless told otherwise; nil for as many as there are cores.
  ///   - body: The study.
  func run(
    _ kind: String, usualThreads: Int? = nil,
    _ body: (StopRequest, (StudyEvent) -> Void) throws(StudyError) -> StudyReport
  ) throws {
    if let threads { try Self.check(threads, in: 1...256, "--threads") }
    let console = outputOptions.console
    // Launchers hand signals on to all ranks: those that wait must not end the job before the first has written.
    try withStopSignals { stop in
      try RankSession.runOnFirst(ranks, console, "a study") {
        ComputeEnvironment.threads = threads ?? usualThreads ?? ComputeEnvironment.defaultThreads
        // Made before the work: a folder that cannot be made must not cost an hour.
        let folder = try output.map { try RunFolder.create(at: $0) } ?? RunFolder.createNumbered(task: "study-\(kind)")
        let report = try body(stop) { event in
          switch event {
          case .began(let text): console.note(text)
          case .progress(let text): console.note("  " + text)
          }
        }
        try show(report, writtenTo: folder, on: console)
      }
    }
  }

  /// Writes the results and tells them.
  private func show(_ report: StudyReport, writtenTo folder: RunFolder, on console: Console) throws {
    let paths = try report.write(to: folder.path)
    try console.result(Self.table(report.summary) + "\n" + paths.map { $0 + "\n" }.joined())
    if console.isJSON {
      var json = report.json
      json["folder"] = .string(folder.path)
      json["files"] = .array(paths.map { .string($0) })
      json["threads"] = .integer(ComputeEnvironment.threads)
      json["stopped"] = .bool(report.stopReason != nil)
      try console.json(.object(json))
    }
    if let reason = report.stopReason {
      console.note("stopped; \(folder.path) holds what was found until then")
      throw Stopped(exitStatus: reason.exitStatus)
    }
  }

  /// - Throws: `UsageError` where a number is out of its range.
  static func check<Number: Comparable>(_ value: Number, in range: ClosedRange<Number>, _ option: String) throws {
    guard range.contains(value) else {
      throw UsageError("\(option): \(value) is not in \(range.lowerBound)...\(range.upperBound)")
    }
  }

  /// Whole numbers between commas.
  ///
  /// - Throws: `UsageError`.
  static func numbers(_ text: String, in range: ClosedRange<Int>, _ option: String) throws -> [Int] {
    let numbers = try text.split(separator: ",").map { word in
      guard let number = Int(word.filter { $0 != " " }) else {
        throw UsageError("\(option): '\(String(word).printable())' is not a whole number")
      }
      try check(number, in: range, option)
      return number
    }
    guard !numbers.isEmpty else { throw UsageError("\(option): no number is named") }
    return numbers
  }

  /// Rows of text in columns: the first to the left, the others to the right.
  private static func table(_ rows: [[String]]) -> String {
    let columnCount = rows.map(\.count).max() ?? 0
    let widths = (0..<columnCount).map { column in rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0 }
    return rows.map { row in
      let cells = row.enumerated().map { column, text in
        let space = String(repeating: " ", count: widths[column] - text.count)
        return column == 0 ? text + space : space + text
      }
      return cells.joined(separator: "  ") + "\n"
    }.joined()
  }
}
