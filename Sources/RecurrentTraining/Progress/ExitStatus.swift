/// The exit codes of the tool. Those from 64 on are the ones of BSD's `sysexits.h`.
public struct ExitStatus: Hashable, Sendable {
  /// The number that the process ends with.
  public let code: Int32

  /// A status of its own.
  public init(code: Int32) {
    self.code = code
  }

  /// Everything went well.
  public static let success = ExitStatus(code: 0)
  /// Something failed that has no number of its own.
  public static let failure = ExitStatus(code: 1)
  /// Training ran into numbers that are not finite.
  public static let diverged = ExitStatus(code: 3)
  /// The command line is wrong.
  public static let usage = ExitStatus(code: 64)
  /// Data or a model file are wrong.
  public static let badData = ExitStatus(code: 65)
  /// An input does not exist or cannot be read.
  public static let noInput = ExitStatus(code: 66)
  /// The program itself is wrong.
  public static let internalError = ExitStatus(code: 70)
  /// An output cannot be made.
  public static let cannotCreate = ExitStatus(code: 73)
  /// Reading or writing failed.
  public static let ioError = ExitStatus(code: 74)
  /// Stopped for a scheduler, with a checkpoint: run the command again.
  public static let temporaryFailure = ExitStatus(code: 75)
  /// A configuration file is wrong, or settings want more than the machine has.
  public static let configuration = ExitStatus(code: 78)
  /// Stopped by SIGINT, with a checkpoint.
  public static let interrupted = ExitStatus(code: 130)
  /// Stopped by SIGTERM, with a checkpoint.
  public static let terminated = ExitStatus(code: 143)
}

/// An error whose description is one line for the user, and that says what the tool's exit code is.
public protocol DescribedFailure: Error, CustomStringConvertible {
  /// The exit code.
  var exitStatus: ExitStatus { get }
}

extension ExitStatus {
  /// The exit code for an error: its own, or that of a general failure.
  public init(of error: any Error) {
    self = (error as? any DescribedFailure)?.exitStatus ?? .failure
  }
}

extension StopReason {
  /// The exit code of a run that was stopped for this reason and has written its checkpoint.
  public var exitStatus: ExitStatus {
    switch self {
    case .interrupt: .interrupted
    case .termination: .terminated
    case .preemption: .temporaryFailure
    case .program: .success
    }
  }
}
