#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
import ArgumentParser
import Foundation
import RecurrentDistribution
import RecurrentFormats
import RecurrentTensor
import RecurrentTraining

/// How a command works on several ranks.
struct RankOptions: ParsableArguments {
  @Flag(name: .customLong("no-mpi"), help: "work as a single process, whatever mpirun or srun says")
  var isAlone = false
}

/// The ranks that a command works on: those that `mpirun` or `srun` has started, or this process alone.
///
/// ```swift
/// try RankSession.run(rankOptions) { ranks in
///   let console = ranks.console(outputOptions)
///   try ranks.requireAgreement(on: [("the settings", digestOfSettings), ("the data", digestOfData)])
///   try run.run(until: stop, over: ranks.communicator) { event in
///     progress.observe(event)
///     ranks.observe(event)
///   }
/// }
/// ```
struct RankSession {
  /// The ranks.
  let communicator: any Communicator
  /// What has started them; nil for a process that was started alone.
  let launcher: Launcher?

  private var mpi: MPICommunicator? { communicator as? MPICommunicator }

  /// Whether this rank is the one that writes files, results and progress.
  var isFirst: Bool { communicator.rank == 0 }

  /// The console of this rank: only the first has something to say.
  func console(_ options: OutputOptions) -> Console {
    Console(isJSON: options.json, isQuiet: options.quiet || !isFirst)
  }

  /// Tells those that watch over the ranks how the training goes on.
  func observe(_ event: TrainingEvent) {
    guard case .step(let step) = event else { return }
    mpi?.stepEnded()
    // The model is judged now, which may take longer than any step.
    if step.batch == step.batchCount { mpi?.pauseSteps() }
  }

  /// Checks that facts are the same on all ranks.
  func requireAgreement(on facts: [(name: String, value: String)]) throws(CommunicationError) {
    try communicator.requireAgreement(on: facts)
  }

  /// Does a command's work on all ranks.
  ///
  /// Where the work of a rank fails the job ends, with a line of that rank and its exit status. Errors that all ranks meet
  /// alike are told by the first alone.
  static func run<Result>(_ options: RankOptions, _ body: (RankSession) throws -> Result) throws -> Result {
    guard !options.isAlone, let launcher = try Launcher(environment: ProcessInfo.processInfo.environment) else {
      RankLines.rank = 0
      return try body(RankSession(communicator: SingleProcess(), launcher: nil))
    }
    let session = try start(launcher)
    do {
      try session.begin()
      let result = try body(session)
      try session.mpi?.finish()
      return result
    } catch let stop as Stopped {
      // All ranks stop after the same step, and have said why.
      session.finish(failingWith: stop.exitStatus)
      throw stop
    } catch let end as ReaderGone {
      // The others have done their work as well, and had nothing to tell.
      session.finish(failingWith: .failure)
      throw end
    } catch {
      session.communicator.abort(status: ErrorReport(error).tell().code)
    }
  }

  private static func start(_ launcher: Launcher) throws -> RankSession {
    let environment = ProcessInfo.processInfo.environment
    // Of what ends a rank, its launcher tells: traces of stacks, those of UCX below MPICH included, would bury that.
    setenv("UCX_HANDLE_ERRORS", "none", 0)
    let communicator = try MPICommunicator.start(
      launcher, environment: environment, limit: try limit(environment), status: ExitStatus.unavailable.code
    ) { line in
      StandardError.write(Terminal(descriptor: 2).styled("error:", .red) + " \(line)\n")
    }
    if environment["SWIFT_BACKTRACE"] == nil {
      for number in [SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGQUIT, SIGSEGV, SIGTRAP] { signal(number, SIG_DFL) }
    }
    RankLines.rank = communicator.rank
    return RankSession(communicator: communicator, launcher: launcher)
  }

  private static func limit(_ environment: [String: String]) throws -> Double {
    let name = DistributionVariables.timeout
    guard let text = environment[name], !text.isEmpty else { return RankWatchdog.standardLimit }
    guard let seconds = Double(text), seconds >= 1, seconds <= 1e6 else {
      throw UsageError("the environment variable \(name) is '\(text.printable())'; give it seconds, from 1 on")
    }
    return seconds
  }

  /// What is to be settled before any work.
  private func begin() throws {
    if !isFirst { silenceStandardOutput() }
    try requireAgreement(on: [("the version of the program", BuildInformation.versionOfProgram)])
    try warnOfDifferentMachines()
    if let mpi { ComputeEnvironment.threads = try CoreShare(mpi).threads }
  }

  private func warnOfDifferentMachines() throws {
    let names = try communicator.allGather(Array(ComputeEnvironment.instructionSet.utf8))
    let kinds = Set(names.map { String(decoding: $0, as: UTF8.self) }).sorted().joined(separator: " and ")
    guard isFirst, names.contains(where: { $0 != names[0] }) else { return }
    StandardError.write(
      "note: the hosts compute with \(kinds); another choice of hosts may change the last digits of results\n")
  }

  private func finish(failingWith status: ExitStatus) {
    do {
      try mpi?.finish()
    } catch {
      communicator.abort(status: status.code)
    }
  }

  /// Results are told once.
  private func silenceStandardOutput() {
    let nowhere = open("/dev/null", O_WRONLY)
    guard nowhere >= 0 else { return }
    dup2(nowhere, STDOUT_FILENO)
    close(nowhere)
  }
}
