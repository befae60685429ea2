import ArgumentParser
import RecurrentFormats
import RecurrentTensor
import RecurrentTraining

/// `recurrent bench`.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Times recurrent layers and whole training steps on this machine.",
    discussion: """
      A shape is T,B,I,H,L: time steps, rows, features of an input step, units, layers. Times are \
      medians. GFLOP/s count useful work: the products of weights with real steps, three times as many \
      where gradients are computed. Before it is timed, each problem is compared with the reference \
      kernels on fewer steps and rows.

      EXAMPLES:
        recurrent bench --shapes "128,32,128,128,1;1,1,512,512,1" --share
        recurrent bench --cells LSTM,GRU --modes train --threads 1 --json
        recurrent bench --cells LSTM --shapes 100,32,256,256,2 --lengths uniform --bidirectional
        recurrent bench --steps character,tagger --threads 2
      """)

  @Option(help: ArgumentHelp("\(cellNames)", valueName: "names"))
  var cells = "LSTM,GRU,RNN"

  @Option(
    help: ArgumentHelp("T,B,I,H,L;T,B,I,H,L;… (default: twelve, from tiny to large)", valueName: "shapes")
  )
  var shapes: String?

  @Option(help: ArgumentHelp("infer: forward; train: forward and all gradients", valueName: "names"))
  var modes = "infer,train"

  @Option(help: ArgumentHelp("whole training steps instead of layers: \(stepNames)", valueName: "names"))
  var steps: String?

  @Option(help: ArgumentHelp("threads to use (default: as many as there are cores)", valueName: "number"))
  var threads: Int?

  @Option(help: ArgumentHelp("seconds for each measurement", valueName: "seconds"))
  var budget = 1.0

  @Option(help: ArgumentHelp("runs of each measurement at least", valueName: "number"))
  var repeats = 3

  @Option(help: ArgumentHelp("full, or uniform: rows of 1 to T real steps", valueName: "kind"))
  var lengths: BenchProblem.Lengths = .full

  @Flag(help: "layers of two directions")
  var bidirectional = false

  @Option(help: ArgumentHelp("the share of the outputs between layers that training drops", valueName: "share"))
  var dropout: Float = 0

  @Option(help: ArgumentHelp("the share of the hidden state that each step of training drops", valueName: "share"))
  var stateDropout: Float = 0

  @Option(help: ArgumentHelp("the share of the state that a step leaves as it was", valueName: "share"))
  var zoneout: Float = 0

  @Option(help: ArgumentHelp("the share of the recurrent weights that training drops", valueName: "share"))
  var weightDrop: Float = 0

  @Option(help: ArgumentHelp("where layers begin: zero, given, trainable", valueName: "kind"))
  var state: BenchProblem.StartingState = .zero

  @Flag(help: "training keeps the states at the borders of segments of time, and makes the rest again")
  var recompute = false

  @Flag(help: "each time as share of what this machine allows")
  var share = false

  @Flag(inversion: .prefixedNo, help: "measure the machine's own limits first")
  var limits = true

  @Flag(inversion: .prefixedNo, help: "compare with the reference kernels first")
  var check = true

  @Flag(help: "JSON on standard output: a line for the machine, then one for each measurement")
  var json = false

  @Flag(name: .shortAndLong, help: "nothing but results and errors")
  var quiet = false

  @OptionGroup var ranks: RankOptions

  private static let cellNames = BenchCell.allCases.map(\.rawValue).joined(separator: ", ")
  private static let stepNames = TrainingStep.Kind.allCases.map(\.rawValue).joined(separator: ", ")

  func run() throws {
    try checkNumbers()
    let console = Console(isJSON: json, isQuiet: quiet)
    try RankSession.runOnFirst(ranks, console, "timing") { try time(on: console) }
  }

  private func time(on console: Console) throws {
    let threads = threads ?? ComputeEnvironment.defaultThreads
    ComputeEnvironment.threads = threads
    let stopwatch = Stopwatch(budget: budget, leastRuns: repeats)
    if let steps {
      try timeSteps(WordList.read(steps, option: "--steps"), threads, stopwatch, console)
    } else {
      try timeLayers(problems(), threads, stopwatch, console)
    }
  }

  private func checkNumbers() throws {
    guard budget.isFinite, budget >= 0 else { throw UsageError("--budget: \(budget) seconds are not 0 or more") }
    guard repeats >= 1 else { throw UsageError("--repeats: \(repeats) is not 1 or more") }
    let shares = [
      ("dropout", dropout), ("state-dropout", stateDropout), ("zoneout", zoneout), ("weight-drop", weightDrop),
    ]
    for (name, share) in shares {
      guard share >= 0, share < 1 else { throw UsageError("--\(name): \(share) is not in 0..<1") }
    }
    guard threads.map({ (1...256).contains($0) }) ?? true else {
      throw UsageError("--threads: \(threads ?? 0) is not in 1...256")
    }
    if share, !limits { throw UsageError("--share needs the machine's limits; leave --no-limits out") }
  }

  /// What is to be measured, shape by shape.
  func problems() throws -> [BenchProblem] {
    let cells: [BenchCell] = try WordList.read(cells, option: "--cells")
    let modes: [BenchMode] = try WordList.read(modes, option: "--modes")
    let shapes =
      try shapes.map { try $0.split(separator: ";").map { try BenchShape(String($0)) } } ?? BenchShape.standard
    guard !shapes.isEmpty else { throw UsageError("--shapes: no shape is named") }
    if cells.contains(.lstmProjected), shapes.contains(where: { $0.hiddenSize < 2 }) {
      throw UsageError(
        "--shapes: LSTM-projection halves the hidden state, and 1 unit has no half; give at least 2 units")
    }
    return shapes.flatMap { shape in
      cells.flatMap { cell in
        modes.map { mode in
          BenchProblem(
            cell: cell, shape: shape, mode: mode, lengths: lengths, isBidirectional: bidirectional, dropout: dropout,
            stateDropout: stateDropout, zoneout: zoneout, weightDrop: weightDrop, state: state, recomputes: recompute)
        }
      }
    }
  }

  private func timeLayers(
    _ problems: [BenchProblem], _ threads: Int, _ stopwatch: Stopwatch, _ console: Console
  ) throws {
    let machine = limits ? MachineReport.measure(threads: threads) : nil
    if let machine { json ? try console.json(.object(machine.json)) : try console.result(machine.text) }
    var table = BenchTable(showsShare: share)
    for problem in problems {
      if !json { console.note("timing \(problem.name)") }
      let measurement = try BenchMeasurement(
        problem, threads: threads, stopwatch: stopwatch, isChecked: check,
        limits: machine.map { LimitModel(limits: share ? $0.measuringPeakAgain() : $0) })
      table.append(measurement)
      if json { try console.json(.object(measurement.json(showsShare: share))) }
    }
    if !json { try console.result(table.text(on: console.resultTerminal)) }
  }

  private func timeSteps(
    _ kinds: [TrainingStep.Kind], _ threads: Int, _ stopwatch: Stopwatch, _ console: Console
  ) throws {
    var table = TextTable(["training step", "time", "tokens/s", "memory"])
    for (number, kind) in kinds.enumerated() {
      let measurement = TrainingStep.measure(kind, threads: threads, stopwatch: stopwatch, isFirst: number == 0)
      table.append(measurement.row)
      if json { try console.json(.object(measurement.json)) }
    }
    if !json { try console.result(table.text(on: console.resultTerminal)) }
  }
}

extension BenchProblem.Lengths: ExpressibleByArgument {}
extension BenchProblem.StartingState: ExpressibleByArgument {}
