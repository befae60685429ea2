import RecurrentFormats

/// Why ranks cannot work together.
public enum CommunicationError: Error, Hashable, Sendable {
  /// No MPI library that fits the launcher could be opened.
  case libraryNotFound(Launcher, problems: [String])
  /// The library that `RECURRENT_MPI_LIBRARY` names cannot be used.
  case unusableLibrary(path: String, problem: String)
  /// The library sees other ranks than the launcher has started: each process would work alone.
  case launcherMismatch(Launcher, library: String, rank: Int, size: Int)
  /// A variable that a launcher sets makes no sense.
  case badVariable(name: String, value: String)
  /// MPI has been started in this process by somebody else, or was ended.
  case alreadyStarted
  /// The ranks have not all come together in time.
  case timedOut(function: String, seconds: Double)
  /// A function of MPI has failed.
  case failed(function: String, message: String)
  /// The system starts no thread for the communication.
  case threadRefused(reason: String)
  /// A peer tells of a number of bytes that there cannot be.
  case impossibleCount(Int, peer: Int)
  /// A peer has sent another number of bytes than was expected.
  case countMismatch(expected: Int, received: Int, peer: Int)
  /// A rank has ended, so that those which wait for it would wait for ever.
  case rankLost(rank: Int)
  /// Ranks differ in what must be the same, such as their settings or data.
  case ranksDiffer(what: String, ranks: [Int])
}

extension CommunicationError: CustomStringConvertible {
  /// One line: what, where, and how to mend it.
  public var description: String {
    switch self {
    case .libraryNotFound(let launcher, let problems):
      "\(launcher) has started this process, but no MPI library that fits it can be opened "
        + "(\(problems.joined(separator: "; ").printable(limit: 600))); install it, name it in "
        + "\(DistributionVariables.library), or work as a single process with --no-mpi"
    case .unusableLibrary(let path, let problem):
      "\(DistributionVariables.library): \(path.printable(limit: 400)) cannot be used: \(problem.printable(limit: 300)); "
        + "name the MPI library of the launcher"
    case .launcherMismatch(let launcher, let library, let rank, let size):
      "\(launcher) has started this process, but \(library.printable(limit: 200)) takes it for rank \(rank) of \(size); "
        + launcher.mend
    case .badVariable(let name, let value):
      "the environment variable \(name) is '\(value.printable())', which no launcher sets; unset it or use --no-mpi"
    case .alreadyStarted:
      "MPI was started in this process before; leave starting and ending it to MPICommunicator"
    case .timedOut(let function, let seconds):
      "\(function): the ranks have not come together in \(Int(seconds)) s; look for processes that hang, or raise "
        + "\(DistributionVariables.timeout)"
    case .failed(let function, let message):
      "\(function): \(message.printable(limit: 300)); look at what other ranks say, then go on with --resume"
    case .threadRefused(let reason):
      "the system starts no thread for the communication: \(reason.printable(limit: 200)); "
        + "raise its limit (ulimit -u), or start fewer processes on this host"
    case .impossibleCount(let count, let peer):
      "rank \(peer) tells of a message of \(count) bytes; "
        + "run the same version of the program with the same settings on all hosts"
    case .countMismatch(let expected, let received, let peer):
      "rank \(peer) has sent \(received) bytes instead of \(expected); "
        + "run the same version of the program with the same settings on all hosts"
    case .rankLost(let rank):
      "rank \(rank) has ended; look at what it says, then go on with --resume"
    case .ranksDiffer(let what, let ranks):
      "\(what.printable(limit: 200)) of \(Self.list(ranks)) differs from that of rank 0; "
        + "give all hosts the same program, files and flags"
    }
  }

  private static func list(_ ranks: [Int]) -> String {
    let shown = ranks.prefix(5).map(String.init).joined(separator: ", ")
    return (ranks.count == 1 ? "rank " : "ranks ") + shown + (ranks.count > 5 ? " and \(ranks.count - 5) more" : "")
  }
}
